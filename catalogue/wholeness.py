"""Whether the catalogue holds together: ids that clash or point nowhere, circles, links that lead elsewhere."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from urllib.parse import urlsplit

from catalogue import files, model

REFERENCES = ("after", "after_one_of", "after_if_needed", "together_with", "not_with")
"""The fields in which a service names others."""


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: the list, id and place inside of what it is about, and what to do."""

    kind: str
    id: str
    inside: tuple[str | int, ...]
    text: str


def faults(file: model.File) -> Iterator[Fault]:
    """Everything in a catalogue that does not hold together."""
    yield from _doubles(file)
    yield from _dangling(file)
    yield from _circles(file)
    yield from _strange_links(file)


def told(fault: Fault, places: files.Places, folder: Path) -> str:
    """The fault as people read it, with file and line where the catalogue came from files."""
    path = places.get((fault.kind, fault.id))
    if path is None:
        return fault.text
    return (
        f"{path.relative_to(folder).as_posix()}:{files.place(path, fault.kind, fault.id, *fault.inside)}: {fault.text}"
    )


def hosts(agencies: Iterable[model.Agency]) -> frozenset[str]:
    """The allow-list: the hosts that agencies own."""
    return frozenset(host for agency in agencies for host in agency.hosts)


def is_official(url: str, allowed: frozenset[str]) -> bool:
    """Whether ``url`` is on one of the allowed hosts, or below one."""
    host = urlsplit(url).hostname or ""
    return any(host == own or host.endswith(f".{own}") for own in allowed)


def _doubles(file: model.File) -> Iterator[Fault]:
    for kind in model.File.model_fields:
        for id, count in Counter(item.id for item in getattr(file, kind)).items():
            if count > 1:
                singular = {"agencies": "agency"}.get(kind, kind.removesuffix("s").replace("_", " "))
                yield Fault(
                    kind, id, ("id",), f"{singular} `{id}` is there {count} times; give each its own id or take one out"
                )


def _dangling(file: model.File) -> Iterator[Fault]:
    agencies = [agency.id for agency in file.agencies]
    events = [event.id for event in file.life_events]
    services = [service.id for service in file.services]
    facts = {fact.id: fact for fact in file.facts}
    dates = [date.id for event in file.life_events for date in event.dates]
    for site in file.sites:
        yield from Where("sites", site.id, f"site `{site.id}`").unknown("agency", ("agency",), [site.agency], agencies)
    for service in file.services:
        where = Where("services", service.id, f"service `{service.id}`")
        yield from where.unknown("agency", ("agency",), [service.agency], agencies)
        yield from where.unknown("life event", ("life_events",), service.life_events, events, keyed=True)
        for event, turn in service.life_events.items():
            yield from where.conditions(("life_events", event, "applies_if"), turn.applies_if, facts)
        for name in REFERENCES:
            yield from where.unknown(f"service (in `{name}`)", (name,), getattr(service, name), services)
        for name in ("form", "optional"):
            yield from where.unknown("fact", ("start", name), getattr(service.start, name), facts)
        for number, deadline in enumerate(service.deadline):
            for side in ("after", "before"):
                named = getattr(deadline, side)
                yield from where.unknown(
                    "date", ("deadline", number, side), [named] if named else [], dates, whole=True
                )
    for event_ in file.life_events:
        where = Where("life_events", event_.id, f"life event `{event_.id}`")
        yield from where.unknown("life event", ("never_with",), event_.never_with, events)
        yield from where.unknown("fact", ("alone",), event_.alone, facts)
        for number, date in enumerate(event_.dates):
            yield from where.unknown(
                "fact", ("dates", number, "fact"), [date.fact] if date.fact else [], facts, whole=True
            )
    for fact in file.facts:
        where = Where("facts", fact.id, f"fact `{fact.id}`")
        yield from where.unknown("fact (in `only_if`)", ("only_if",), fact.only_if, facts, keyed=True)
        yield from where.unknown("fact (in `answered_by`)", ("answered_by",), fact.answered_by, facts)


@dataclass(frozen=True)
class Where:
    """What names others: its list and id, and what to call it."""

    kind: str
    id: str
    said: str

    def unknown(
        self,
        what: str,
        inside: tuple[str | int, ...],
        names: Iterable[str],
        known: Iterable[str],
        *,
        keyed: bool = False,
        whole: bool = False,
    ) -> Iterator[Fault]:
        """A fault for each of the names that is not known."""
        known = list(known)
        for number, name in enumerate(names):
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean `{close[0]}`?" if close else ""
                place = inside if whole or inside == ("agency",) else (*inside, name if keyed else number)
                yield Fault(
                    self.kind,
                    self.id,
                    place,
                    f"{self.said} names the {what} `{name}`, which is not in the catalogue{hint}",
                )

    def conditions(
        self, inside: tuple[str | int, ...], given: dict[str, tuple[str | bool, ...]], facts: dict[str, model.Fact]
    ) -> Iterator[Fault]:
        """A fault for each condition on a fact that is not there, or that can't have such a value."""
        yield from self.unknown("fact", inside, given, facts, keyed=True)
        for name, values in given.items():
            fact = facts.get(name)
            if fact is None:
                continue
            possible: tuple[str | bool, ...] = (
                (True, False) if fact.type == "yes_no" else tuple(option.id for option in fact.options)
            )
            strange = [
                value for value in values if value not in possible or isinstance(value, bool) != (fact.type == "yes_no")
            ]
            if strange:
                options = ", ".join(f"`{str(one).lower()}`" for one in possible) or "no fixed values: use another fact"
                yield Fault(
                    self.kind,
                    self.id,
                    (*inside, name),
                    f"{self.said}: `{name}` can't be `{str(strange[0]).lower()}`; it has {options}",
                )


def _circles(file: model.File) -> Iterator[Fault]:
    waits = {one.id: (*one.after, *one.after_one_of, *one.after_if_needed) for one in file.services}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        # Told the way a reader follows it, from one that waits to what it waits for.
        circle.reverse()
        yield Fault(
            "services",
            circle[0],
            (),
            f"services wait for each other in a circle: {' -> '.join(circle)}; take one `after` out",
        )


def _strange_links(file: model.File) -> Iterator[Fault]:
    allowed = hosts(file.agencies)
    for service in file.services:
        for number, channel in enumerate(service.channels):
            if channel.url and not is_official(channel.url, allowed):
                yield Fault(
                    "services",
                    service.id,
                    ("channels", number, "url"),
                    f"service `{service.id}` links to `{urlsplit(channel.url).hostname}`, which is not on the "
                    "allow-list; use the agency's own page, or add the host to that agency's `hosts`",
                )
    for agency in file.agencies:
        if agency.site and not is_official(agency.site, allowed):
            yield Fault(
                "agencies",
                agency.id,
                ("site",),
                f"agency `{agency.id}` has its site on `{urlsplit(agency.site).hostname}`, which is not among its "
                "`hosts`; add it there",
            )
