"""People before services: crisis, and a person to talk to."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import Action, Event, Scene
from conversations import messages as m

_FIRST_FOR = {
    "crime_or_violence": ("danger", "family_violence", "sexual_harm"),
    "emergency_or_disaster": ("danger", "disaster", "medical"),
    "illness_injury_disability": ("danger", "medical"),
}
"""Which lines come first where a life event was recognised beside the crisis."""


class Crisis(Action):
    """Shows who can help now. Asks nothing, and the conversation stays open."""

    called = "action_crisis"

    def act(self, scene: Scene) -> list[Event] | None:
        """The lines come from the catalogue, only those that a source shows."""
        lines = scene.rooms.catalogue.crisis_lines.values()
        known = [line for line in lines if line.confidence != "unverified"]
        wanted = [tag for event in scene.parse.detected for tag in _FIRST_FOR.get(event, ())]
        wanted = wanted or ["danger", "suicide", "any"]

        def rank(line_tags: tuple[str, ...]) -> int:
            return min((wanted.index(tag) for tag in line_tags if tag in wanted), default=len(wanted))

        ordered = sorted(known, key=lambda line: rank(line.first_for))
        scene.show(
            m.Crisis(
                lines=[
                    m.Line(
                        name=line.name.in_language(scene.language),
                        number=line.number,
                        what=line.what.in_language(scene.language),
                        text_to=line.text_to,
                        hours=line.hours,
                    )
                    for line in ordered[:6]
                ],
                choices=[scene.choice("person", "choose_person"), *_resume(scene)],
            ),
            "crisis",
        )
        scene.said += scene.rooms.reception.in_crisis(scene.conversation)
        scene.rooms.ledger.note("crisis_shown")
        scene.context.missed, scene.context.asking = 0, None
        return [SlotSet("awaiting", None)]


class HandOver(Action):
    """How to reach a person, with a code that spares telling it all again."""

    called = "action_hand_over"

    def act(self, scene: Scene) -> list[Event] | None:
        """The numbers are those of the agencies in the plan; works in any state, at the first time of asking."""
        context = scene.context
        if scene.parse.service in scene.rooms.catalogue.services:
            context.focus = scene.parse.service
        # The reception reads the stored context, and the code is written to it: this one must know both.
        scene.rooms.store.save(scene.conversation, context)
        card = scene.rooms.reception.card(scene.conversation, "missed" if context.missed > 1 else "asked")
        ways = [scene.choice("show_plan", "choose_plan")] * bool(context.life_events) + _resume(scene)
        scene.said.append(card.model_copy(update={"choices": [*card.choices, *ways]}))
        context.code = card.code
        context.missed = 0
        scene.rooms.ledger.note("person_asked_for")
        return [SlotSet("awaiting", None)]


def _resume(scene: Scene) -> list[m.Choice]:
    """The way back to a form that was interrupted."""
    if scene.context.draft is not None:
        return [scene.choice("continue", "choose_continue")]
    return [scene.choice("continue", "choose_check_on")] if scene.context.checking else []
