"""The values of facts as rules take them, and the two ways of not having one that differ from not being asked."""

from __future__ import annotations

import datetime as dt
import difflib
import enum
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.model import Fact


class Missing(enum.StrEnum):
    """Why a fact that was asked has no value. A fact that was not asked is just not there (absent)."""

    UNKNOWN = "~unknown"
    REFUSED = "~refused"


class FactError(ValueError):
    """Facts that can't be used as they are; the text says which, and what they should be."""


def read(facts: Mapping[str, Fact], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Missing]]:
    """The known values as rules take them (days as ordinals), and why the others have none.

    Raises:
        FactError: naming the fact and what is wrong with it.

    >>> from catalogue.model import Fact
    >>> known = {"birth": Fact(id="birth", type="date", question="?", label="?")}
    >>> read(known, {"birth": "1990-03-27"})
    ({'birth': 726553}, {})
    >>> read(known, {"birth": None})[1]["birth"].name
    'UNKNOWN'
    >>> read(known, {"birht": "1990-03-27"})
    Traceback (most recent call last):
    ...
    catalogue.rules.values.FactError: there is no fact `birht`; did you mean `birth`?
    """
    values: dict[str, Any] = {}
    missing: dict[str, Missing] = {}
    for name, value in given.items():
        fact = facts.get(name)
        if fact is None:
            close = difflib.get_close_matches(name, facts, n=1)
            raise FactError(f"there is no fact `{name}`" + (f"; did you mean `{close[0]}`?" if close else ""))
        if value is None or value in ("~unknown", "~refused"):
            missing[name] = Missing.UNKNOWN if value is None else Missing(value)
        else:
            values[name] = value_of(fact, value)
    return values, missing


def spread(aliases: Iterable[Fact], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts with those that another answer gives too (``answered_by``), where they were not given themselves."""
    found = {
        fact.id: given[other]
        for fact in aliases
        if fact.id not in given
        for other in fact.answered_by
        if other in given
    }
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
