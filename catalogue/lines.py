"""Lines of a list: statements of which a person ticks those that are true.

A line is about a yes-or-no fact, or about a bound of a day or a number: "I am 65 or older" in place of a date of birth.
It is called by its fact, and after an ``@`` by its bound as of the day of the check: ``date_of_birth@../1961-11-25``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import babel.dates

from catalogue import answers, bounds, days
from catalogue.bounds import Bound
from catalogue.model import Fact, Text

_AT = "@"

_SLOT = re.compile(r"\{\w+\}")

_PERIODS = ("week", "year")
"""What an amount is said to be counted in. A quarter is the last 3 months, which the line says itself."""

_MONTHS = 36
"""From here on nobody counts in months."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a fact that is asked for by itself. With a ``bound``, which has one open end, a tick says that the
    fact lies in it; the fact's value stays unknown.
    """

    fact: Fact
    bound: Bound | None = None

    @property
    def id(self) -> str:
        """What the line is called."""
        return self.fact.id if self.bound is None else f"{self.fact.id}{_AT}{bounds.write(self.fact, self.bound)}"

    @property
    def is_sure(self) -> bool:
        """Whether people know it of themselves: their age, or if they have children."""
        return self.bound is not None and self.fact.lines is not None and self.fact.lines.sure

    def holds(self, value: object) -> bool:
        """Whether it is true where the fact has this value, as JSON holds it."""
        return value is True if self.bound is None else self.bound.holds(bounds.number(self.fact, value))

    def left(self, is_true: bool) -> Bound:
        """Where the fact lies if the line is true, or is not."""
        assert self.bound is not None, self.fact.id  # noqa: S101 - asked of bounds only
        if is_true:
            return self.bound
        low, high = self.bound
        if math.isinf(high):
            return bounds.cut(self.fact, bounds.scale(self.fact).next(low, -1))[0]
        return bounds.cut(self.fact, high)[1]

    def text(self, day: dt.date) -> Text:
        """The statement, as it is said on ``day``.

        >>> from catalogue.model import Lines
        >>> said = Lines(age="I am {age}", day="I was born {day}")
        >>> birth = Fact(id="birth", type="date", question="?", label="?", lines=said)
        >>> find({"birth": birth}, "birth@../1961-11-25").text(dt.date(2026, 11, 25)).en
        'I am 65 or older'
        >>> find({"birth": birth}, "birth@1961-11-27/..").text(dt.date(2026, 11, 25)).en
        'I was born on 27 November 1961 or later'
        """
        if self.bound is None:
            return self.fact.statement or self.fact.question
        lines = self.fact.lines
        kind, words = _words(self.fact, self.bound, day)
        said = lines.sentences.get(kind) if lines is not None else None
        return Text(en=_SLOT.sub(words, said) if said else f"{self.fact.label.en}: {words}")

    @property
    def help(self) -> Text | None:
        """What explains it."""
        if self.bound is None:
            return self.fact.help
        return Text(en=self.fact.lines.help) if self.fact.lines is not None and self.fact.lines.help else None


def find(facts: Mapping[str, Fact], id: str) -> Line:
    """The line that is called so.

    Raises:
        KeyError: where there is no such fact.
        ValueError: where it has no such bound.
    """
    name, at, bound = id.partition(_AT)
    fact = facts[name]
    if not at:
        return Line(fact)
    if fact.type not in bounds.BOUNDED:
        raise ValueError(f"`{name}` is no day and no number, so it has no bound")
    found = bounds.read(fact, bound)
    # What can't be less than the least is open there.
    whole = bounds.all_of(fact)
    found = Bound(
        -math.inf if found.low == whole.low else found.low, math.inf if found.high == whole.high else found.high
    )
    if math.isinf(found.low) == math.isinf(found.high):
        raise ValueError(f"a line's bound is open at one end, not {bound}")
    return Line(fact, found)


def is_known(facts: Mapping[str, Fact], id: str) -> bool:
    """Whether there is such a fact or line: a conversation can be older than the catalogue."""
    try:
        find(facts, id)
    except (KeyError, ValueError):
        return False
    return True


def fact_of(id: str) -> str:
    """The fact that a line is about.

    >>> fact_of("date_of_birth@../1961-11-25"), fact_of("lives_alone")
    ('date_of_birth', 'lives_alone')
    """
    return id.partition(_AT)[0]


def show(fact: Fact, bound: Bound, day: dt.date) -> str:
    """A bound in words for the person, as of ``day``.

    >>> birth = Fact(id="birth", type="date", question="?", label="?")
    >>> show(birth, bounds.read(birth, "1961-11-26/2001-03-01"), dt.date(2026, 11, 25))
    'on 26 November 1961 or later, before 2 March 2001'
    """
    whole = bounds.all_of(fact)
    low, high = max(bound.low, whole.low), min(bound.high, whole.high)
    if low == high:
        return answers.show(fact, bounds.plain(fact, low))
    sides = [Bound(low, math.inf)] if low > whole.low else []
    sides += [Bound(-math.inf, high)] if high < whole.high else []
    if fact.lines is not None and fact.lines.age:
        # An age is told from the younger end.
        sides.reverse()
    return ", ".join(_words(fact, side, day, shortly=True)[1] for side in sides)


def _words(fact: Fact, bound: Bound, day: dt.date, *, shortly: bool = False) -> tuple[str, str]:
    """Which sentence says a bound with one open end, and what fills its slot. ``shortly``: no sentence without one."""
    is_above = math.isinf(bound.high)
    scale = bounds.scale(fact)
    # The last value below and the first above, of which one belongs to the bound.
    below, above = (scale.next(bound.low, -1), bound.low) if is_above else (bound.high, scale.next(bound.high))
    if fact.type == "date":
        return _day(fact, int(below), int(above), is_above, day)
    said = fact.lines.sentences if fact.lines is not None else {}
    kind = "some" if is_above else "none"
    if not shortly and below == bounds.all_of(fact).low and kind in said:
        return kind, ""
    return "below" if "below" in said and not is_above else "amount", _amount(fact, below, above, is_above)


def _day(fact: Fact, below: int, above: int, is_above: bool, day: dt.date) -> tuple[str, str]:
    first, last = dt.date.fromordinal(below), dt.date.fromordinal(above)
    said = fact.lines.sentences if fact.lines is not None else {}
    months = days.months(first, day)
    # A whole number of months, or years, lies behind the day: a day later it is one less.
    is_whole = months > 0 and days.months(last, day) == months - 1
    if is_whole and "age" in said and months % 12 == 0:
        years = months // 12
        return "age", f"younger than {years}" if is_above else f"{years} or older"
    if is_whole and "time" in said and (months % 12 == 0 or months < _MONTHS):
        span = _count(months // 12, "year") if months % 12 == 0 else _count(months, "month")
        return "time", f"less than {span}" if is_above else f"{span} or more"
    written = babel.dates.format_date(last, "d MMMM y", locale="en_NZ")
    return "day", f"on {written} or later" if is_above else f"before {written}"


def _count(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _amount(fact: Fact, below: float, above: float, is_above: bool) -> str:
    period = (fact.unit or "").partition(" a ")[2]
    each = f" a {period}" if period in _PERIODS else ""

    def written(value: float) -> str:
        if fact.type == "money":
            return answers.money(value)
        noun = fact.lines.of if fact.lines is not None and fact.lines.of is not None else ""
        number = f"{value:,.2f}".rstrip("0").rstrip(".")
        return f"{number} {noun.removesuffix('s') if value == 1 else noun}".strip()

    # Of the two, the rounder is the one that people know.
    is_below_rounder = not fact.whole and len(written(below)) < len(written(above))
    less = "fewer" if fact.whole else "less"
    if is_above:
        return f"more than {written(below)}{each}" if is_below_rounder else f"{written(above)}{each} or more"
    return f"{written(below)}{each} or {less}" if is_below_rounder else f"{less} than {written(above)}{each}"
