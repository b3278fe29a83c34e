"""Making the plan from what was recognised or chosen."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import Action, Event, Scene
from actions.explain import explain
from actions.naming import tell
from actions.plan import is_delicate, joins, whose


class MakePlan(Action):
    """Adds the life events that were recognised, or the one that was chosen, and shows the plan."""

    called = "action_make_plan"

    def act(self, scene: Scene) -> list[Event] | None:
        """Opens in the tone of the event; a second life event joins the plan instead of replacing it.

        Where a service is named and nothing else is told, its card is what was asked for.
        """
        context, known = scene.context, scene.rooms.catalogue.life_events
        if not scene.value and tell(scene):
            return [SlotSet("awaiting", None)]
        meant = [scene.value] if scene.value else scene.parse.detected
        meant = [event for event in meant if event in known]
        if not meant:
            scene.say("answer_which_none")
            return None
        context.missed = 0
        if not scene.value and is_delicate(scene, meant):
            return None
        whose(scene, meant)
        asked = context.asked if scene.value else None
        joins(scene, meant)
        if asked is not None:
            explain(scene, asked)
        return [SlotSet("awaiting", None)]
