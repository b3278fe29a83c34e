"""The catalogue as one thing: what it holds, and whether it holds together."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from catalogue import files, model

_Item = TypeVar("_Item", model.Agency, model.LifeEvent, model.Service, model.Fact, model.CrisisLine)
_Statement = TypeVar("_Statement", bound=model.Statement)


class Catalogue:
    """Agencies, life events, services, facts and crisis lines by id.

    Raises:
        files.CatalogueError: where ids clash, point nowhere or wait for each other in a circle, or where a link leads
            to a host that no agency owns.
    """

    def __init__(self, file: model.File) -> None:
        problems: list[str] = []
        self.agencies = _by_id(file.agencies, "agency", problems)
        self.life_events = _by_id(file.life_events, "life event", problems)
        self.services = _by_id(file.services, "service", problems)
        self.facts = _by_id(file.facts, "fact", problems)
        self.crisis_lines = _by_id(file.crisis_lines, "crisis line", problems)
        problems += self._dangling()
        problems += self._circles()
        problems += self._strange_links()
        if problems:
            raise files.CatalogueError(problems)

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

    def dates_of(self, life_events: Iterable[str], known: Mapping[str, object]) -> dict[str, dt.date]:
        """The days that ``known`` facts give to the life events' dates."""
        dates = [date for event in life_events for date in self.life_events[event].dates]
        return {
            date.id: dt.date.fromisoformat(str(known[date.fact]))
            for date in dates
            if date.fact is not None and date.fact in known
        }

    def _dangling(self) -> Iterator[str]:
        dates = {date.id for event in self.life_events.values() for date in event.dates}
        for service in self.services.values():
            where = f"service `{service.id}`"
            yield from _unknown(where, "agency", [service.agency], self.agencies)
            yield from _unknown(where, "life event", service.life_events, self.life_events)
            for name in ("after", "after_if_needed", "together_with", "not_with"):
                yield from _unknown(where, f"service (in `{name}`)", getattr(service, name), self.services)
            yield from _unknown(where, "fact", (*service.start.form, *service.start.optional), self.facts)
            for deadline in service.deadline:
                yield from _unknown(where, "date", filter(None, (deadline.after, deadline.before)), dates)
        for event in self.life_events.values():
            yield from _unknown(f"life event `{event.id}`", "life event", event.never_with, self.life_events)
            given_by = [date.fact for date in event.dates if date.fact]
            yield from _unknown(f"life event `{event.id}`", "fact", given_by, self.facts)
        for fact in self.facts.values():
            yield from _unknown(f"fact `{fact.id}`", "fact (in `only_if`)", fact.only_if, self.facts)

    def _circles(self) -> Iterator[str]:
        try:
            TopologicalSorter(
                {service.id: (*service.after, *service.after_if_needed) for service in self.services.values()}
            ).prepare()
        except CycleError as error:
            yield f"services wait for each other in a circle: {' -> '.join(error.args[1])}; take one `after` out"

    def _strange_links(self) -> Iterator[str]:
        for service in self.services.values():
            for channel in service.channels:
                if channel.url and not self.is_official(channel.url):
                    host = urlsplit(channel.url).hostname
                    yield (
                        f"service `{service.id}` links to `{host}`, which is not on the allow-list; "
                        "use the agency's own page, or add the host to that agency's `hosts`"
                    )

    def is_official(self, url: str) -> bool:
        """Whether ``url`` is on a host that an agency in the catalogue owns."""
        host = urlsplit(url).hostname or ""
        return any(host == own or host.endswith(f".{own}") for own in self._hosts)

    @functools.cached_property
    def _hosts(self) -> frozenset[str]:
        return frozenset(host for agency in self.agencies.values() for host in agency.hosts)


@functools.cache
def load(folder: Path = files.DATA) -> Catalogue:
    """The catalogue in ``folder``, read once."""
    return Catalogue(files.read(folder))


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


def _by_id(items: Iterable[_Item], kind: str, problems: list[str]) -> dict[str, _Item]:
    listed = list(items)
    for name, count in Counter(item.id for item in listed).items():
        if count > 1:
            problems.append(f"{kind} `{name}` is there {count} times; give each its own id or take one out")
    return {item.id: item for item in listed}


def _unknown(where: str, kind: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    known = set(known)
    for name in names:
        if name not in known:
            yield f"{where} names the {kind} `{name}`, which is not in the catalogue"
