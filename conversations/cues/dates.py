"""Dates that people say in passing: "due in March", "died on Tuesday", "my last day is Friday"."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.days import count
from conversations.cues import load

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in list(_MONTHS.items())} | {"sept": 9}
_DAYS = {name.casefold(): number for number, name in enumerate(calendar.day_name)}
_DAYS |= {name[:3]: number for name, number in list(_DAYS.items())}
_DAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_NUMBERS = {
    name: size
    for size, name in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_NUMBERS |= {"a": 1, "an": 1, "a couple of": 2, "couple of": 2}

_month = "|".join(sorted(_MONTHS, key=len, reverse=True))
_day = "|".join(sorted(_DAYS, key=len, reverse=True))
_number = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_EXPRESSIONS = (
    ("iso", r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    ("figures", r"(?<![\d/.$])(?P<d>\d{1,2})[/.](?P<m>\d{1,2})(?:[/.](?P<y>\d{4}|\d{2}))?(?![\d/%]|\.\d)"),
    ("day_month", rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_month})\b\.?(?:,? (?P<y>\d{{4}}))?"),
    (
        "day_month",
        rf"\b(?P<m>{_month})\b\.? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b"
        r"(?!:|\s?(?:am|pm|weeks|months|years|days))(?:,? (?P<y>\d{4}))?",
    ),
    ("near", r"\b(?P<w>day before yesterday|yesterday|last night|this morning|today|tonight|tomorrow|inanahi|apōpō)\b"),
    ("ago", rf"\b(?P<n>{_number}) (?P<u>day|week|month|year)s? (?:ago|back)\b"),
    ("ahead", rf"\bin (?:about |around )?(?P<n>{_number}) (?P<u>day|week|month|year)s?(?:'|’)?(?: time)?\b"),
    ("weekday", rf"\b(?P<r>last|this past|next|this coming|this|coming|on)? ?\b(?P<w>{_day})\b"),
    ("period", r"\b(?P<r>next|this) (?P<u>week|month|year)\b"),
    (
        "month",
        r"\b(?P<r>in|due|next|this|early|mid|late|end of|start of|of|for|by|until|since|around|about|come|last|due in"
        r"|is)"
        rf"[ -](?P<e>early |mid |mid-|late |the end of )?(?P<m>{_month})\b(?! \d{{1,2}}\b(?!\d))(?:,? (?P<y>\d{{4}}))?",
    ),
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _EXPRESSIONS)
_PAST = re.compile(
    r"\b(was|were|had|got|been|happened|finished|ended|born|arrived|came|moved|started|left|landed|died|passed|lost|sold"
    r"|bought|changed|made|did|fell|let (?:me|us|him|her|them) go|burnt|burned|broke|split|opened|began|i te|nō|kua)\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(will|due|going to|gonna|moving|leaving|starting|turning|getting|is|are|expecting|next|be|finish|finishes"
    r"|starts|end|ends|flying|hei)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """A date in a text. ``rough`` where only the month or week was said; ``day`` is then its first day."""

    day: dt.date
    rough: bool
    start: int
    end: int
    said: str


def find(text: str, today: dt.date, tense: str = "either") -> list[Found]:
    """The dates in ``text``, read on the day ``today``. What can't be told (a rough time in the past) is left out.

    >>> day = dt.date(2026, 11, 25)  # a Wednesday
    >>> [found.day.isoformat() for found in find("he died on tuesday", day, "past")]
    ['2026-11-24']
    >>> [(found.day.isoformat(), found.rough) for found in find("due in march", day)]
    [('2027-03-01', True)]
    >>> find("i may march in", day)
    []
    """
    found: list[Found] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            read = _read(name, match, today, _tense(text, match, tense))
            if read is not None:
                # "Due in March": what leads up to the date is left to tell which day it is.
                start = match.start({"month": "m", "weekday": "w"}.get(name, 0))
                found.append(Found(*read, start, match.end(), text[start : match.end()]))
    return sorted(found, key=lambda one: one.start)


def spoken(text: str, wanted: Iterable[str], today: dt.date, default: str | None = None) -> dict[str, Found]:
    """Which of the days called ``wanted`` a text tells, and when they are.

    Args:
        default: the day that the only date of a text is, where no word beside it tells.

    >>> day = dt.date(2026, 11, 25)
    >>> {name: one.day.isoformat() for name, one in spoken("mum died on friday, funeral is on monday", ["death", "burial"], day).items()}
    {'death': '2026-11-20', 'burial': '2026-11-30'}
    >>> spoken("my interview is on monday", ["job_end"], day)
    {}
    """  # noqa: E501
    names = [name for name in dict.fromkeys(wanted) if name in load("dates")]
    told: dict[str, Found] = {}
    found = find(text, today)
    for one in found:
        name = _nearest(text, one, names)
        if name is None and len(found) == 1 and default in names and not _is_other(text):
            name = default
        if name is None or name in told:
            continue
        again = next(
            (other for other in find(text, today, load("dates")[name]["tense"]) if other.start == one.start), one
        )
        if is_possible(name, again.day, today):
            told[name] = again
    return told


def is_possible(name: str, day: dt.date, today: dt.date) -> bool:
    """Whether ``day`` can be the day called ``name``."""
    cue = load("dates").get(name, {})
    return bool(-cue.get("back", 40_000) <= (day - today).days <= cue.get("ahead", 8_000))


def alone(text: str, today: dt.date, tense: str = "either") -> Found | None:
    """The date in a text that holds nothing else but one: "no sorry, it was the 3rd of May".

    >>> alone("oh sorry, it was wednesday", dt.date(2026, 11, 26), "past").day.isoformat()
    '2026-11-25'
    >>> alone("my brother broke his leg on wednesday", dt.date(2026, 11, 26)) is None
    True
    """
    found = find(text, today, tense)
    if not found:
        return None
    last = found[-1]
    rest = text
    for one in reversed(found):
        rest = rest[: one.start] + " " + rest[one.end :]
    around = {str(word) for word in load("corrections")["around"]}
    words = re.findall(r"[\w'’]+", rest.casefold())
    return last if all(word in around for word in words) else None


def _tense(text: str, match: re.Match[str], tense: str) -> str:
    """Past or future: as the day itself has it, else by the verb that is closest before the date, else after it."""
    if tense != "either":
        return tense
    clause = re.split(r"[.;!?,]| and | but ", text[: match.start()])[-1]
    verbs = [
        (found.start(), name) for name, one in (("past", _PAST), ("future", _FUTURE)) for found in one.finditer(clause)
    ]
    if verbs:
        return max(verbs)[1]
    after = text[match.end() : match.end() + 25]
    return "past" if _PAST.search(after) else "future"


def _nearest(text: str, found: Found, names: list[str]) -> str | None:
    """The day whose cue stands closest to the date; the only one there is where no cue stands anywhere near."""
    best: tuple[int, str] | None = None
    for name, pattern in _cues():
        if name != "other" and name not in names:
            continue
        for cue in pattern.finditer(text):
            if cue.start() < found.end and found.start < cue.end():
                continue
            between = text[cue.end() : found.start] if cue.end() <= found.start else text[found.end : cue.start()]
            # A cue that follows the date, or stands in another clause, counts as farther away.
            far = (
                len(between)
                + (12 if cue.start() >= found.end else 0)
                + 25 * len(re.findall(r"[.;!?,]|\band\b", between))
            )
            if far <= 60 and (best is None or far < best[0]):
                best = (far, name)
    if best is not None:
        return best[1] if best[1] != "other" else None
    return None


def _is_other(text: str) -> bool:
    return any(name == "other" and pattern.search(text) for name, pattern in _cues())


@functools.cache
def _cues() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (name, re.compile(r"\b(?:" + "|".join(str(word) for word in cue["cues"]) + r")\b", re.IGNORECASE))
        for name, cue in load("dates").items()
    ]


def _read(name: str, match: re.Match[str], today: dt.date, tense: str) -> tuple[dt.date, bool] | None:
    parts = match.groupdict()
    try:
        return _READERS[name](parts, today, tense)
    except ValueError:
        return None


def _full(parts: dict[str, str | None], today: dt.date, tense: str) -> tuple[dt.date, bool]:
    month = parts["m"] or ""
    number = _MONTHS.get(month.casefold()) or int(month)
    day, year = int(parts["d"] or 0), parts["y"]
    if year is not None:
        full = int(year) if len(year) == 4 else 2000 + int(year)
        return dt.date(full, number, day), False
    found = dt.date(today.year, number, day)
    if tense == "past" and found > today:
        found = dt.date(today.year - 1, number, day)
    elif tense == "future" and found < today:
        found = dt.date(today.year + 1, number, day)
    return found, False


def _near(parts: dict[str, str | None], today: dt.date, tense: str) -> tuple[dt.date, bool]:
    away = {"day before yesterday": -2, "yesterday": -1, "last night": -1, "inanahi": -1, "tomorrow": 1, "apōpō": 1}
    return today + dt.timedelta(days=away.get((parts["w"] or "").casefold(), 0)), False


def _span(sign: int, parts: dict[str, str | None], today: dt.date) -> tuple[dt.date, bool] | None:
    number, unit = (parts["n"] or "").casefold(), (parts["u"] or "").casefold()
    size = _NUMBERS.get(number) or int(number)
    rough = unit in ("month", "year") or (unit == "week" and sign > 0)
    # "Two months ago" names no day from which a deadline could be counted.
    if rough and sign < 0:
        return None
    return count(today, f"{size} {unit}s", back=sign < 0), rough


def _weekday(parts: dict[str, str | None], today: dt.date, tense: str) -> tuple[dt.date, bool] | None:
    word, which = (parts["w"] or "").casefold(), (parts["r"] or "").casefold()
    if len(word) == 3 and word in ("sun", "sat", "wed", "mon") and not which:
        return None
    past = which in ("last", "this past") or (
        which not in ("next", "this coming", "coming", "this") and tense == "past"
    )
    ahead = (_DAYS[word] - today.weekday()) % 7
    if past:
        return today - dt.timedelta(days=(-ahead) % 7 or 7), False
    days = ahead or 7
    # On Monday, "next Friday" is mostly not the one in four days.
    if which == "next" and days < 7 and today.weekday() < _DAYS[word]:
        days += 7
    return today + dt.timedelta(days=days), False


def _period(parts: dict[str, str | None], today: dt.date, tense: str) -> tuple[dt.date, bool] | None:
    unit, is_next = (parts["u"] or "").casefold(), (parts["r"] or "").casefold() == "next"
    if not is_next:
        return None
    if unit == "week":
        return today + dt.timedelta(days=7 - today.weekday()), True
    if unit == "month":
        return count(today.replace(day=1), "1 month"), True
    return dt.date(today.year + 1, 1, 1), True


def _month_only(parts: dict[str, str | None], today: dt.date, tense: str) -> tuple[dt.date, bool] | None:
    which = (parts["r"] or "").casefold()
    number = _MONTHS[(parts["m"] or "").casefold()]
    # "For may" and "is may" are hardly ever the month.
    if number == 5 and which in ("is", "for", "of", "about", "come"):
        return None
    year = int(parts["y"]) if parts["y"] else today.year + (number < today.month)
    if tense == "past" or which in ("since", "last"):
        return None
    part = (parts["e"] or which).strip(" -").casefold()
    day = {"mid": 11, "late": 21, "end of": 21, "the end of": 21}.get(part, 1)
    found = dt.date(year, number, day)
    return (max(found, today), True) if (year, number) >= (today.year, today.month) else None


_READERS = {
    "iso": _full,
    "figures": _full,
    "day_month": _full,
    "near": _near,
    "ago": lambda parts, today, tense: _span(-1, parts, today),
    "ahead": lambda parts, today, tense: _span(1, parts, today),
    "weekday": _weekday,
    "period": _period,
    "month": _month_only,
}
