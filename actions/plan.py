"""The plan: made from what was recognised or chosen, shown again when asked for."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import cards
from actions.action import Action, Event, Scene
from conversations import messages as m


class MakePlan(Action):
    """Adds the life events that were recognised, or the one that was chosen, and shows the plan."""

    called = "action_make_plan"

    def act(self, scene: Scene) -> list[Event] | None:
        """Opens in the tone of the event; a second life event joins the plan instead of replacing it."""
        context, known = scene.context, scene.rooms.catalogue.life_events
        meant = [scene.value] if scene.value else scene.parse.detected
        meant = [event for event in meant if event in known]
        if not meant:
            scene.say("answer_which_none")
            return None
        context.missed = 0
        if scene.parse.about == "other":
            context.about = "other"
        had = bool(context.life_events)
        fresh = context.add_life_events(meant)
        for event in meant:
            # Someone who lost a baby must never be shown what a newborn needs.
            context.life_events = [one for one in context.life_events if one not in known[event].never_with]
        for event in fresh:
            scene.rooms.ledger.note("life_event_recognised", event)
            opening = known[event].opening
            spoken = scene.language == "mi" and opening.mi is not None
            scene.show(
                m.Words(
                    text=opening.in_language(scene.language),
                    lang="mi" if spoken else "en",
                    unreviewed=spoken and not opening.mi_reviewed,
                )
            )
        show_plan(scene, "plan_same" if not fresh else "plan_added" if had else "plan_intro")
        return [SlotSet("awaiting", None)]


class ShowPlan(Action):
    """Shows the plan as it stands."""

    called = "action_show_plan"

    def act(self, scene: Scene) -> list[Event] | None:
        """Or says that there is none yet."""
        if not scene.context.life_events:
            scene.say("plan_empty")
            return None
        show_plan(scene, "plan_intro")
        return None


def show_plan(scene: Scene, key: str) -> None:
    """Says the plan card with the words for ``key``."""
    context = scene.context
    context.dates |= scene.rooms.catalogue.dates_of(context.life_events, context.facts)
    card = cards.plan(scene)
    if key == "plan_intro" and card.agencies == 1:
        key = "plan_intro_one"
    scene.show(card, key, services=len(card.steps), agencies=card.agencies)
    if context.about == "other" and key != "plan_same":
        scene.say("plan_other")
    scene.rooms.ledger.note("plan_made")
