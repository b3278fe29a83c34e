"""When a message is not clear, or not ours: plain choices, and always a way on."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import Action, Event, Scene
from conversations import messages as m


class Clarify(Action):
    """Offers the two to four life events that could be meant."""

    called = "action_clarify"

    def act(self, scene: Scene) -> list[Event] | None:
        """After two misses it offers the list of life events and a person."""
        events = scene.rooms.catalogue.life_events
        likely = scene.tracker.latest_message.get("choices") or [one["id"] for one in scene.parse.life_events]
        meant = [event for event in likely if event in events][:3]
        scene.context.missed += 1
        if scene.context.missed > 2 or not meant:
            return lost(scene)
        choices = [
            m.Choice(
                id=f"event:{event}",
                label=events[event].choice.in_language(scene.language),
                lang="mi" if scene.language == "mi" and events[event].choice.mi else "en",
            )
            for event in meant
        ]
        choices.append(scene.choice("something_else", "choose_else"))
        scene.show(m.Choices(choices=choices), "clarify" if scene.context.missed == 1 else "clarify_again")
        return [SlotSet("awaiting", "clarify")]


class OutOfScope(Action):
    """Says plainly what can't be done, and what can."""

    called = "action_out_of_scope"

    def act(self, scene: Scene) -> list[Event] | None:
        """Counts the miss; after two it offers the list and a person."""
        scene.context.missed += 1
        if scene.context.missed > 2:
            return lost(scene)
        scene.show(m.Choices(choices=[_list(scene), _person(scene)]), "out_of_scope")
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
        events = scene.rooms.catalogue.life_events.values()
        choices = [m.Choice(id=f"event:{one.id}", label=one.choice.in_language(scene.language)) for one in events]
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
