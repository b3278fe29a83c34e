"""What all actions share: the conversation that they act in, and saying things in its language."""

from __future__ import annotations

import abc
import asyncio
from typing import Any, ClassVar

from rasa_sdk import Action as RasaAction
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.rooms import Rooms
from actions.speaker import Speaker
from conversations import Context, Parse
from conversations import messages as m
from conversations.cues import tongues
from conversations.messages import Base

Event = dict[str, Any]

LEANING = ("follow_up", "correct", "change_person")
"""Intents by which Rasa hears of a text that leans on those before; the text itself stays with us."""


class Scene(Speaker):
    """One action's run: the parsed message, the conversation's context, and what is said.

    Authors of actions need not load, store, translate or send: they change ``context`` and call :meth:`say`.
    """

    def __init__(self, rooms: Rooms, conversation: str, tracker: Tracker, context: Context, language: str) -> None:
        super().__init__(rooms, language, context)
        self.conversation = conversation
        self.tracker = tracker
        self.parse = Parse.of(tracker.latest_message or {})
        self.said: list[Base] = []
        self._text: str | None = None
        if self.parse.intent in LEANING and context.given is not None:
            # Taken at once: the form must not take it for an answer.
            self._text, context.given = context.given, None

    @property
    def value(self) -> str | None:
        """What the chosen button stood for: a service, a life event, a fact."""
        found = next(self.tracker.get_latest_entity_values("value"), None)
        return str(found) if found is not None else None

    @property
    def is_in_form(self) -> bool:
        """Whether Rasa's form is asking just now."""
        return bool(self.tracker.active_loop_name == "application_form")

    @property
    def wrote(self) -> str:
        """What the person wrote last: this message, or the one before a choice."""
        if self._text is not None:
            return self._text
        texts = [str(event.get("text") or "") for event in self.tracker.events if event.get("event") == "user"]
        return next((text for text in reversed(texts) if text and not text.startswith("/")), "")

    def say(self, key: str, **values: Any) -> None:
        """Says the words for ``key``."""
        self.said.append(self.rooms.words.say(key, self.language, **values))

    def show(self, message: Base, key: str | None = None, **values: Any) -> None:
        """Says a typed message, with the words for ``key`` as its text."""
        if key is not None:
            marks = self.rooms.words.marks(key, self.language)
            message = message.model_copy(update={"text": self.text(key, **values), **marks})
        self.said.append(message)


class Action(RasaAction, abc.ABC):  # type: ignore[misc]
    """An action of ours. Authors write :meth:`act` and the action's name, nothing else."""

    called: ClassVar[str]

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms

    def name(self) -> str:
        """The name that the rules use."""
        return self.called

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        """Runs :meth:`act` on the conversation and sends what it said."""
        # The database may wait for a disk; the event loop must not wait with it.
        said, events = await asyncio.to_thread(self._run, tracker)
        for message in said:
            dispatcher.utter_message(json_message=message.model_dump(mode="json"))
        return events

    @abc.abstractmethod
    def act(self, scene: Scene) -> list[Event] | None:
        """Does it: changes the scene's context, says things, gives Rasa's events."""

    def _run(self, tracker: Tracker) -> tuple[list[Base], list[Event]]:
        store = self.rooms.store
        conversation = str(tracker.sender_id)
        language = store.get(conversation).language
        context = store.context(conversation)
        scene = Scene(self.rooms, conversation, tracker, context, language)
        if self._note(scene):
            _speak(scene)
        events = self.act(scene) or []
        store.save(conversation, context)
        return scene.said, events

    def _note(self, scene: Scene) -> bool:
        """Keeps what the model made of the message, once a turn, for whoever asked over the API; gives whether it is
        the turn's first action on a text.
        """
        if scene.context.decision is not None or not scene.tracker.latest_message.get("decision"):
            return False
        scene.context.decision = scene.parse.decision
        scene.context.recognised = [(one["id"], one["confidence"]) for one in scene.parse.life_events]
        return True


def _speak(scene: Scene) -> None:
    """Goes on in te reo Māori with whoever writes in it, and tells whoever writes in another language how it is."""
    context = scene.context
    if scene.parse.language == "mi" and scene.language == "en" and context.tongue != "en":
        # A "kia ora" is said by everybody; it asks for no other language.
        if scene.parse.decision not in ("dialogue", "crisis", "human", "out_of_scope"):
            scene.language, context.tongue = "mi", "mi"
            scene.rooms.store.speak(scene.conversation, "mi")
            scene.show(m.Choices(choices=[scene.choice("speak:en", "choose_english")]), "language_mi")
        return
    if scene.parse.decision != "crisis":
        in_tongue(scene)


def in_tongue(scene: Scene) -> None:
    """Says once, in the language of a person who writes in one that we don't speak, that we don't."""
    tongue = tongues.find(scene.wrote, surely=scene.parse.language == "other")
    if tongue is not None and tongue != scene.context.tongue:
        scene.context.tongue = tongue
        line = m.Words.model_validate({"text": tongues.line(tongue), "lang": tongue, "unreviewed": True})
        scene.said.append(line)
        if scene.parse.decision == "dialogue":
            # A greeting's answer offers nobody who might speak the language; other answers do so themselves.
            scene.show(m.Choices(choices=[scene.choice("person", "choose_person")]), "tongue_known")
        else:
            scene.say("tongue_known")
