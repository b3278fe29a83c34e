"""The catalogue as one thing: what it holds, and whether it holds together."""

from __future__ import annotations

import copy
import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from catalogue import bounds, days, files, model, wholeness

_Statement = TypeVar("_Statement", bound=model.Statement)


class Catalogue:
    """Agencies, life events, services, facts and crisis lines by id.

    Raises:
        files.CatalogueError: where ids clash, point nowhere or wait for each other in a circle, or where a link leads
            to a host that no agency owns.
    """

    def __init__(self, file: model.File, places: files.Places | None = None, folder: Path = files.DATA) -> None:
        problems = [wholeness.told(fault, places or {}, folder) for fault in wholeness.faults(file)]
        if problems:
            raise files.CatalogueError(problems)
        self.agencies = {item.id: item for item in file.agencies}
        self.life_events = {item.id: item for item in file.life_events}
        self.services = {item.id: item for item in file.services}
        self.facts = {item.id: item for item in file.facts}
        self.crisis_lines = {item.id: item for item in file.crisis_lines}
        self.sites = {item.id: item for item in file.sites}

    def with_services(self, changed: Mapping[str, model.Service]) -> Catalogue:
        """The catalogue with some services changed, such as how they start; each stands under its own id."""
        made = copy.copy(self)
        made.services = {**self.services, **changed}
        return made

    def agency_of(self, service: model.Service) -> model.Agency:
        """The agency that is answerable for ``service``."""
        return self.agencies[service.agency]

    def services_for(self, life_event: str) -> list[model.Service]:
        """The services of a life event, by stage and then in the catalogue's order.

        Raises:
            KeyError: where there is no such life event.
        """
        self.life_events[life_event]
        chosen = [service for service in self.services.values() if life_event in service.life_events]
        return sorted(chosen, key=lambda service: model.STAGES.index(service.life_events[life_event].stage))

    def form_of(self, service: model.Service, known: Mapping[str, object]) -> list[model.Fact]:
        """The facts of the service's form that apply to what is ``known``, in the order in which they are asked."""
        named = [self.facts[name] for name in (*service.start.form, *service.start.optional)]
        return [fact for fact in named if all(known.get(other) in values for other, values in fact.only_if.items())]

    def alone_in(self, life_events: Iterable[str]) -> frozenset[str]:
        """The facts that are asked for by themselves in any of these life events."""
        known = self.life_events
        return frozenset(name for event in life_events if event in known for name in known[event].alone)

    def dates_of(self, life_events: Iterable[str], known: Mapping[str, object]) -> dict[str, dt.date]:
        """The days that ``known`` facts give to the life events' dates."""
        dates = [date for event in life_events for date in self.life_events[event].dates]
        return {
            date.id: days.count(dt.date.fromisoformat(str(known[date.fact])), date.later or "0 days")
            for date in dates
            if date.fact is not None
            and isinstance(day := known.get(date.fact), str)
            # Asked in vain, or known by a bound only.
            and not day.startswith("~")
            and not bounds.is_written(self.facts[date.fact], day)
        }

    def is_official(self, url: str) -> bool:
        """Whether ``url`` is on a host that an agency in the catalogue owns."""
        return wholeness.is_official(url, self._hosts)

    @functools.cached_property
    def _hosts(self) -> frozenset[str]:
        return wholeness.hosts(self.agencies.values())


@functools.cache
def load(folder: Path = files.DATA) -> Catalogue:
    """The catalogue in ``folder``, read once."""
    file, places = files.read_all(folder)
    return Catalogue(file, places, folder)


def on(day: dt.date, statements: Iterable[_Statement]) -> _Statement | None:
    """The statement that holds on ``day``, or None. Where two do, the one that began last.

    >>> import datetime as dt
    >>> old = model.Cost(amount=215, until=dt.date(2025, 5, 1))
    >>> new = model.Cost(**{"amount": 247, "from": dt.date(2025, 5, 2)})
    >>> on(dt.date(2025, 5, 1), [old, new]).amount, on(dt.date(2025, 5, 2), [old, new]).amount
    (215.0, 247.0)
    """
    holding = [statement for statement in statements if statement.holds_on(day)]
    return max(holding, key=lambda statement: statement.since or dt.date.min, default=None)
