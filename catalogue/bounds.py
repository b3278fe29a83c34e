"""What is known of a day or a number while its value is not: from where to where it lies.

Written as an interval in the manner of ISO 8601-2: ``../1961-11-25`` (that day or before), ``25000/..``, ``18/64``.
Both ends belong to it. No day and no number is written so, so that a bound is never taken for a value.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import NamedTuple

from catalogue.model import Fact

BOUNDED = ("date", "number", "money")
"""Types of facts of which a bound can be known."""

_OPEN = ".."
_FIRST, _LAST = dt.date.min.toordinal(), dt.date.max.toordinal()
_DIGITS = 4
"""Behind the point of a count of steps there is nothing, but for what multiplying leaves there."""

_MOST = 1e12
"""No number that a person can give is larger."""


class Bound(NamedTuple):
    """From ``low`` to ``high``, both included; days are counted as ordinals, and an open end is infinite."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in it."""
        return self.low <= value <= self.high

    def within(self, other: Bound) -> Bound | None:
        """What lies in both, or None where nothing does."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Bound(low, high) if low <= high else None


class Scale(NamedTuple):
    """The values that a fact can take, as whole numbers of steps: ``low`` to ``high``, so many steps ``to_one``."""

    low: int
    high: int
    to_one: int

    def value(self, step: int) -> float:
        """The value at a step."""
        return step if self.to_one == 1 else step / self.to_one

    def next(self, value: float, steps: int = 1) -> float:
        """The value that lies so many steps on."""
        return self.value(round(value * self.to_one) + steps)


def scale(fact: Fact) -> Scale:
    """Days go one by one, and so do numbers that are ``whole``; others, and money, by the hundredth."""
    if fact.type == "date":
        return Scale(_FIRST, _LAST, 1)
    to_one = 1 if fact.whole else 100
    low = -_MOST if fact.minimum is None else fact.minimum
    high = _MOST if fact.maximum is None else fact.maximum
    return Scale(math.ceil(low * to_one), math.floor(high * to_one), to_one)


def all_of(fact: Fact) -> Bound:
    """All that the fact can be."""
    least = -math.inf if fact.minimum is None else fact.minimum
    return Bound(least, math.inf if fact.maximum is None else fact.maximum)


def cut(fact: Fact, edge: float) -> tuple[Bound, Bound]:
    """All up to ``edge``, and all after it."""
    return Bound(-math.inf, edge), Bound(scale(fact).next(edge), math.inf)


def is_written(fact: Fact, value: object) -> bool:
    """Whether ``value`` is a bound, and not a value, of ``fact``."""
    return fact.type in BOUNDED and isinstance(value, str) and value.count("/") == 1


def read(fact: Fact, text: str) -> Bound:
    """The bound that ``text`` gives.

    Raises:
        ValueError: where it gives none; the text says how to write one.

    >>> birth = Fact(id="birth", type="date", question="?", label="?")
    >>> [dt.date.fromordinal(end).year for end in read(birth, "1961-11-25/1990-01-01")]
    [1961, 1990]
    >>> read(Fact(id="hours", type="number", question="?", label="?"), "../29.5")
    Bound(low=-inf, high=29.5)
    """
    like = "1961-11-26/.. or ../1961-11-25" if fact.type == "date" else "18/.., ../64.5 or 18/64.5"
    wrong = ValueError(f"a bound of `{fact.id}` reads like {like}, not {text!r}")
    ends = text.split("/")
    if len(ends) != 2 or ends == [_OPEN, _OPEN]:
        raise wrong
    try:
        low = -math.inf if ends[0] == _OPEN else _end(fact, ends[0])
        high = math.inf if ends[1] == _OPEN else _end(fact, ends[1])
    except ValueError:
        raise wrong from None
    steps = scale(fact)
    if low <= high:
        # What lies between two steps is taken to be the next one out: the bound must not lose what it holds.
        low = low if math.isinf(low) else steps.value(math.floor(round(low * steps.to_one, _DIGITS)))
        high = high if math.isinf(high) else steps.value(math.ceil(round(high * steps.to_one, _DIGITS)))
    found = Bound(low, high).within(all_of(fact)) if low <= high else None
    if found is None:
        raise ValueError(f"nothing that `{fact.id}` can be lies in {text}")
    return found


def _end(fact: Fact, text: str) -> float:
    if fact.type == "date":
        day = dt.date.fromisoformat(text).toordinal()
        if not _FIRST < day < _LAST:
            raise ValueError(text)
        return day
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text):
        raise ValueError(text)
    return float(text)


def number(fact: Fact, value: object) -> float:
    """A value, as JSON or a rule holds it, as a number on the fact's scale: a part of a cent goes with the cent.

    Raises:
        ValueError: where it is none.
    """
    if isinstance(value, str):
        return dt.date.fromisoformat(value).toordinal()
    if isinstance(value, dt.date):
        return value.toordinal()
    if not isinstance(value, int | float):
        raise ValueError(f"`{fact.id}` has no bounds")
    return scale(fact).next(value, 0)


def write(fact: Fact, bound: Bound) -> str:
    """The bound as text.

    >>> write(Fact(id="hours", type="number", question="?", label="?"), Bound(-math.inf, 29.5))
    '../29.5'
    """
    return "/".join(_OPEN if math.isinf(end) else plain(fact, end) for end in bound)


def plain(fact: Fact, end: float) -> str:
    """One end as text: a day in ISO 8601, or a number."""
    if fact.type == "date":
        return dt.date.fromordinal(int(end)).isoformat()
    return str(int(end)) if float(end).is_integer() else repr(round(end, 6))
