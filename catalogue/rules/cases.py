"""Cases: what a rule must say about a person, written so that a lawyer can read them.

A file holds the cases of one service. ``given`` are the facts that all of them share; each case changes some
(``facts``), leaves some out (``without``) and says what is expected.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, field_validator

from catalogue import files
from catalogue.model import FactId, LifeEventId, ServiceId, Strict
from catalogue.rules.expressions import some
from catalogue.rules.rulebook import Rulebook


class Case(Strict):
    """One person on one day, and the verdict."""

    name: str
    expect: Literal["yes", "no", "unknown"]
    day: dt.date | None = None
    facts: dict[FactId, Any] = {}
    without: tuple[FactId, ...] = ()
    decided_by: tuple[str, ...] | None = None
    ask: FactId | None = None
    may: bool | None = None

    @field_validator("expect", mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        # YAML reads yes and no as true and false.
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class CaseFile(Strict):
    """The cases of one service."""

    service: ServiceId
    day: dt.date
    given: dict[FactId, Any]
    cases: Annotated[tuple[Case, ...], AfterValidator(some)]

    def facts_of(self, case: Case) -> dict[str, Any]:
        """The facts of a case: those given, as it changes them."""
        return {name: value for name, value in {**self.given, **case.facts}.items() if name not in case.without}

    def day_of(self, case: Case) -> dt.date:
        """The day of a case."""
        return case.day or self.day


class Family(Strict):
    """One family, by what sets it apart."""

    name: str
    facts: dict[FactId, Any] = {}


class Families(Strict):
    """Families to whom one thing has happened, with every fact that they could be asked for: ``all`` holds what they
    share.
    """

    life_event: LifeEventId
    day: dt.date
    all: dict[FactId, Any]
    families: Annotated[tuple[Family, ...], AfterValidator(some)]

    def crowd(self) -> list[dict[str, Any]]:
        """The facts of each family."""
        return [{**self.all, **one.facts} for one in self.families]


def read_families(folder: Path) -> list[Families]:
    """All files of families in ``folder``.

    Raises:
        files.CatalogueError: where one can't be read, by file and line.
    """
    return [files.read_as(Families, path, folder) for path in sorted(folder.glob("*.yml"))]


def read(folder: Path) -> list[CaseFile]:
    """All case files in ``folder``.

    Raises:
        files.CatalogueError: with every problem, by file and line.
    """
    problems: list[str] = []
    found: list[CaseFile] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            found.append(files.read_as(CaseFile, path, folder))
        except files.CatalogueError as error:
            problems += error.problems
    if problems:
        raise files.CatalogueError(problems)
    return found


def differences(book: Rulebook, file: CaseFile, case: Case) -> list[str]:
    """What the rule says otherwise than the case expects, in words; nothing where they agree."""
    result = book.check(file.service, file.facts_of(case), file.day_of(case))
    said = [] if result.verdict == case.expect else [f"verdict is {result.verdict}, and {case.expect} was expected"]
    if case.decided_by is not None and set(result.decided_by) != set(case.decided_by):
        missing = set(case.decided_by) - set(result.decided_by)
        if case.expect == "no" or missing:
            said.append(f"decided by {', '.join(result.decided_by)}, and not by {', '.join(case.decided_by)}")
    if case.ask is not None and result.ask[:1] != (case.ask,):
        said.append(f"asks {', '.join(result.ask[:3]) or 'nothing'} first, and not {case.ask}")
    if case.may is not None and result.may != case.may:
        said.append(f"may is {result.may}")
    return said
