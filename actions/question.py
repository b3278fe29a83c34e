"""Questions that people ask: about a service, about the plan, or along with what has happened."""

from __future__ import annotations

from actions.action import Action, Event, Scene
from actions.explain import asked_in, explain
from actions.naming import offer_events, tell
from actions.plan import greet_event, is_delicate, joins, whose


class Explain(Action):
    """Answers a question about a service, or tells all about it."""

    called = "action_explain"

    def act(self, scene: Scene) -> list[Event] | None:
        """Where a message also tells what has happened, the plan is made or offered with the answer."""
        if scene.parse.intent == "follow_up":
            explain(scene, scene.value)
            return None
        if tell(scene):
            return None
        known = scene.rooms.catalogue.life_events
        fresh = [one for one in scene.parse.detected if one in known and one not in scene.context.life_events]
        asked, service = asked_in(scene), scene.parse.service
        if not fresh:
            explain(scene, asked, service)
        elif is_delicate(scene, fresh):
            return None
        elif service is None or self._is_beside(scene, service):
            whose(scene, fresh)
            joins(scene, fresh)
            if asked in ("cost", "deadline"):
                explain(scene, asked)
        else:
            greet_event(scene, [one for one in fresh if known[one].tone in ("safety", "sorrow")])
            explain(scene, asked, service)
            offer_events(scene, fresh[:3])
        return None

    def _is_beside(self, scene: Scene, service: str) -> bool:
        """Whether the service only comes up in a message of grief or danger that it has nothing to do with."""
        known = scene.rooms.catalogue
        grave = [
            one for one in scene.parse.detected
            if one in known.life_events and known.life_events[one].tone in ("safety", "sorrow")
        ]  # fmt: skip
        return bool(grave) and service in known.services and not set(grave) & set(known.services[service].life_events)
