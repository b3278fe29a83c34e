"""What an adviser is warned of: last days that are close or over, and amounts that change or are not known to hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from catalogue import Service
from catalogue.rules import Rulebook
from catalogue.rules.model import Rate

CLOSE = dt.timedelta(days=21)
"""How soon a last day, or a change, is warned of."""


def of_deadline(service: Service, due: dt.date | None, day: dt.date) -> list[str]:
    """The last day of a service, where it is over or close."""
    name = service.name.en
    if due is None or due - day > CLOSE:
        return []
    if due < day:
        return [f"{name}: the last day was {say(due)}. Ask the agency what is still possible."]
    return [f"{name}: the last day is {say(due)}."]


def of_statements(service: Service, day: dt.date) -> list[str]:
    """What a service costs or pays, where another statement begins soon or the one that holds ends with none after."""
    found = []
    for said in (service.cost, service.amount):
        begins = sorted(one.since for one in said if one.since and day < one.since <= day + CLOSE)
        ends = sorted(one.until for one in said if one.until and one.holds_on(day) and one.until <= day + CLOSE)
        found += [f"{service.name.en}: what it costs or pays changes on {say(begin)}." for begin in begins]
        if ends and not any(one.holds_on(ends[-1] + dt.timedelta(days=1)) for one in said):
            found.append(f"{service.name.en}: what it costs or pays is known until {say(ends[-1])}.")
    return found


def of_rates(services: Iterable[Service], book: Rulebook, day: dt.date) -> list[str]:
    """The rates in the rules of some services: those that change soon or end soon, and whose amounts are in doubt."""
    ruled = [one for one in services if one.id in book.services]
    rates: Mapping[str, Rate] = {name: book.rates[name] for one in ruled for name in book.rates_of(one.id)}
    found = []
    for rate in rates.values():
        coming = [value.since for value in rate.values if day < value.since <= day + CLOSE]
        found += [f"{rate.title}: changes on {say(begin)}." for begin in coming]
        last = rate.current_until
        # A value that comes later says what holds then; the end of what is known is that of the newest.
        if last is not None and rate.values[-1].since <= day <= last <= day + CLOSE:
            found.append(f"{rate.title}: known until {say(last)}. Look at the agency's page from then on.")
    doubtful = book.doubtful(day)
    unsure = [one.name.en for one in ruled if doubtful.intersection(book.rates_of(one.id))]
    if unsure:
        names = "; ".join(dict.fromkeys(unsure))
        found.append(
            f"Some amounts are not confirmed for today. Look at the agency's page before you say one: {names}."
        )
    return found


def say(day: dt.date) -> str:
    """A day as people say it."""
    return f"{day.day} {day:%B %Y}"
