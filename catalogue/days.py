"""Counting days as New Zealand law does: spans, working days and public holidays."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from zoneinfo import ZoneInfo

import holidays

AOTEAROA = ZoneInfo("Pacific/Auckland")

REGIONS = {
    "northland": "NTL",
    "auckland": "AUK",
    "waikato": "AUK",
    "bay_of_plenty": "AUK",
    "gisborne": "AUK",
    "hawkes_bay": "HKB",
    "taranaki": "TKI",
    "manawatu_whanganui": "WGN",
    "wellington": "WGN",
    "tasman": "NSN",
    "nelson": "NSN",
    "marlborough": "MBH",
    "west_coast": "WTC",
    "canterbury": "CAN",
    "south_canterbury": "South Canterbury",
    "otago": "OTA",
    "southland": "STL",
    "chatham_islands": "CIT",
}
"""The values of the fact ``region``, and whose anniversary day each keeps, by the library's codes.

The days belong to the provinces of old: Waikato, Bay of Plenty and Gisborne keep Auckland's, Manawatū-Whanganui keeps
Wellington's, and Tasman Nelson's.
"""


def today() -> dt.date:
    """The day in New Zealand, wherever the program runs."""
    return dt.datetime.now(AOTEAROA).date()


@functools.cache
def _holidays(region: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays("NZ", subdiv=region)


def is_working_day(day: dt.date, region: str | None = None) -> bool:
    """Whether ``day`` is neither a weekend nor a public holiday (with ``region``, its anniversary day too)."""
    return day.weekday() < 5 and day not in _holidays(region)


def is_holiday(day: dt.date, region: str | None = None) -> bool:
    """Whether ``day`` is a public holiday (with ``region``, its anniversary day too)."""
    return day in _holidays(region)


def count(day: dt.date, span: str, *, back: bool = False, region: str | None = None) -> dt.date:
    """The day that lies ``span`` after ``day``, or before it.

    A month that is too short ends on its last day. Working days leave out weekends and public holidays. What would lie
    outside the calendar of years 1 to 9999 is its first or last day.

    >>> count(dt.date(2026, 12, 31), "2 months")
    datetime.date(2027, 2, 28)
    >>> count(dt.date(2026, 12, 24), "3 working days")
    datetime.date(2026, 12, 31)
    >>> count(dt.date(2027, 3, 1), "12 weeks", back=True)
    datetime.date(2026, 12, 7)
    >>> count(dt.date(2026, 12, 24), "soon")
    Traceback (most recent call last):
    ...
    ValueError: a span reads like `2 months`, `3 working days` or `12 weeks`, not `soon`
    """
    read = re.fullmatch(r"(\d+) (working days?|days?|weeks?|months?|years?)", span)
    if read is None:
        raise ValueError(f"a span reads like `2 months`, `3 working days` or `12 weeks`, not `{span}`")
    number, unit = int(read[1]), read[2].rstrip("s")
    try:
        return _count(day, -number if back else number, unit, region)
    except (OverflowError, ValueError):
        return dt.date.min if back else dt.date.max


def _count(day: dt.date, number: int, unit: str, region: str | None) -> dt.date:
    if unit == "working day":
        step = dt.timedelta(days=1 if number > 0 else -1)
        while number:
            day += step
            number -= step.days * is_working_day(day, region)
        return day
    if unit in ("month", "year"):
        months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    return day + dt.timedelta(days=number * (7 if unit == "week" else 1))


def months(start: dt.date, end: dt.date) -> int:
    """Whole months from one day to another.

    >>> months(dt.date(2026, 1, 31), dt.date(2026, 2, 28)), months(dt.date(2026, 1, 15), dt.date(2026, 3, 15))
    (0, 2)
    """
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
