"""Steering a conversation: putting right what was said, giving a day, and the language to go on in."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import days
from actions.action import Action, Event, Scene
from actions.plan import joins, show_plan
from conversations import messages as m
from conversations.cues import dates, load


class Correct(Action):
    """Puts the newest life events of the plan right: "no, I meant for good"."""

    called = "action_correct"

    def act(self, scene: Scene) -> list[Event] | None:
        """What the last message added makes way for what is meant; everything else stays."""
        context, known = scene.context, scene.rooms.catalogue.life_events
        named, _, how = (scene.value or "").partition("/")
        meant = [event for event in named.split(",") if event in known]
        if not meant:
            scene.say("not_understood")
            return None
        context.missed = 0
        if how == "for_good":
            if meant[0] not in context.life_events:
                joins(scene, meant)
            context.dates.pop("return", None)
            scene.say(f"for_good_{meant[0]}")
            return [SlotSet("awaiting", None)]
        if all(event in context.life_events for event in meant):
            show_plan(scene, "corrected_same")
            return [SlotSet("awaiting", None)]
        context.life_events = [event for event in context.life_events if event not in context.added]
        context.focus, context.asked = None, None
        joins(scene, meant, "corrected" if context.added else None)
        return [SlotSet("awaiting", None)]


class AskDate(Action):
    """Asks for a day that was chosen."""

    called = "action_ask_date"

    def act(self, scene: Scene) -> list[Event] | None:
        """The answer comes as a message of its own."""
        known = days.known_days(scene)
        date = known.get(scene.value or "")
        if date is None:
            scene.say("nothing_open")
            return None
        scene.context.dating = date.id
        leave = [scene.choice("skip", "choose_date_leave")]
        scene.show(m.Choices(choices=leave), "date_ask", question=date.question.in_language(scene.language))
        return [SlotSet("awaiting", None)]


class NoteDate(Action):
    """Takes a day in that was asked for, or one that is put right."""

    called = "action_note_date"

    def act(self, scene: Scene) -> list[Event] | None:
        """Shows the plan with its last days, or says why the day can't be."""
        context = scene.context
        given, context.given = context.given or "", None
        name = context.dating or self._meant(scene)
        if name is None:
            scene.say("nothing_open")
            return None
        today = scene.rooms.today()
        tense = load("dates").get(name, {}).get("tense", "either")
        found = dates.alone(given, today, tense) or next(iter(dates.find(given, today, tense)), None)
        if found is None or not dates.is_possible(name, found.day, today):
            scene.say("date_wrong", day=days.show(scene, found.day) if found else given)
            return None
        context.dating = None
        days.note(scene, name, found)
        show_plan(scene, "back_to_plan")
        return None

    def _meant(self, scene: Scene) -> str | None:
        """The day that was noted last, else the first that the newest life event counts from."""
        known = days.known_days(scene)
        noted = [name for name in scene.context.dates if name in known]
        return noted[-1] if noted else next(iter(known), None)


class Speak(Action):
    """Goes on in another language."""

    called = "action_speak"

    def act(self, scene: Scene) -> list[Event] | None:
        """The language is the choice's value."""
        scene.language = "mi" if scene.value == "mi" else "en"
        scene.rooms.store.speak(scene.conversation, "mi" if scene.value == "mi" else "en")
        scene.context.tongue = scene.language
        scene.say("language_mi" if scene.language == "mi" else "language_en")
        if scene.context.life_events and not scene.is_in_form:
            show_plan(scene, "back_to_plan")
        return None


class ComeBack(Action):
    """Gives what opens this conversation again: later, or on another device."""

    called = "action_come_back"

    def act(self, scene: Scene) -> list[Event] | None:
        """A new key each time; the one before it opens nothing any more."""
        store, context = scene.rooms.store, scene.context
        context.code = store.code(scene.conversation)
        key = store.new_key(scene.conversation)
        link = m.Link(url="/resume", label=scene.text("resume_title"))
        scene.show(m.Words(links=[link]), "come_back")
        scene.say("come_back_code", code=context.code, secret=key)
        return None
