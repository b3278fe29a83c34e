"""What is due for checking: statements that end, dates that lie long back, and what no source confirms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from catalogue import model
from catalogue.catalogue import Catalogue, on

STATEMENTS = ("cost", "amount", "time", "deadline", "channels")

SOON = 60
"""Days ahead in which what ends is told."""

_NAMES = {"cost": "cost", "amount": "amount", "time": "time", "deadline": "deadline", "channels": "way to reach it"}


@dataclass(frozen=True)
class Due:
    """Something to check: what it is, whose, when it was looked at last, and why it is due."""

    kind: Literal["service", "agency", "life event"]
    id: str
    agency: str | None
    assured_date: dt.date
    why: str


def due(catalogue: Catalogue, day: dt.date, longest: int = 180) -> Iterator[Due]:
    """What is due on ``day``, services by agency first.

    Args:
        longest: days after which what was looked at must be looked at again.
    """
    for service in sorted(catalogue.services.values(), key=lambda one: one.agency):
        for why in (*_old(service.assured_date, day, longest), *_ending(service, day), *_unverified(service)):
            yield Due("service", service.id, service.agency, service.assured_date, why)
    for agency in catalogue.agencies.values():
        for why in _old(agency.assured_date, day, longest):
            yield Due("agency", agency.id, agency.id, agency.assured_date, why)
    for event in catalogue.life_events.values():
        for why in _old(event.assured_date, day, longest):
            yield Due("life event", event.id, None, event.assured_date, why)


def _old(assured: dt.date, day: dt.date, longest: int) -> Iterator[str]:
    days = (day - assured).days
    if days > longest:
        yield f"last looked at {days} days ago, on {assured:%d.%m.%Y}"
    elif days < 0:
        yield f"said to be looked at on {assured:%d.%m.%Y}, which has not come yet"


def _ending(service: model.Service, day: dt.date) -> Iterator[str]:
    for name in STATEMENTS:
        statements: tuple[model.Statement, ...] = getattr(service, name)
        if not statements or name == "channels":
            continue
        last = max((one.until or dt.date.max) for one in statements)
        if last < day:
            yield f"its {_NAMES[name]} is known only up to {last:%d.%m.%Y}"
        elif last <= day + dt.timedelta(days=SOON):
            yield f"its {_NAMES[name]} ends on {last:%d.%m.%Y}, and nothing follows"
        elif on(day, statements) is None:
            yield f"no {_NAMES[name]} of it holds today"


def _unverified(service: model.Service) -> Iterator[str]:
    if service.confidence == "unverified":
        yield "no source confirms it"
        return
    parts = [
        _NAMES[name]
        for name in STATEMENTS
        if any(service.confidence_of(one) == "unverified" for one in getattr(service, name))
    ]
    if parts:
        yield f"no source confirms its {', '.join(parts)}"
