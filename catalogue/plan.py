"""The plan: the services for a person's life events, ordered by time and by what depends on what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from pydantic import BaseModel, ConfigDict

from catalogue import days, model
from catalogue.catalogue import Catalogue, on


class Reason(BaseModel):
    """Why a service is in the plan: the life event that it belongs to, in plain words."""

    model_config = ConfigDict(frozen=True)

    life_event: str
    why: str
    only_if: str | None = None


class Step(BaseModel):
    """A service in the plan.

    ``waits_for`` lists services of the same plan that come first, ``not_with`` those that can't be had for the same
    time. ``due`` is the last day, where the plan's dates let it be computed; ``due_text`` says the rule in words.
    """

    model_config = ConfigDict(frozen=True)

    service: str
    agency: str
    stage: model.Stage
    reasons: tuple[Reason, ...]
    waits_for: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    not_with_why: str | None = None
    due: dt.date | None = None
    due_text: str | None = None
    overdue: bool = False


class Plan(BaseModel):
    """Services of several agencies in one order. The same life events, dates and day give the same plan."""

    model_config = ConfigDict(frozen=True)

    life_events: tuple[str, ...]
    dates: dict[str, dt.date]
    made_on: dt.date
    steps: tuple[Step, ...]

    @property
    def agencies(self) -> list[str]:
        """The agencies in the plan, in the order in which their turn comes."""
        return list(dict.fromkeys(step.agency for step in self.steps))


def make(
    catalogue: Catalogue,
    life_events: Iterable[str],
    dates: Mapping[str, dt.date] | None = None,
    *,
    today: dt.date,
) -> Plan:
    """The plan for one or several life events.

    Args:
        dates: known days by name (``birth``, ``wedding``), as the life events' ``dates`` name them.
        today: the day for which facts hold and deadlines are judged.

    Raises:
        KeyError: where the catalogue has no such life event, with its id.
    """
    events = tuple(dict.fromkeys(life_events))
    known = dict(dates or {})
    chosen: dict[str, model.Service] = {}
    for event in events:
        for service in catalogue.services_for(event):
            chosen[service.id] = service
    steps = {name: _step(catalogue, service, events, known, chosen, today) for name, service in chosen.items()}
    for name in TopologicalSorter({name: chosen[name].after for name in chosen}).static_order():
        if name in steps:
            steps[name] = _not_before(steps[name], [steps[one] for one in chosen[name].after if one in steps])
    return Plan(
        life_events=events,
        dates=known,
        made_on=today,
        steps=tuple(steps[name] for name in _order(steps)),
    )


def _step(
    catalogue: Catalogue,
    service: model.Service,
    events: tuple[str, ...],
    dates: Mapping[str, dt.date],
    chosen: Mapping[str, model.Service],
    today: dt.date,
) -> Step:
    turns = [(event, service.life_events[event]) for event in events if event in service.life_events]
    deadline = on(today, service.deadline)
    due = due_on(deadline, dates)
    clashes = {
        other
        for other in chosen
        if other != service.id and (other in service.not_with or service.id in chosen[other].not_with)
    }
    return Step(
        service=service.id,
        agency=service.agency,
        stage=min((turn.stage for _, turn in turns), key=model.STAGES.index),
        reasons=tuple(Reason(life_event=event, why=turn.why, only_if=turn.only_if) for event, turn in turns),
        waits_for=tuple(name for name in (*service.after, *service.after_if_needed) if name in chosen),
        not_with=tuple(name for name in chosen if name in clashes),
        not_with_why=service.not_with_why
        or next((chosen[name].not_with_why for name in chosen if name in clashes and chosen[name].not_with_why), None),
        due=due,
        due_text=deadline.text if deadline else None,
        overdue=due is not None and due < today,
    )


def _not_before(step: Step, firsts: list[Step]) -> Step:
    """The step in a stage no earlier than that of what must be done first."""
    stage = max((step.stage, *(first.stage for first in firsts)), key=model.STAGES.index)
    return step if stage == step.stage else step.model_copy(update={"stage": stage})


def due_on(deadline: model.Deadline | None, dates: Mapping[str, dt.date]) -> dt.date | None:
    """The day that a deadline falls on, or None where the day that it counts from is not known."""
    if deadline is None or deadline.within is None:
        return None
    anchor = dates.get(deadline.after or deadline.before or "")
    return days.count(anchor, deadline.within, back=deadline.before is not None) if anchor else None


def _order(steps: Mapping[str, Step]) -> list[str]:
    """Stage by stage, the soonest deadline first, and nothing before what it waits for."""
    place = {name: number for number, name in enumerate(steps)}

    def rank(name: str) -> tuple[int, dt.date, int]:
        step = steps[name]
        return model.STAGES.index(step.stage), step.due or dt.date.max, place[name]

    sorter = TopologicalSorter({name: step.waits_for for name, step in steps.items()})
    sorter.prepare()
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready += sorter.get_ready()
        ready.sort(key=rank)
        # One at a time, so that what it sets free can take its own place among the rest.
        name = ready.pop(0)
        order.append(name)
        sorter.done(name)
    return order
