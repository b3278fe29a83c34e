"""What the cases say about the rules: which criteria no case makes decisive, and how few questions a verdict takes."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from catalogue import bounds
from catalogue.lines import Line
from catalogue.rules import checklists
from catalogue.rules.cases import Case, CaseFile
from catalogue.rules.results import Results
from catalogue.rules.rulebook import Rulebook
from catalogue.rules.values import Missing


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases of one service show.

    ``idle`` are the criteria that decide no yes, or no no, in any case. ``asked`` are the questions that the check
    asks until nothing is open, and ``lines`` the lines and single facts that are read on the way: a list is one
    question with several. ``singly`` are the questions where each asks for one fact. ``needed`` are the facts that
    would have been enough for the verdict had one known beforehand which they are, and ``fewest`` the questions in
    which these could be asked: no order of questions can do with fewer. All are medians over the cases, as a share of
    the facts in the rule; ``shares`` are the questions of each case, as such a share.

    ``told`` are the days, numbers and amounts that people tell in all cases together, and ``told_singly`` those where
    each question asks for one fact. ``unsettled`` are the cases in which the lists leave open what single questions
    settle.
    """

    service: str
    criteria: int
    facts: int
    cases: int
    idle: tuple[str, ...]
    asked: float
    lines: float
    singly: float
    needed: float
    fewest: float
    shares: tuple[float, ...]
    told: int
    told_singly: int
    unsettled: int


def questions(
    book: Rulebook, services: Iterable[str], facts: Mapping[str, Any], day: dt.date, *, singly: bool = False
) -> list[tuple[str, ...]]:
    """The questions that a check asks, from nothing, in order, of a person who has ``facts`` and knows no others.

    Args:
        singly: each asks for one fact, and none is a list.
    """
    said = asked(book, services, facts, day, singly=singly)[0]
    return [tuple(line.id for line in question) for question, _ in said]


Said = list[tuple[tuple[Line, ...], dict[str, Any]]]
"""Questions in order, each with its answers by line."""


def asked(
    book: Rulebook, services: Iterable[str], facts: Mapping[str, Any], day: dt.date, *, singly: bool = False
) -> tuple[Said, Results]:
    """The questions of a check with their answers, as :func:`questions` asks them, and how the services stand in the
    end.
    """
    services = tuple(services)
    known, said = dict[str, Any](), []
    found = book.check_all(services, known, day)
    while found.ask:
        question = (Line(book.facts[found.ask[0]]),) if singly else found.next
        answers = answered(question, facts)
        said.append((question, answers))
        known |= answers
        found = book.check_all(services, known, day)
    return said, found


def answered(question: tuple[Line, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a person who has ``facts`` answers, by line. Who does not know a line of a list ticks what is true, and says
    of the rest that they are not sure: then what is false is not known either, but for what people are sure of.
    """
    given = {line.id: _truth(line, facts.get(line.fact.id)) for line in question}
    if len(question) == 1 or all(isinstance(value, bool) for value in given.values()):
        return given
    return {
        line.id: given[line.id] if given[line.id] is True or line.is_sure else Missing.UNKNOWN.value
        for line in question
    }


def _truth(line: Line, value: Any) -> Any:
    if value is None or value in tuple(Missing):
        return value or Missing.UNKNOWN.value
    if line.bound is None:
        return value
    return line.holds(value)


def _told(said: Said) -> int:
    """How many days, numbers and amounts are told."""
    return sum(line.bound is None and line.fact.type in bounds.BOUNDED for question, _ in said for line in question)


def _is_listed(book: Rulebook, name: str) -> bool:
    fact = book.facts[name]
    return fact.statement is not None or fact.lines is not None


def proof(book: Rulebook, service: str, facts: Mapping[str, Any], day: dt.date) -> list[str]:
    """Facts that are enough for the verdict, none of which can be spared: those that lists ask for, where it can be."""
    kept = dict(facts)
    verdict = book.check(service, kept, day).verdict
    for name in sorted(kept, key=lambda name: (_is_listed(book, name), name)):
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
        asked=median(one.asked for one in seen) / mentioned,
        lines=median(one.lines for one in seen) / mentioned,
        singly=median(one.singly for one in seen) / mentioned,
        needed=median(one.needed for one in seen) / mentioned,
        fewest=median(one.fewest for one in seen) / mentioned,
        shares=tuple(one.asked / mentioned for one in seen),
        told=sum(one.told for one in seen),
        told_singly=sum(one.told_singly for one in seen),
        unsettled=sum(one.is_unsettled for one in seen),
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


@dataclass(frozen=True, slots=True)
class Whole:
    """A check of many services at once, to the end: medians over people. ``lines`` are the facts that are read.

    ``apart`` are the facts that the services' rules mention. A fact counts once for every rule that mentions it: that
    often it would be asked where each service asks by itself.
    """

    asked: float
    lines: float
    singly: float
    apart: int


def together(book: Rulebook, services: Iterable[str], crowd: Iterable[Mapping[str, Any]], day: dt.date) -> Whole:
    """One check of all ``services`` of each person in ``crowd``."""
    services, crowd = tuple(services), tuple(crowd)
    lists = [questions(book, services, facts, day) for facts in crowd]
    return Whole(
        asked=median(len(one) for one in lists),
        lines=median(sum(map(len, one)) for one in lists),
        singly=median(len(questions(book, services, facts, day, singly=True)) for facts in crowd),
        apart=sum(len(book.facts_of(service)) for service in services),
    )


class _Seen:
    """One case, checked."""

    def __init__(self, book: Rulebook, file: CaseFile, case: Case) -> None:
        facts, day = file.facts_of(case), file.day_of(case)
        result = book.check(file.service, facts, day)
        self.verdict, self.decided_by = result.verdict, result.decided_by
        lists, last = asked(book, (file.service,), facts, day, singly=False)
        single, least = asked(book, (file.service,), facts, day, singly=True)
        self.asked, self.singly = len(lists), len(single)
        self.told, self.told_singly = _told(lists), _told(single)
        self.lines = sum(len(question) for question, _ in lists)
        self.is_unsettled = last.results[0].verdict == "unknown" != least.results[0].verdict
        proven = proof(book, file.service, facts, day)
        ticked = sum(_is_listed(book, name) for name in proven)
        self.needed = len(proven)
        self.fewest = len(proven) - ticked + math.ceil(ticked / checklists.LONGEST)
