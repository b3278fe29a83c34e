"""On complete facts our evaluator and cel-python say the same."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest

from catalogue import rules
from catalogue.model import Fact
from catalogue.rules import cases, files
from tests.catalogue.rules.cel import Cel

BOOK = rules.load()
CONTENT = files.read()
FILES = {file.service: file for file in cases.read(Path(__file__).parent / "cases")}
TRIPS = ("none", "2022-01-01/2022-05-08", "2025-09-21/2026-01-26", "2023-01-01/2023-12-01, 2024-06-01/2025-02-01")


def some_value(fact: Fact, chance: random.Random) -> Any:
    if fact.type == "yes_no":
        return chance.random() < 0.5
    if fact.type == "choice":
        return chance.choice(fact.options).id
    if fact.type == "date":
        return (
            dt.date(2026, 11, 23)
            - dt.timedelta(chance.choice((30, 400, 2000, 7000, 12000, 25000)) + chance.randint(0, 900))
        ).isoformat()
    if fact.type == "trips":
        return chance.choice(TRIPS)
    low, high = fact.minimum or 0, fact.maximum if fact.maximum is not None else chance.choice((100, 3000, 120000))
    return chance.randint(int(low), int(high))


@pytest.mark.parametrize("service", BOOK.services)
def test_cel_agrees(service: str) -> None:
    cel, file, chance = Cel(BOOK, CONTENT, service), FILES[service], random.Random(service)  # noqa: S311
    names = BOOK.facts_of(service)
    for case in file.cases:
        known = {
            name: value
            for name, value in file.facts_of(case).items()
            if value is not None and not str(value).startswith("~")
        }
        facts = {name: known.get(name, some_value(BOOK.facts[name], chance)) for name in names}
        day = file.day_of(case)
        assert BOOK.check(service, facts, day).verdict == ("yes" if cel.verdict(facts, day) else "no"), case.name
    for _ in range(40):
        facts = {name: some_value(BOOK.facts[name], chance) for name in names}
        day = dt.date(2026, 11, 23) + dt.timedelta(chance.randint(-200, 200))
        assert BOOK.check(service, facts, day).verdict == ("yes" if cel.verdict(facts, day) else "no"), facts
