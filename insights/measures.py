"""Result 10's figure: the plain mean, over services, of completed digitally ÷ completed in all, for a quarter.

A service counts as much as any other, however often it is used. Published figures of 2014 to 2017 come from
``published.yml``; today's are made of what agencies report. Everything here is arithmetic; nothing reads the database.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
FEWEST = 5
"""Counts under this are not published: with few people, a figure can point to one of them."""


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Count(Strict):
    """How often a service was completed in a quarter, as its agency counts: digitally, and in all."""

    service: str
    quarter: str
    digital: int
    total: int

    @field_validator("quarter")
    @classmethod
    def _quarter(cls, value: str) -> str:
        if not _QUARTER.fullmatch(value):
            raise ValueError("a quarter is written like 2026-Q4")
        return value

    @model_validator(mode="after")
    def _parts(self) -> Count:
        if self.total < 1 or not 0 <= self.digital <= self.total:
            raise ValueError("`digital` lies between 0 and `total`, and `total` is 1 or more")
        return self


class Source(Strict):
    """Where published figures come from."""

    title: str
    url: str
    as_of: str


class PublishedService(Strict):
    """One of the ten services, with its share in per cent for each quarter."""

    name: str
    agency: str
    shares: tuple[float | None, ...]


class Target(Strict):
    """What was aimed at, in per cent, and by when."""

    share: float
    by: dt.date


class Published(Strict):
    """Result 10 as it was published."""

    source: Source
    target: Target
    quarters: tuple[str, ...]
    means: Mapping[str, float]
    services: tuple[PublishedService, ...]

    @model_validator(mode="after")
    def _even(self) -> Published:
        uneven = [one.name for one in self.services if len(one.shares) != len(self.quarters)]
        if uneven:
            raise ValueError(f"not one share for each quarter: {', '.join(uneven)}")
        return self

    def mean(self, quarter: str) -> float | None:
        """The mean of the ten in per cent, computed; None where one of them is missing."""
        place = self.quarters.index(quarter)
        return mean([one.shares[place] for one in self.services])


@functools.cache
def published(file: Path = Path(__file__).parent / "published.yml") -> Published:
    """The published figures, read once."""
    return Published.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def mean(shares: Iterable[float | None]) -> float | None:
    """The plain mean; None where a share is missing or there are none, since a gap would change what is compared.

    >>> mean([10.0, 20.0]), mean([10.0, None]), mean([])
    (15.0, None, None)
    """
    known = list(shares)
    if not known or None in known:
        return None
    return sum(one for one in known if one is not None) / len(known)


def share(count: Count) -> float:
    """Completed digitally, in per cent of all.

    >>> share(Count(service="renew-passport", quarter="2026-Q4", digital=3, total=4))
    75.0
    """
    return 100 * count.digital / count.total


def quarter(day: dt.date) -> str:
    """The calendar quarter that holds ``day``.

    >>> quarter(dt.date(2026, 11, 25))
    '2026-Q4'
    """
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def first_day(name: str) -> dt.date:
    """The first day of a quarter.

    >>> first_day("2026-Q4")
    datetime.date(2026, 10, 1)

    Raises:
        ValueError: where ``name`` is no quarter.
    """
    found = _QUARTER.fullmatch(name)
    if found is None:
        raise ValueError(f"“{name[:20]}” is no quarter; write it like 2026-Q4")
    return dt.date(int(found[1]), 3 * int(found[2]) - 2, 1)


def next_quarter(name: str) -> str:
    """The quarter after ``name``."""
    return quarter(first_day(name) + dt.timedelta(days=95))


def last_quarters(day: dt.date, number: int) -> list[str]:
    """The quarter of ``day`` and those before it, oldest first.

    >>> last_quarters(dt.date(2026, 2, 1), 3)
    ['2025-Q3', '2025-Q4', '2026-Q1']
    """
    found = [quarter(day)]
    while len(found) < number:
        found.insert(0, quarter(first_day(found[0]) - dt.timedelta(days=1)))
    return found


def spoken(name: str) -> str:
    """A quarter as people say it.

    >>> spoken("2026-Q4")
    'Oct–Dec 2026'
    """
    months = ("Jan–Mar", "Apr–Jun", "Jul–Sep", "Oct–Dec")
    return f"{months[(first_day(name).month - 1) // 3]} {name[:4]}"
