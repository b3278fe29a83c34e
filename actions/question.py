"""Questions that people ask: about a service, about the plan, or along with what has happened."""

from __future__ import annotations

from actions.action import Action, Event, Scene
from actions.explain import asked_in, explain
from actions.plan import greet_event, is_delicate, joins, whose
from conversations import messages as m


class Explain(Action):
    """Answers a question about a service, or tells all about it."""

    called = "action_explain"

    def act(self, scene: Scene) -> list[Event] | None:
        """Where a message also tells what has happened, the plan is made or offered with the answer."""
        if scene.parse.intent == "follow_up":
            explain(scene, scene.value)
            return None
        known = scene.rooms.catalogue.life_events
        fresh = [one for one in scene.parse.detected if one in known and one not in scene.context.life_events]
        asked, service = asked_in(scene), scene.parse.service
        if not fresh:
            explain(scene, asked, service)
        elif is_delicate(scene, fresh):
            return None
        elif service is None:
            whose(scene, fresh)
            joins(scene, fresh)
            if asked in ("cost", "deadline"):
                explain(scene, asked)
        else:
            greet_event(scene, [one for one in fresh if known[one].tone in ("safety", "sorrow")])
            explain(scene, asked, service)
            self._offer(scene, fresh)
        return None

    def _offer(self, scene: Scene, fresh: list[str]) -> None:
        """The plan for what the question came with."""
        known = scene.rooms.catalogue.life_events
        choices = [
            m.Choice(id=f"event:{one}", label=known[one].choice.in_language(scene.language)) for one in fresh[:3]
        ]
        scene.show(m.Choices(choices=choices), "plan_offer")
