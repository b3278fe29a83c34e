"""Answers about services: cost, what is needed, how long, where, how, who may get it."""

from __future__ import annotations

from actions import cards
from actions.action import Action, Event, Scene
from catalogue import Service
from conversations import messages as m

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


class Explain(Action):
    """Answers a question about a service, or tells all about it."""

    called = "action_explain"

    def act(self, scene: Scene) -> list[Event] | None:
        """The service is the one named, else the one that was spoken of last, else one of the plan's to choose."""
        context, catalogue = scene.context, scene.rooms.catalogue
        asked = scene.parse.question
        name = scene.value or scene.parse.service
        if name not in catalogue.services and not scene.value:
            name = self._likely(scene)
        if name is None or name not in catalogue.services:
            return self._which(scene, asked)
        context.focus, context.missed = name, 0
        scene.rooms.ledger.note("service_explained", name)
        answer(scene, catalogue.services[name], None if scene.value or asked == "status" else asked)
        return None

    def _likely(self, scene: Scene) -> str | None:
        """The service meant by "that": the one spoken of last, unless another life event is spoken of now."""
        detected = [event for event in scene.parse.detected if event in scene.rooms.catalogue.life_events]
        focus = scene.context.focus
        if focus is None:
            return None
        known = scene.rooms.catalogue.services[focus].life_events
        return focus if not detected or any(event in known for event in detected) else None

    def _which(self, scene: Scene, asked: str | None) -> list[Event] | None:
        context, catalogue = scene.context, scene.rooms.catalogue
        events = [event for event in scene.parse.detected if event in catalogue.life_events] or context.life_events
        services = [service for event in events for service in catalogue.services_for(event)]
        if not services:
            scene.say("answer_which_none")
            return None
        listed = list(dict.fromkeys(service.id for service in services))[:4]
        suffix = f"/{asked}" if asked in _PARTS else ""
        choices = [
            m.Choice(id=f"about:{name}{suffix}", label=catalogue.services[name].name.in_language(scene.language))
            for name in listed
        ]
        scene.show(m.Choices(choices=choices), "answer_which")
        return None


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
        scene.context.focus = service.id
        scene.rooms.ledger.note("service_explained", service.id)
        answer(scene, service, asked or None)
        return None


def answer(scene: Scene, service: Service, asked: str | None) -> None:
    """Says the card that answers ``asked``, or that we don't know."""
    named = service.name.in_language(scene.language)
    card = cards.service(scene, service, asked if asked in _PARTS else None)
    parts = _PARTS.get(asked or "")
    if parts is None:
        scene.show(card, "answer_all", service=named)
    elif any(getattr(card, part) for part in parts):
        scene.show(card, f"answer_{asked}" if asked != "deadline" else "answer_time", service=named)
    else:
        scene.show(card, f"answer_unknown_{asked}", service=named)
