"""The values of facts as rules take them, and the two ways of not having one that differ from not being asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import enum
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from catalogue import answers, bounds, lines
from catalogue.bounds import Bound
from catalogue.lines import Line
from catalogue.model import Fact
from catalogue.rules.closures import BIG, Range


class Missing(enum.StrEnum):
    """Why a fact that was asked has no value. A fact that was not asked is just not there (absent)."""

    UNKNOWN = "~unknown"
    REFUSED = "~refused"


class FactError(ValueError):
    """Facts that can't be used as they are; the text says which, and what they should be."""


class Known(NamedTuple):
    """What is known: values as rules take them (days as ordinals), the ranges in which the values of other facts lie,
    and why facts that were asked for have no value. A fact in a range can be missing too: nobody knows more than that.
    """

    values: dict[str, Any]
    ranges: dict[str, Range]
    missing: dict[str, Missing]


def read(facts: Mapping[str, Fact], given: Mapping[str, Any]) -> Known:
    """What ``given`` says, by fact or by the id of a line (:mod:`catalogue.lines`).

    A value goes before what is known of its range. A line that is true goes before one that is not: who ticks "under
    14" and leaves "under 18" may have taken the one for the other.

    Raises:
        FactError: naming the fact and what is wrong with it.

    >>> from catalogue.model import Fact
    >>> known = {"birth": Fact(id="birth", type="date", question="?", label="?")}
    >>> read(known, {"birth": "1990-03-27"}).values
    {'birth': 726553}
    >>> read(known, {"birth@../1990-03-27": True, "birth@1961-11-25/..": False}).ranges
    {'birth': (-1000000000000000.0, 716203)}
    >>> read(known, {"birth": None}).missing["birth"].name
    'UNKNOWN'
    >>> read(known, {"birht": "1990-03-27"})
    Traceback (most recent call last):
    ...
    catalogue.rules.values.FactError: there is no fact `birht`; did you mean `birth`?
    """
    known = Known({}, {}, {})
    untrue = []
    for name, value in given.items():
        line = _line(facts, name)
        fact = line.fact
        if value is None or value in ("~unknown", "~refused"):
            known.missing[fact.id] = Missing.UNKNOWN if value is None else Missing(value)
        elif line.bound is not None:
            if not isinstance(value, bool):
                raise FactError(f"`{name}` is true or false, not {value!r}")
            if value:
                _narrow(known, fact, line.bound)
            else:
                untrue.append(line)
        elif bounds.is_written(fact, value):
            _narrow(known, fact, _bound(fact, value))
        else:
            known.values[name] = value_of(fact, value)
    for line in untrue:
        with contextlib.suppress(FactError):
            _narrow(known, line.fact, line.left(False))
    for name in known.values:
        known.ranges.pop(name, None)
        known.missing.pop(name, None)
    return known


def _line(facts: Mapping[str, Fact], name: str) -> Line:
    try:
        return lines.find(facts, name)
    except KeyError:
        named = lines.fact_of(name)
        close = difflib.get_close_matches(named, facts, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        raise FactError(f"there is no fact `{named}`{hint}") from None
    except ValueError as error:
        raise FactError(str(error)) from None


def _bound(fact: Fact, text: str) -> Bound:
    try:
        return bounds.read(fact, text)
    except ValueError as error:
        raise FactError(str(error)) from None


def _narrow(known: Known, fact: Fact, bound: Bound) -> None:
    """Takes in that ``fact`` lies in ``bound``."""
    low, high = known.ranges.get(fact.id, bounds.all_of(fact))
    low, high = max(low, bound.low, -BIG), min(high, bound.high, BIG)
    if low > high:
        raise FactError(f"what is said of `{fact.id}` can't be true together")
    known.ranges[fact.id] = low, high


def told(facts: Mapping[str, Fact], given: Mapping[str, Any], day: dt.date, names: Iterable[str]) -> dict[str, str]:
    """What is known of ``names``, in words for the person: their values, or on which side of a threshold they lie."""
    known = read(facts, {name: is_true for name, is_true in given.items() if lines.fact_of(name) != name})
    found = {}
    for name in names:
        if given.get(name) not in (None, *Missing):
            found[name] = answers.show(facts[name], given[name])
        elif name in known.ranges:
            low, high = known.ranges[name]
            bound = Bound(low if low > -BIG else -math.inf, high if high < BIG else math.inf)
            found[name] = lines.show(facts[name], bound, day)
    return found


def spread(aliases: Iterable[Fact], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is given, with the facts that another answer gives too (``answered_by``), where they were not given
    themselves. A value of another goes before a line of their own.
    """
    found = {}
    for fact in aliases:
        own = {name for name in given if lines.fact_of(name) == fact.id}
        if fact.id in own:
            continue
        for name in given:
            other, bound = lines.fact_of(name), name[len(lines.fact_of(name)) :]
            if other in fact.answered_by and (not bound or not own):
                found[fact.id + bound] = given[name]
    return {**given, **found} if found else given


def value_of(fact: Fact, value: Any) -> Any:
    """One value, checked against its fact.

    Raises:
        FactError: where it is not of the fact's type or out of its range.
    """
    if fact.type == "yes_no":
        if not isinstance(value, bool):
            raise FactError(f"`{fact.id}` is true or false, not {value!r}")
        return value
    if fact.type in ("number", "money"):
        return _number(fact, value)
    if fact.type == "choice":
        options = [option.id for option in fact.options]
        if value not in options:
            raise FactError(f"`{fact.id}` is one of {', '.join(options)}, not {value!r}")
        return value
    if fact.type == "date":
        return _day(fact, value)
    return trips(fact, value) if fact.type == "trips" else value


def _number(fact: Fact, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise FactError(f"`{fact.id}` is a number, not {value!r}")
    if fact.whole and not float(value).is_integer():
        raise FactError(f"`{fact.id}` is a whole number, not {value!r}")
    if (fact.minimum is not None and value < fact.minimum) or (fact.maximum is not None and value > fact.maximum):
        low, high = fact.minimum, fact.maximum
        limits = " and ".join(
            part for part in (low is not None and f"{low:g} or more", high is not None and f"{high:g} or less") if part
        )
        raise FactError(f"`{fact.id}` is {limits}, not {value:g}")
    return value


def _day(fact: Fact, value: Any) -> int:
    if isinstance(value, dt.date):
        return value.toordinal()
    try:
        return dt.date.fromisoformat(value).toordinal()
    except (TypeError, ValueError):
        raise FactError(f"`{fact.id}` is a day like 1990-03-27, not {value!r}") from None


def trips(fact: Fact, value: Any) -> tuple[tuple[int, int], ...]:
    """Trips in the order of leaving, from ``2024-03-01/2024-03-20, ...`` or ``none``.

    >>> from catalogue.model import Fact
    >>> away = Fact(id="overseas_trips", type="trips", question="?", label="?")
    >>> [back - left for left, back in trips(away, "2024-03-01/2024-03-20")]
    [19]
    >>> trips(away, "none")
    ()
    """
    if not isinstance(value, str):
        raise FactError(f"`{fact.id}` reads like 2024-03-01/2024-03-20, 2025-07-02/2025-07-09, or none; not {value!r}")
    found = []
    for part in filter(None, re.split(r"[,;\s]+", "" if value == "none" else value)):
        try:
            left, back = (dt.date.fromisoformat(day).toordinal() for day in part.split("/"))
        except ValueError:
            raise FactError(f"`{fact.id}`: a trip reads like 2024-03-01/2024-03-20, not {part!r}") from None
        if back < left:
            raise FactError(f"`{fact.id}`: the trip {part} ends before it begins")
        found.append((left, back))
    return tuple(sorted(found))
