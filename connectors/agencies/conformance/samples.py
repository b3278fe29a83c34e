"""Answers of nobody, for the services of an agency that we know nothing of but its capabilities.

Each answer is made from the catalogue's fact. Where the agency refuses one and names its field, as the contract wants
it to, the next one in the list is tried: so no agency has to write test answers before it can be tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.model import Fact
from connectors.agencies.contract import Answers

_WORDS = ("Example", "LA123456", "12345678", "A1234567", "ABC123", "Samoa")
"""Words, numbers of passports, licences, bonds and notices, plates, and a country, in the order of trying."""


_BY_TYPE: Mapping[str, tuple[Any, ...]] = {
    "yes_no": (True, False),
    "ird_number": ("049091850", "035901981"),
    "phone": ("021 123 4567",),
    "address": ("1 Example Street, Exampleville, Wellington 6011",),
    "bank_account": ("01-0242-0100194-00",),
    "country": ("Samoa", "Fiji"),
}


def tries(fact: Fact | None, name: str, day: dt.date) -> list[Any]:
    """What can be answered to a fact, likely ones first. ``fact`` is None where the catalogue does not know it."""
    match fact.type if fact else "text":
        case "choice" if fact:
            return [one.id for one in fact.options]
        case "date" if fact:
            past = [_days(day, -9), "1990-02-28", _days(day, -400), "1955-02-28", "2019-02-28"]
            future = [_days(day, 2), _days(day, 30), _days(day, 200)]
            return past + future if fact.past else future + past
        case "number" | "money" if fact:
            amounts = [max(fact.minimum or 0, 0), 1, 2, 10, 30, 100, 2000, day.year - 1, day.year]
            return [one for one in dict.fromkeys(amounts) if fact.maximum is None or one <= fact.maximum]
        case "email":
            # Each its own: an agency may not take one address for two people.
            return [f"{name.replace('_', '-')}@example.org"]
        case "name":
            return [f"Māia {name.split('_')[0].capitalize()} O’Example", "Māia O’Example"]
        case kind:
            return list(_BY_TYPE.get(kind, _WORDS))


class Sample:
    """Answers for one service, mended until the agency takes them."""

    def __init__(self, required: list[str], facts: Mapping[str, Fact], day: dt.date) -> None:
        self._left = {name: tries(facts.get(name), name, day) for name in required}
        self.answers: Answers = {name: left.pop(0) for name, left in self._left.items() if left}

    def mend(self, wrong: list[str]) -> bool:
        """Takes the next answer for each field that was ``wrong``; gives whether there was one for any."""
        changed = False
        for name in wrong:
            if self._left.get(name):
                self.answers[name] = self._left[name].pop(0)
                changed = True
        return changed


def _days(day: dt.date, number: int) -> str:
    return (day + dt.timedelta(days=number)).isoformat()
