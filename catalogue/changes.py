"""What changed for people between two catalogues, in plain words, for those who review a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalogue import model
from catalogue.catalogue import Catalogue
from catalogue.rules.rulebook import Rulebook


@dataclass(frozen=True)
class Change:
    """What changed: whose name it is told under, and a sentence."""

    about: str
    text: str


def changes(before: Catalogue, after: Catalogue) -> Iterator[Change]:
    """What people, not programs, would notice: who can get it, what it costs, by when, how, and how sure that is."""
    yield from _agencies(before, after)
    yield from _life_events(before, after)
    for id, service in after.services.items():
        old = before.services.get(id)
        if old is None:
            agency = after.agency_of(service).name.en
            events = ", ".join(after.life_events[event].name.en for event in service.life_events) or "no life event"
            yield Change(service.name.en, f"New service of {agency}, in: {events}.")
        else:
            for text in _service(before, after, old, service):
                yield Change(service.name.en, text)
    for id, service in before.services.items():
        if id not in after.services:
            yield Change(service.name.en, "This service is gone.")


def rule_changes(before: Rulebook, after: Rulebook, names: Mapping[str, str]) -> Iterator[Change]:
    """What changed in who may get a service, and in the rates that decide it. ``names`` are the services' names."""
    for id in after.services:
        name = names.get(id, id)
        if id not in before.services:
            yield Change(name, "Whether someone may get it can now be checked.")
            continue
        old = [one.text.en for one in before.rule(id).criteria]
        new = [one.text.en for one in after.rule(id).criteria]
        for text in _lines("Who can get it", old, new):
            yield Change(name, text)
    for id in before.services:
        if id not in after.services:
            yield Change(names.get(id, id), "Whether someone may get it can no longer be checked.")
    for id, rate in after.rates.items():
        old_rate = before.rates.get(id)
        if old_rate is None:
            continue
        was = {one.since: one.value for one in old_rate.values}
        for value in rate.values:
            if was.get(value.since) != value.value:
                told = f" It was {was[value.since]:g}." if value.since in was else ""
                yield Change(rate.title, f"From {_day(value.since)} it is {value.value:g} ({rate.unit}).{told}")


def _agencies(before: Catalogue, after: Catalogue) -> Iterator[Change]:
    for id, agency in after.agencies.items():
        old = before.agencies.get(id)
        if old is None:
            yield Change(agency.name.en, "New agency.")
            continue
        if old.name.en != agency.name.en:
            yield Change(agency.name.en, f"It was called “{old.name.en}”.")
        yield from (Change(agency.name.en, text) for text in _lines("Phone", _phones(old), _phones(agency)))
        yield from (
            Change(agency.name.en, text) for text in _lines("Host that links may lead to", old.hosts, agency.hosts)
        )
    yield from (
        Change(one.name.en, "This agency is gone.") for id, one in before.agencies.items() if id not in after.agencies
    )


def _life_events(before: Catalogue, after: Catalogue) -> Iterator[Change]:
    for id, event in after.life_events.items():
        old = before.life_events.get(id)
        if old is None:
            yield Change(event.name.en, "New life event.")
        elif old.name.en != event.name.en or old.opening.en != event.opening.en:
            yield Change(event.name.en, f"It now opens with: “{event.opening.en}”")
    for id, event in before.life_events.items():
        if id not in after.life_events:
            yield Change(event.name.en, "This life event is gone.")


def _service(before: Catalogue, after: Catalogue, old: model.Service, new: model.Service) -> Iterator[str]:
    if old.name.en != new.name.en:
        yield f"It was called “{old.name.en}”."
    if old.agency != new.agency:
        yield f"It moves from {before.agency_of(old).name.en} to {after.agency_of(new).name.en}."
    if old.what.en != new.what.en:
        yield f"What it does was “{old.what.en}”, and is now “{new.what.en}”"
    yield from _lines("Who can get it", old.who, new.who)
    yield from _lines("What to have ready", old.ready, new.ready)
    for label, name in (
        ("Cost", "cost"),
        ("Amount", "amount"),
        ("Time", "time"),
        ("Deadline", "deadline"),
        ("Way in", "channels"),
    ):
        yield from _lines(label, _said(old, getattr(old, name)), _said(new, getattr(new, name)))
    yield from _plans(before, after, old, new)
    for label, name in (
        ("Comes after", "after"),
        ("Comes after one of", "after_one_of"),
        ("May come after", "after_if_needed"),
        ("Can't be had together with", "not_with"),
    ):
        yield from _lines(label, _names(before, getattr(old, name)), _names(after, getattr(new, name)))
    if old.start.kind != new.start.kind:
        yield f"It started by “{old.start.kind}”, and now starts by “{new.start.kind}”."
    yield from _lines(
        "What is asked for",
        [before.facts[one].label.en for one in (*old.start.form, *old.start.optional)],
        [after.facts[one].label.en for one in (*new.start.form, *new.start.optional)],
    )
    if old.confidence != new.confidence:
        yield "A source confirms it now." if new.confidence == "seen" else "No source confirms it any more."


def _plans(before: Catalogue, after: Catalogue, old: model.Service, new: model.Service) -> Iterator[str]:
    """In which plans it is, when and for whom."""
    for event in (*new.life_events, *(one for one in old.life_events if one not in new.life_events)):
        named = (after.life_events.get(event) or before.life_events[event]).name.en
        was, now = old.life_events.get(event), new.life_events.get(event)
        if was is None and now is not None:
            yield f"It joins the plan for “{named}” ({_when(now)})."
        elif was is not None and now is None:
            yield f"It leaves the plan for “{named}”."
        elif was is not None and now is not None:
            if was.stage != now.stage:
                yield f"In the plan for “{named}” its turn was “{was.stage}”, and is now “{now.stage}”."
            if was.only_if != now.only_if:
                yield f"In the plan for “{named}” it is there {_for_whom(now)}. It was there {_for_whom(was)}."


def _lines(label: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    """What left and what came; one line for one line reads as a change."""
    old, new = list(old), list(new)
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if len(gone) == len(come) == 1:
        yield f"{label}: was “{gone[0]}”, is now “{come[0]}”."
        return
    yield from (f"{label}: no longer “{one}”." for one in gone)
    yield from (f"{label}: new “{one}”." for one in come)


def _said(service: model.Service, statements: Iterable[model.Statement]) -> list[str]:
    return [_statement(service, one) for one in statements]


def _statement(service: model.Service, one: model.Statement) -> str:
    parts: list[str] = []
    if isinstance(one, model.Cost) and one.amount is not None:
        parts.append("free" if one.amount == 0 else f"${one.amount:,.2f}")
    if isinstance(one, model.Channel):
        parts += [part for part in (one.url, one.phone) if part]
    if isinstance(one, model.Deadline) and one.within:
        parts.append(
            f"{one.within} {'after' if one.after else 'before'} {(one.after or one.before or '').replace('_', ' ')}"
        )
    parts += [part for part in (getattr(one, "text", None), one.note) if part]
    told = ": ".join([parts[0], " ".join(parts[1:])]) if len(parts) > 1 else "".join(parts)
    if one.since:
        told += f" from {_day(one.since)}"
    if one.until:
        told += f" until {_day(one.until)}"
    return told + (" (not confirmed)" if service.confidence_of(one) == "unverified" else "")


def _phones(agency: model.Agency) -> list[str]:
    return [f"{one.label} {one.number}" for one in agency.phones]


def _names(catalogue: Catalogue, ids: Iterable[str]) -> list[str]:
    return [catalogue.services[id].name.en for id in ids]


def _when(turn: model.Turn) -> str:
    return f"{turn.stage}, {_for_whom(turn)}"


def _for_whom(turn: model.Turn) -> str:
    return f"only if {turn.only_if}" if turn.only_if else "for everybody"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
