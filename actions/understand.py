"""When a message is not clear, or not ours: plain choices, and always a way on."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import Action, Event, Scene
from actions.explain import asked_in, explain
from actions.finding import offer
from conversations import messages as m
from conversations.cues import tongues

_CHANCE = 0.04
"""Below this confidence a life event is no choice worth reading."""
_PLAIN = 0.3
"""Below this confidence a message with a question is about what is being talked of already."""


class Clarify(Action):
    """Offers the life events that could be meant."""

    called = "action_clarify"

    def act(self, scene: Scene) -> list[Event] | None:
        """Answers a question about what is being talked of; after two misses it offers the list and a person."""
        context = scene.context
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
        scene.show(m.Choices(choices=choices), "clarify" if context.missed == 1 else "clarify_again")
        return [SlotSet("awaiting", "clarify")]


def _likely(scene: Scene) -> list[str]:
    """The life events to choose from: those with some chance, and none that must not stand beside a loss."""
    events = scene.rooms.catalogue.life_events
    if scene.parse.language == "other" or tongues.find(scene.wrote) is not None:
        # The model reads English and te reo Māori; what it makes of other languages is a guess.
        return []
    chances = {one["id"]: one["confidence"] for one in scene.parse.life_events}
    named = scene.tracker.latest_message.get("choices") or list(chances)
    likely = [event for event in named if event in events and chances.get(event, 1.0) >= _CHANCE][:3]
    spared = {other for event in (*likely, *scene.context.life_events) if events[event].tone == "sorrow"
              for other in events[event].never_with}  # fmt: skip
    return [event for event in likely if event not in spared]


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
        if offer(scene):
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
        spared = {other for event in context.life_events if events[event].tone == "sorrow"
                  for other in events[event].never_with}  # fmt: skip
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
