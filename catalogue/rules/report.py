"""What the cases say about the rules: which criteria no case makes decisive, and how few questions a verdict takes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from catalogue.rules.cases import Case, CaseFile
from catalogue.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases of one service show.

    ``idle`` are the criteria that decide no yes, or no no, in any case. ``asked`` are the questions that the check
    asks until nothing is open, and ``needed`` the facts that would have been enough for the verdict had one known
    beforehand which they are: no order of questions can do with fewer. Both are medians over the cases, as a share of
    the facts that the rule mentions.
    """

    service: str
    criteria: int
    facts: int
    cases: int
    idle: tuple[str, ...]
    asked: float
    needed: float


def questions(book: Rulebook, services: Iterable[str], facts: Mapping[str, Any], day: dt.date) -> list[str]:
    """The facts that a check asks for, from nothing, in order, of a person who has ``facts`` and knows no others."""
    services, known = tuple(services), dict[str, Any]()
    while ask := book.check_all(services, known, day).ask:
        known[ask[0]] = facts.get(ask[0], "~unknown")
    return list(known)


def proof(book: Rulebook, service: str, facts: Mapping[str, Any], day: dt.date) -> list[str]:
    """Facts that are enough for the verdict, none of which can be spared."""
    kept = dict(facts)
    verdict = book.check(service, kept, day).verdict
    for name in sorted(kept):
        fewer = {other: value for other, value in kept.items() if other != name}
        if book.check(service, fewer, day).verdict == verdict:
            kept = fewer
    return list(kept)


def cover(book: Rulebook, file: CaseFile) -> Coverage:
    """What the cases in ``file`` show of their service."""
    mentioned = len(book.facts_of(file.service))
    seen = [_Seen(book, file, case) for case in file.cases]
    deciding = {(criterion, one.verdict) for one in seen for criterion in one.decided_by}
    return Coverage(
        service=file.service,
        criteria=len(book.rule(file.service).criteria),
        facts=mentioned,
        cases=len(file.cases),
        idle=tuple(
            f"{criterion.id} decides no {verdict}"
            for criterion in book.rule(file.service).criteria
            for verdict in ("yes", "no")
            if (criterion.id, verdict) not in deciding
        ),
        asked=median(one.asked / mentioned for one in seen),
        needed=median(one.needed / mentioned for one in seen),
    )


def people(files: Iterable[CaseFile], number: int, seed: int = 1) -> list[dict[str, Any]]:
    """Made-up people: each fact takes a value that some case gives it, all as likely as they are frequent there."""
    values: dict[str, list[Any]] = {}
    for file in files:
        for case in file.cases:
            for name, value in file.facts_of(case).items():
                values.setdefault(name, []).append(value)
    dice = random.Random(seed)  # noqa: S311 - people for a measurement, no secrets
    return [{name: dice.choice(known) for name, known in values.items()} for _ in range(number)]


def together(book: Rulebook, services: Iterable[str], crowd: Iterable[Mapping[str, Any]], day: dt.date) -> float:
    """Questions of one check of all ``services``, to the end, as a share of the facts that their rules mention.

    A fact counts once for every rule that mentions it: that often it would be asked where each service asks by itself.
    The median over the people in ``crowd``.
    """
    services = tuple(services)
    apart = sum(len(book.facts_of(service)) for service in services)
    return median(len(questions(book, services, facts, day)) / apart for facts in crowd)


class _Seen:
    """One case, checked."""

    def __init__(self, book: Rulebook, file: CaseFile, case: Case) -> None:
        facts, day = file.facts_of(case), file.day_of(case)
        result = book.check(file.service, facts, day)
        self.verdict, self.decided_by = result.verdict, result.decided_by
        self.asked = len(questions(book, [file.service], facts, day))
        self.needed = len(proof(book, file.service, facts, day))
