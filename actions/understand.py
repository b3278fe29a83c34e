"""When a message is not clear, or not ours: plain choices, and always a way on."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import care
from actions.action import Action, Event, Scene
from actions.explain import asked_in, explain
from actions.finding import offer
from actions.naming import tell
from actions.plan import never_with
from conversations import messages as m
from conversations.cues import tongues

_CHANCE = 0.04
"""Below this confidence a life event is no choice worth reading."""
_CHANCE_ELSEWHERE = 0.2
"""The same for languages that are neither English nor te reo Māori. Of 52 messages in some 15 of them that the model
would not decide on, it leaves choices for 36, the right one among them in 29. With 0.04 it would be 51 and 37, with
130 choices instead of 42: most of them noise."""
_MORE_THAN_NOT = 0.5
_THREAT = 0.3
"""From this confidence on, who may have been hurt or threatened sees who can help before choosing anything. Of the
359 labelled messages that are asked back, 19 are as likely, of which 15 do tell of it."""
_PLAIN = 0.3
"""Below this confidence a message with a question is about what is being talked of already."""


class Clarify(Action):
    """Offers the life events that could be meant."""

    called = "action_clarify"

    def act(self, scene: Scene) -> list[Event] | None:
        """Shows the service that is named, or answers a question about what is being talked of; after two misses it
        offers the list and a person.
        """
        context = scene.context
        if scene.parse.intent == "clarify" and tell(scene):
            return [SlotSet("awaiting", None)]
        likely = _likely(scene)
        if scene.parse.question and (context.life_events or context.focus) and _is_of_this(scene, likely):
            explain(scene, asked_in(scene))
            return None
        context.missed += 1
        # Once it is known what has happened, the question that came with it is answered.
        context.asked = scene.parse.question
        offered = [f"event:{event}" for event in likely]
        again = bool(offered) and all(one in context.offered for one in offered)
        # Choices that were not right a moment ago are not offered once more.
        if context.missed > 2 or (again and context.missed == 2):
            return lost(scene)
        if not likely:
            scene.show(m.Choices(choices=[_list(scene), _person(scene)]), "not_understood")
            return [SlotSet("awaiting", None)]
        choices = [_event(scene, event) for event in likely]
        choices.append(scene.choice("something_else", "choose_else"))
        if _is_elsewhere(scene):
            # Who can't read the choices well must not need them to reach a person.
            choices.append(_person(scene))
        if context.missed == 1 and _is_threatened(scene):
            care.safe(scene)
        scene.show(m.Choices(choices=choices), "clarify" if context.missed == 1 else "clarify_again")
        return [SlotSet("awaiting", "clarify")]


def _likely(scene: Scene) -> list[str]:
    """The life events to choose from: those with some chance, and none that must not stand beside a loss."""
    events = scene.rooms.catalogue.life_events
    least = _CHANCE_ELSEWHERE if _is_elsewhere(scene) else _CHANCE
    chances = {one["id"]: one["confidence"] for one in scene.parse.life_events}
    named = scene.tracker.latest_message.get("choices") or list(chances)
    likely = [event for event in named if event in events and chances.get(event, 1.0) >= least][:3]
    if least > _CHANCE and any(events[event].tone == "sorrow" for event in likely):
        # Which loss it is, a guess must not say alone.
        grave = [event for event in chances if event in events and events[event].tone == "sorrow"]
        likely += [event for event in grave if event not in likely and chances[event] >= _CHANCE]
    spared = never_with(scene, scene.context.life_events)
    # Beside a loss that is only possible, what is likely stays: who is having a baby must find that too.
    spared |= never_with(scene, likely) - {event for event in likely[:1] if chances.get(event, 0.0) > _MORE_THAN_NOT}
    return [event for event in likely if event not in spared]


def _is_threatened(scene: Scene) -> bool:
    events = scene.rooms.catalogue.life_events
    return any(
        one["id"] in events and events[one["id"]].tone == "safety" and one["confidence"] >= _THREAT
        for one in scene.parse.life_events
    )


def _is_elsewhere(scene: Scene) -> bool:
    """Whether the message is in a language that the assistant does not speak, and reads less surely."""
    return scene.parse.language == "other" or tongues.find(scene.wrote) is not None


def _is_of_this(scene: Scene, likely: list[str]) -> bool:
    """Whether a message with a question is about what is being talked of: it names nothing else, or just that."""
    context, services = scene.context, scene.rooms.catalogue.services
    chance = max((float(one["confidence"]) for one in scene.parse.life_events), default=0.0)
    known = set(context.life_events)
    if context.focus in services:
        known |= set(services[context.focus].life_events)
    return chance < _PLAIN or likely[:1] == [event for event in likely[:1] if event in known]


def _event(scene: Scene, event: str) -> m.Choice:
    words = scene.rooms.catalogue.life_events[event].choice
    lang: m.Language = "mi" if scene.language == "mi" and words.mi else "en"
    return m.Choice(id=f"event:{event}", label=words.in_language(scene.language), lang=lang)


class OutOfScope(Action):
    """Says plainly what can't be done, and what can."""

    called = "action_out_of_scope"

    def act(self, scene: Scene) -> list[Event] | None:
        """Counts the miss; after two it offers the list and a person."""
        context = scene.context
        if tell(scene) or offer(scene):
            return None
        context.missed += 1
        if context.missed > 2:
            return lost(scene)
        scene.show(
            m.Choices(choices=[_list(scene), _person(scene)]),
            "out_of_scope" if context.missed == 1 else "not_understood",
        )
        return None


class SomethingElse(Action):
    """None of the choices was right."""

    called = "action_something_else"

    def act(self, scene: Scene) -> list[Event] | None:
        """Asks for other words, once; then offers the list and a person."""
        if scene.context.missed >= 2:
            return lost(scene)
        scene.show(m.Choices(choices=[_list(scene), _person(scene)]), "something_else")
        return [SlotSet("awaiting", None)]


class Browse(Action):
    """The whole list of life events, as choices."""

    called = "action_browse"

    def act(self, scene: Scene) -> list[Event] | None:
        """In the catalogue's order."""
        events, context = scene.rooms.catalogue.life_events, scene.context
        spared = never_with(scene, context.life_events)
        choices = [_event(scene, one) for one in events if one not in spared]
        scene.show(m.Choices(choices=[*choices, _person(scene)]), "clarify")
        return [SlotSet("awaiting", None)]


def lost(scene: Scene) -> list[Event]:
    """Two misses are enough: the list, and a person."""
    scene.show(m.Choices(choices=[_list(scene), _person(scene)]), "missed_twice")
    return [SlotSet("awaiting", None)]


def _list(scene: Scene) -> m.Choice:
    return scene.choice("browse", "choose_list")


def _person(scene: Scene) -> m.Choice:
    return scene.choice("person", "choose_person")
