"""Answers about services: cost, what is needed, how long, where, how, who may get it."""

from __future__ import annotations

from actions import cards, days
from actions.action import Action, Event, Scene
from actions.finding import offer
from actions.off import tell_off
from catalogue import Service, on
from conversations import messages as m
from conversations.cues import any_of, dates

_MOST = 5
"""Services named in one answer about the whole plan."""

_PARTS = {
    "cost": ("cost",),
    "documents": ("ready",),
    "time": ("time", "deadline"),
    "where": ("where", "phones", "links"),
    "how": ("where", "phones", "links", "ready"),
    "eligibility": ("who",),
    "deadline": ("deadline",),
}
"""Which parts of a service card answer which question."""


def explain(scene: Scene, asked: str | None, name: str | None = None) -> None:
    """Answers ``asked`` for the service called ``name``, else for the one spoken of last, else for the plan."""
    context, services = scene.context, scene.rooms.catalogue.services
    if asked == "first":
        _first(scene)
        return
    name = name if name in services else _likely(scene)
    context.missed = 0
    if name is not None and asked == "deadline" and not scene.parse.service and context.life_events:
        # Where the step that was spoken of has no last day, those of the plan are what is meant.
        day = scene.rooms.today()
        name = name if any(one.holds_on(day) for one in services[name].deadline) else None
    if name is None:
        _which(scene, asked)
        return
    context.focus, context.asked = name, asked
    scene.rooms.ledger.note("service_explained", name)
    answer(scene, services[name], None if asked == "status" else asked)


def asked_in(scene: Scene) -> str | None:
    """The question; the model counts last days among the times."""
    if scene.parse.question is not None and any_of("followups", "deadline").search(scene.wrote):
        return "deadline"
    return scene.parse.question


def _likely(scene: Scene) -> str | None:
    """The service meant by "that": the one spoken of last, unless another life event is spoken of now."""
    detected = [event for event in scene.parse.detected if event in scene.rooms.catalogue.life_events]
    draft = scene.context.draft
    # In the middle of a form, "this" is what the form is for.
    focus = draft.service if scene.is_in_form and draft is not None else scene.context.focus
    if focus is None or focus not in scene.rooms.catalogue.services:
        return None
    known = scene.rooms.catalogue.services[focus].life_events
    return focus if not detected or any(event in known for event in detected) else None


def _first(scene: Scene) -> None:
    """What to begin with: the first step of the plan that is not started."""
    steps = cards.plan(scene).steps if scene.context.life_events else []
    steps = [one for one in steps if one.application is None]
    if not steps:
        scene.say("plan_empty")
        return
    # What has a last day comes before what is there for those who want it.
    step = next((one for one in steps if one.stage == steps[0].stage and (one.due or one.due_text)), steps[0])
    known = scene.rooms.catalogue.life_events
    if any(known[event].tone == "sorrow" for event in scene.context.life_events):
        scene.say("plan_sorrow_first")
    scene.context.focus = step.service
    choices = [*step.choices, scene.choice("show_plan", "choose_plan")]
    scene.show(m.Choices(choices=choices), "plan_first", service=step.name, due=_due(scene, step) or step.why)


def _due(scene: Scene, step: m.PlanStep) -> str:
    if step.due is None:
        return step.due_text or ""
    return scene.text("due_was" if step.overdue else "due_by", day=days.show(scene, step.due))


def _which(scene: Scene, asked: str | None) -> None:
    """No service is being talked of: what the plan costs, what has a last day, or which service is meant."""
    context, catalogue = scene.context, scene.rooms.catalogue
    events = [event for event in scene.parse.detected if event in catalogue.life_events] or context.life_events
    services = [service for event in events for service in catalogue.services_for(event)]
    if not services:
        if offer(scene):
            return
        list_ = [scene.choice("browse", "choose_list"), scene.choice("person", "choose_person")]
        scene.show(m.Choices(choices=list_), "answer_which_none")
        return
    if events == context.life_events and asked in ("cost", "deadline"):
        _of_plan(scene, asked)
        return
    listed = list(dict.fromkeys(service.id for service in services))[:4]
    suffix = f"/{asked}" if asked in _PARTS else ""
    choices = [
        m.Choice(id=f"about:{name}{suffix}", label=catalogue.services[name].name.in_language(scene.language))
        for name in listed
    ]
    scene.show(m.Choices(choices=choices), "answer_which")


def _of_plan(scene: Scene, asked: str) -> None:
    """The costs or the last days of the whole plan, in its order."""
    steps, services = cards.plan(scene).steps, scene.rooms.catalogue.services
    if asked == "cost":
        day = scene.rooms.today()
        costs = {step.service: on(day, services[step.service].cost) for step in steps}
        told = [(step, _dollars(cost.amount)) for step in steps if (cost := costs[step.service]) and cost.amount]
        key, name = "plan_costs", "costs"
    else:
        told = [(step, days.show(scene, step.due)) for step in steps if step.due and not step.overdue]
        key, name = "plan_deadlines", "days"
    if not told:
        scene.show(m.Choices(choices=[scene.choice("show_plan", "choose_plan"), *days.choices(scene)]), f"{key}_none")
        return
    listed = "; ".join(f"{step.name}: {what}" for step, what in told[:_MOST])
    choices = [m.Choice(id=f"about:{step.service}/{asked}", label=step.name) for step, _ in told[:_MOST]]
    choices.append(scene.choice("show_plan", "choose_plan"))
    scene.show(m.Choices(choices=choices), key, **{name: listed})


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}" if amount % 1 == 0 else f"${amount:,.2f}"


class About(Action):
    """Tells about a service that was chosen; the choice may carry the question that led to it."""

    called = "action_about"

    def act(self, scene: Scene) -> list[Event] | None:
        """All of it, or the part that was asked about."""
        name, _, asked = (scene.value or "").partition("/")
        service = scene.rooms.catalogue.services.get(name)
        if service is None:
            scene.say("answer_which_none")
            return None
        scene.context.focus, scene.context.asked = service.id, asked or None
        scene.rooms.ledger.note("service_explained", service.id)
        answer(scene, service, asked or None)
        return None


def answer(scene: Scene, service: Service, asked: str | None) -> None:
    """Says the card that answers ``asked`` on the day that is asked about, or that we don't know."""
    if tell_off(scene, [service.id]):
        return
    named = service.name.in_language(scene.language)
    today = scene.rooms.today()
    later = [one.day for one in dates.find(scene.wrote, today, "future") if one.day > today] if asked else []
    card = cards.service(scene, service, asked if asked in _PARTS else None, later[0] if later else None)
    parts = _PARTS.get(asked or "")
    if parts is None:
        scene.show(card, "answer_all", service=named)
    elif any(getattr(card, part) for part in parts):
        scene.show(card, f"answer_{asked}", service=named)
        if asked == "deadline":
            _by_day(scene, service)
        if later:
            scene.say("answer_on_day", day=days.show(scene, later[0]))
    else:
        scene.show(card, f"answer_unknown_{asked}", service=named)


def _by_day(scene: Scene, service: Service) -> None:
    """The last day itself, where the plan knows the day that it counts from."""
    steps = cards.plan(scene).steps if scene.context.life_events else []
    step = next((one for one in steps if one.service == service.id and one.due is not None), None)
    if step is not None and step.due is not None:
        scene.say("due_was" if step.overdue else "due_by", day=days.show(scene, step.due))
