"""The plan: the services for a person's life events, ordered by time and by what depends on what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from pydantic import BaseModel, ConfigDict

from catalogue import days, model
from catalogue.catalogue import Catalogue, on
from catalogue.lines import is_known
from catalogue.rules.rulebook import Rulebook
from catalogue.rules.values import Missing, spread

_MISSING = (None, *Missing)
"""What stands for a fact that was not asked, or asked in vain."""


class Reason(BaseModel):
    """Why a service is in the plan: the life event that it belongs to, in plain words."""

    model_config = ConfigDict(frozen=True)

    life_event: str
    why: str
    only_if: str | None = None


class Step(BaseModel):
    """A service in the plan.

    ``waits_for`` lists services of the same plan that come first, ``waits_for_one_of`` those of which one is enough,
    ``not_with`` those that can't be had for the same time. ``due`` is the last day, where the plan's dates let it be
    computed; ``due_text`` says the rule in words. ``checked`` is false where no source confirms that.
    """

    model_config = ConfigDict(frozen=True)

    service: str
    agency: str
    stage: model.Stage
    reasons: tuple[Reason, ...]
    waits_for: tuple[str, ...] = ()
    waits_for_one_of: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    not_with_why: str | None = None
    due: dt.date | None = None
    due_text: str | None = None
    overdue: bool = False
    checked: bool = True


class Against(BaseModel):
    """What speaks against a service: a criterion of its rule that is not met, or for whom alone it is there.

    ``criterion`` is the rule's id for it, None where ``text`` is an ``only_if`` of a life event ("you rent").
    """

    model_config = ConfigDict(frozen=True)

    text: model.Text
    criterion: str | None = None
    confirmed: bool = True


class NotForYou(BaseModel):
    """A service of the life events that the answers so far rule out, and why."""

    model_config = ConfigDict(frozen=True)

    service: str
    agency: str
    why: tuple[Against, ...]


class Plan(BaseModel):
    """Services of several agencies in one order. The same life events, dates, answers and day give the same plan."""

    model_config = ConfigDict(frozen=True)

    life_events: tuple[str, ...]
    dates: dict[str, dt.date]
    made_on: dt.date
    steps: tuple[Step, ...]
    not_for_you: tuple[NotForYou, ...] = ()

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
    answers: Mapping[str, Any] | None = None,
    rulebook: Rulebook | None = None,
    first_agency: str | None = None,
) -> Plan:
    """The plan for one or several life events.

    Args:
        dates: known days by name (``birth``, ``wedding``), as the life events' ``dates`` name them.
        today: the day for which facts hold and deadlines are judged.
        answers: what is known of the person, by fact. Days among them are the plan's too; what can't apply any more
            moves to ``not_for_you``; ``region`` moves deadlines over its anniversary day.
        rulebook: the rules by which answers are judged. Without it they only count where a life event says so itself.
        first_agency: the agency whose services come first among those whose turn comes at the same time.

    Raises:
        KeyError: where the catalogue has no such life event, with its id.
        catalogue.rules.FactError: where an answer is not of its fact's type.
    """
    events = tuple(dict.fromkeys(life_events))
    known = spread([fact for fact in catalogue.facts.values() if fact.answered_by], answers or {})
    days_known = {**catalogue.dates_of(events, known), **(dates or {})}
    chosen: dict[str, model.Service] = {}
    for event in events:
        for service in catalogue.services_for(event):
            chosen[service.id] = service
    against = _against(chosen, events, known, rulebook, today, days_known)
    left = {name: service for name, service in chosen.items() if name not in against}
    region = days.REGIONS.get(str(known.get("region")))
    steps = {
        name: _step(service, _turns(service, events, known), days_known, left, today, region)
        for name, service in left.items()
    }
    before = {name: (*one.after, *one.after_if_needed, *one.after_one_of) for name, one in left.items()}
    for name in TopologicalSorter(before).static_order():
        if name in steps:
            ways = [steps[one].stage for one in steps[name].waits_for_one_of]
            first = [min(ways, key=model.STAGES.index)] if ways else []
            steps[name] = _not_before(steps[name], [*(steps[one].stage for one in steps[name].waits_for), *first])
    return Plan(
        life_events=events,
        dates=days_known,
        made_on=today,
        steps=tuple(steps[name] for name in _order(steps, first_agency)),
        not_for_you=tuple(
            NotForYou(service=name, agency=chosen[name].agency, why=tuple(why)) for name, why in against.items()
        ),
    )


def _against(
    chosen: Mapping[str, model.Service],
    events: tuple[str, ...],
    known: Mapping[str, Any],
    rulebook: Rulebook | None,
    today: dt.date,
    dates: Mapping[str, dt.date],
) -> dict[str, list[Against]]:
    """The services that the answers rule out, and what does it."""
    if not known:
        return {}
    found: dict[str, list[Against]] = {}
    for name, service in chosen.items():
        if not _turns(service, events, known):
            said = dict.fromkeys(service.life_events[one].only_if for one in events if one in service.life_events)
            found[name] = [Against(text=model.Text(en=one)) for one in said if one]
    if rulebook is not None:
        ruled = [name for name in chosen if name in rulebook.services and name not in found]
        facts = {name: value for name, value in known.items() if is_known(rulebook.facts, name)}
        results = rulebook.check_all(ruled, facts, today).results
        lasting = {result.service for result in results if result.verdict == "no"}
        for day in _later(today, dates):
            # Who turns 65 next month has to apply now: only what stays a no is left out.
            lasting &= {one.service for one in rulebook.check_all(lasting, facts, day).results if one.verdict == "no"}
        for result in results:
            if result.service in lasting:
                decided = [one for one in result.criteria if one.verdict == "no" and one.id in result.decided_by]
                found[result.service] = [
                    Against(text=one.text, criterion=one.id, confirmed=one.confirmed)
                    for one in decided or [one for one in result.criteria if one.verdict == "no"]
                ]
    return {name: found[name] for name in chosen if name in found}


def _later(today: dt.date, dates: Mapping[str, dt.date]) -> list[dt.date]:
    """The days on which a no of today is asked again: in half a year, in a year, on the plan's own days till then."""
    last = days.count(today, "1 year")
    return sorted({days.count(today, "6 months"), last, *(day for day in dates.values() if today < day < last)})


def _turns(service: model.Service, events: tuple[str, ...], known: Mapping[str, Any]) -> list[tuple[str, model.Turn]]:
    """The service's places in the life events, without those that the answers rule out."""
    return [
        (event, turn)
        for event in events
        if (turn := service.life_events.get(event)) is not None
        and all(known.get(fact) in (*_MISSING, *values) for fact, values in turn.applies_if.items())
    ]


def _step(
    service: model.Service,
    turns: list[tuple[str, model.Turn]],
    dates: Mapping[str, dt.date],
    chosen: Mapping[str, model.Service],
    today: dt.date,
    region: str | None,
) -> Step:
    deadline = on(today, service.deadline)
    due = due_on(deadline, dates, region)
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
        waits_for_one_of=tuple(name for name in service.after_one_of if name in chosen),
        not_with=tuple(name for name in chosen if name in clashes),
        not_with_why=service.not_with_why
        or next((chosen[name].not_with_why for name in chosen if name in clashes and chosen[name].not_with_why), None),
        due=due,
        due_text=deadline.text if deadline else None,
        overdue=due is not None and due < today,
        checked=(service.confidence_of(deadline) if deadline else service.confidence) == "seen",
    )


def _not_before(step: Step, firsts: list[model.Stage]) -> Step:
    """The step in a stage no earlier than those of what must be done first."""
    stage = max((step.stage, *firsts), key=model.STAGES.index)
    return step if stage == step.stage else step.model_copy(update={"stage": stage})


def due_on(deadline: model.Deadline | None, dates: Mapping[str, dt.date], region: str | None = None) -> dt.date | None:
    """The day that a deadline falls on, or None where the day that it counts from is not known.

    ``region`` is the library's code for it. Its anniversary day is left out of working days where the law says so, and
    always when counting back from a day: then it makes the last day earlier, and nobody is told a day too late.
    """
    if deadline is None or deadline.within is None:
        return None
    anchor = dates.get(deadline.after or deadline.before or "")
    if anchor is None:
        return None
    back = deadline.before is not None
    return days.count(anchor, deadline.within, back=back, region=region if back or deadline.regional else None)


def _order(steps: Mapping[str, Step], first_agency: str | None = None) -> list[str]:
    """Stage by stage: what is for everybody before what is only for some, the soonest deadline first.

    Nothing comes before what it waits for.
    """
    place = {name: number for number, name in enumerate(steps)}

    def rank(name: str) -> tuple[int, bool, dt.date, bool, int]:
        step = steps[name]
        for_some = all(reason.only_if for reason in step.reasons)
        stage, due = model.STAGES.index(step.stage), step.due or dt.date.max
        return stage, for_some, due, step.agency != first_agency, place[name]

    # Of several ways in, the one whose turn comes first is enough.
    ways = {
        name: [min(step.waits_for_one_of, key=rank)] if step.waits_for_one_of else [] for name, step in steps.items()
    }
    sorter = TopologicalSorter({name: (*step.waits_for, *ways[name]) for name, step in steps.items()})
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
