"""People before services: crisis, and a person to talk to."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import Action, Event, Scene, in_tongue
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
        wanted = [tag for event in scene.parse.detected for tag in _FIRST_FOR.get(event, ())]
        choices = [scene.choice("person", "choose_person"), *_resume(scene)]
        lines = _lines(scene, wanted or ["danger", "suicide", "any"])
        scene.show(m.Crisis(lines=lines, choices=choices), "crisis")
        scene.say("crisis_leave")
        in_tongue(scene)
        scene.rooms.store.save(scene.conversation, scene.context)
        scene.said += scene.rooms.reception.in_crisis(scene.conversation)
        scene.rooms.ledger.note("crisis_shown")
        scene.context.missed, scene.context.asking = 0, None
        return [SlotSet("awaiting", None)]


def safe(scene: Scene) -> None:
    """Before a plan for somebody who was hurt or threatened: who can help now, and how to leave the page."""
    lines = _lines(scene, ["danger", "family_violence", "sexual_harm"])[:4]
    scene.show(m.Crisis(lines=lines, choices=[scene.choice("person", "choose_person")]), "safe_first")
    scene.say("crisis_leave")


def _lines(scene: Scene, wanted: list[str]) -> list[m.Line]:
    """The lines that a source shows, those for what is ``wanted`` first."""

    def rank(tags: tuple[str, ...]) -> int:
        return min((wanted.index(tag) for tag in tags if tag in wanted), default=len(wanted))

    known = [line for line in scene.rooms.catalogue.crisis_lines.values() if line.confidence != "unverified"]
    return [
        m.Line(
            name=line.name.in_language(scene.language),
            number=line.number,
            what=line.what.in_language(scene.language),
            text_to=line.text_to,
            hours=line.hours,
        )
        for line in sorted(known, key=lambda line: rank(line.first_for))[:6]
    ]


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
