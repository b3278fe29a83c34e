"""One message's way: stored, put in order, masked, to Rasa, and what comes back stored again."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from catalogue import AnswerError, Catalogue, answers, days, lines, ticks
from catalogue.lines import Line
from conversations import asides
from conversations.context import Context
from conversations.desk.reception import Reception
from conversations.followups import Follower, question_in
from conversations.masking import mask
from conversations.messages import Message
from conversations.rasa import Parse, Rasa, RasaDown
from conversations.store import NotHeld, Store, Turn
from conversations.undo import Undo
from conversations.words import Words
from insights import Ledger
from storage import now

LONGEST = 4000
"""Characters in one message, at most."""

_ASKS = re.compile(
    r"\s*(why|what|how|who|whose|where|when|which|do|does|did|can|could|is|are|am|was|will|would|should"
    r"|he aha|pēhea)\b",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")


class BadMessage(ValueError):
    """The message can't be taken as it is. The text says what to do, for the person to read."""


class Reply(BaseModel):
    """What a message led to. ``life_events`` are the likeliest with their confidence, highest first."""

    turn: int
    messages: list[Message]
    decision: str | None = None
    life_events: list[dict[str, Any]] = []


class Talk:
    """Takes messages and gives replies.

    Callers need not think of order, doubled posts or a Rasa that is away: a conversation takes one message at a time,
    a nonce that was seen gives the reply of then, and a message that could not be answered is kept.
    """

    def __init__(
        self,
        store: Store,
        rasa: Rasa,
        catalogue: Catalogue,
        words: Words,
        ledger: Ledger,
        undo: Undo | None = None,
        reception: Reception | None = None,
        today: Callable[[], dt.date] = days.today,
    ) -> None:
        self.store = store
        self.rasa = rasa
        self.catalogue = catalogue
        self.words = words
        self.ledger = ledger
        self.undo = undo
        self.reception = reception
        self.today = today

    def greet(self, conversation: str) -> Reply:
        """The first words of a conversation, which nobody had to ask for."""
        language = self.store.get(conversation).language
        said: list[Message] = [self.words.say("welcome", language)]
        turn = self.store.add(conversation, Turn(number=0, by="assistant", at=now(), messages=said))
        self.ledger.note("conversation_opened")
        return Reply(turn=turn.number, messages=said)

    def receive(
        self, conversation: str, *, text: str | None = None, choice: str | None = None, nonce: str | None = None
    ) -> Reply:
        """Takes a text, or the id of a choice that was offered.

        Raises:
            BadMessage: where it can't be taken; nothing was stored.
        """
        if (text is None) == (choice is None):
            raise BadMessage("Send either `text` or `choice`, one of the two.")
        with self.store.turn(conversation):
            seen = self.store.seen(conversation, nonce) if nonce else None
            if seen is not None:
                return self._reply_to(conversation, seen)
            context = self.store.context(conversation)
            if choice is not None:
                payload = self._chosen(context, conversation, choice)
                asked = Turn(number=0, by="person", at=now(), choice=choice, text=self._label(conversation, choice))
            else:
                clean = tidy(text or "")
                payload = None
                asked = Turn(number=0, by="person", at=now(), text=clean)
            asked = self.store.add(conversation, asked, nonce)
            if self.undo is not None:
                self.undo.remember(conversation, asked.number, context)
            self.ledger.note("message_received")
            if self.reception is not None and choice is not None and self.reception.takes(choice):
                return self._at_reception(conversation, asked, choice)
            return self._answer(conversation, asked, payload)

    def retry(self, conversation: str) -> Reply | None:
        """Answers a text that was kept while Rasa was away, if there is one."""
        with self.store.turn(conversation):
            turns = self.store.turns(conversation)
            answered = {turn.answers for turn in turns if turn.decision != "kept"}
            # What was said to an adviser, or before one spoke, is not the assistant's to answer any more.
            by_adviser = max((turn.number for turn in turns if turn.by == "adviser"), default=0)
            waiting = [
                turn
                for turn in turns
                if turn.by == "person" and turn.number not in answered and turn.decision != "held"
                if turn.number > by_adviser
            ]
            if not waiting:
                return None
            last = waiting[-1]
            return self._answer(conversation, last, _payload(last.choice) if last.choice else None)

    def take_back(self, conversation: str, number: int) -> Turn | None:
        """Takes back turn ``number``, the person's last one, with all that followed; gives it as it was.

        None where it can't be taken back any more: something was sent, an adviser has spoken, or it is not the last.

        Raises:
            RasaDown: where Rasa, which has to forget it too, is away; nothing has changed then.
        """
        with self.store.turn(conversation):
            if self.undo is None or self.undo.possible(conversation) != number:
                return None
            self.rasa.rewind(conversation, self.store.turns(conversation, since=number - 1)[0].at)
            return self.undo.take_back(conversation, number)

    def resume(self, conversation: str) -> None:
        """Goes on where the assistant was before an adviser had the conversation: with the open question, if any."""
        with self.store.turn(conversation):
            context = self.store.context(conversation)
            if context.draft is None and not context.checking:
                return
            language = self.store.get(conversation).language
            try:
                said = self.rasa.say(conversation, "/continue", language)
            except RasaDown:
                said = [self.words.say("assistant_away", language)]
            self.store.offer(conversation, offered(said))
            self._write(conversation, Turn(number=0, by="assistant", at=now(), messages=said))

    def _write(self, conversation: str, turn: Turn) -> Turn:
        """Writes down what the assistant says; while an adviser has the conversation, only what must be known."""
        try:
            return self.store.add(conversation, turn)
        except NotHeld:
            if turn.answers is not None:
                self.store.hold(conversation, turn.answers)
            kept = [message for message in turn.messages if message.type in ("receipt", "status")]
            turn = turn.model_copy(update={"messages": kept, "decision": "held"})
            return self.store.add(conversation, turn, by_desk=True) if kept else turn

    def _at_reception(self, conversation: str, asked: Turn, choice: str) -> Reply:
        assert self.reception is not None  # noqa: S101
        self.store.hold(conversation, asked.number)
        said = self.reception.take(conversation, choice)
        if said:
            self.store.offer(conversation, offered(said))
            turn = Turn(number=0, by="assistant", at=now(), messages=said, answers=asked.number)
            self.store.add(conversation, turn, by_desk=True)
        turns = self.store.turns(conversation, since=asked.number)
        messages = [message for turn in turns for message in turn.messages]
        return Reply(turn=turns[-1].number if turns else asked.number, messages=messages, decision="held")

    def _answer(self, conversation: str, asked: Turn, payload: str | None) -> Reply:
        if asked.decision == "held":
            return Reply(turn=asked.number, messages=[], decision="held")
        language = self.store.get(conversation).language
        off = self.reception.off(conversation) if self.reception is not None else []
        if off:
            turn = Turn(number=0, by="assistant", at=now(), messages=off, decision="off", answers=asked.number)
            self.store.offer(conversation, offered(off))
            return _reply(self._write(conversation, turn))
        with self.store.change(conversation) as context:
            decided, context.decision, context.recognised = context.decision, None, []
        try:
            if payload is None:
                payload = self._take_in(conversation, asked, decided)
            said = self.rasa.say(conversation, payload, language)
            if loops(said, self.store.turns(conversation)):
                said = [self.words.say("round_again", language), *self.rasa.say(conversation, "/person", language)]
        except RasaDown:
            said = [self.words.say("assistant_away", language)]
            if self.reception is not None:
                said += self.reception.failed(conversation)
                self.store.offer(conversation, offered(said))
            turn = Turn(number=0, by="assistant", at=now(), messages=said, decision="kept", answers=asked.number)
            return _reply(self._write(conversation, turn))
        if not said:
            said = [self.words.say("nothing_said", language)]
        with self.store.change(conversation) as context:
            context.offered = list(dict.fromkeys([*context.offered, *offered(said)]))
            decision, recognised = context.decision, context.recognised
        turn = Turn(
            number=0,
            by="assistant",
            at=now(),
            messages=said,
            decision=decision,
            life_events=[{"id": event, "confidence": sure} for event, sure in recognised],
            answers=asked.number,
        )
        return _reply(self._write(conversation, turn))

    def _take_in(self, conversation: str, asked: Turn, decided: str | None) -> str:
        """What to send to Rasa for a text: an answer to the question on the table stays with us, and what leans on the
        messages before is spelled out.

        Args:
            decided: what the model decided on the message before.
        """
        context, text = self.store.context(conversation), asked.text or ""
        given: str | None
        aside = asides.read(text)
        if aside is not None:
            # A question that is open stays so: "hang on" is nobody's name.
            return aside
        if context.asking is not None and self._is_answer(context, text):
            payload, given = "/answer", text
        else:
            turns = self.store.turns(conversation)
            texts = [
                turn.text for turn in turns if turn.by == "person" and not turn.choice and turn.number < asked.number
            ]
            before = texts[-1] if texts else None
            follower = Follower(self.catalogue, lambda one: self.rasa.parse(_for_rasa(one)), self.today())
            found = follower.read(text, before, context, decided)
            if found is None:
                return _for_rasa(text)
            payload, given = found[0], found[1]
        if given is not None:
            with self.store.change(conversation) as changing:
                changing.given = given
        return payload

    def _is_answer(self, context: Context, text: str) -> bool:
        asked = self._lines(context.on_table)
        if len(asked) < len(context.on_table):
            # The conversation is older than the catalogue, which has that fact no more.
            return False
        reads = True
        try:
            if len(asked) > 1:
                ticks.read(asked, text, self.today())
            else:
                ticks.read_alone(asked[0], text, self.today())
        except AnswerError:
            reads = False
        if len(asked) > 1 and ticks.says_too_little(text):
            # It is meant as an answer, and is asked back.
            return True
        if reads and answers.is_strict(asked[0].fact):
            return True
        if question_in(text) is not None or asides.is_no_answer(text):
            return False
        return not interrupts(self.rasa.parse(_for_rasa(text)), text, reads)

    def _lines(self, ids: Iterable[str]) -> list[Line]:
        """Those of the lines that the catalogue knows."""
        return [lines.find(self.catalogue.facts, one) for one in ids if lines.is_known(self.catalogue.facts, one)]

    def _chosen(self, context: Context, conversation: str, choice: str) -> str:
        name, _, value = choice.partition(":")
        is_tick = name in ("tick", "unsure") and _is_ticked(value, context)
        is_offered = choice in context.offered and name not in ("tick", "unsure")
        if not is_tick and not is_offered and not _is_made_of(choice, context.offered):
            raise BadMessage(
                "That choice is not one of those offered. Choose one that you see, or write in your own words."
            )
        if (name == "answer" and context.asking is not None) or is_tick:
            with self.store.change(conversation) as changing:
                changing.given = choice if is_tick else value
            return "/answer"
        return _payload(choice)

    def _label(self, conversation: str, choice: str) -> str:
        name, _, value = choice.partition(":")
        if name in ("tick", "unsure"):
            language = self.store.get(conversation).language
            said = [line.text(self.today()).in_language(language) for line in self._lines(value.split("+"))]
            if name == "unsure" or not said:
                said.append(self.words.text("tick_unsure" if name == "unsure" else "tick_none", language))
            return ". ".join(said)
        for turn in reversed(self.store.turns(conversation)):
            for message in turn.messages:
                for one, label in _choices(message.model_dump()):
                    if one == choice:
                        return label
        return choice

    def _reply_to(self, conversation: str, asked: Turn) -> Reply:
        for turn in self.store.turns(conversation, since=asked.number):
            if turn.answers == asked.number:
                return _reply(turn)
        return self._answer(conversation, asked, _payload(asked.choice) if asked.choice else None)


def _is_made_of(choice: str, offered: list[str]) -> bool:
    """Whether a choice starts several services together, each of which was offered by itself."""
    name, _, value = choice.partition(":")
    parts = value.split("+")
    return name == "start" and 1 < len(parts) <= 8 and all(f"start:{one}" in offered for one in parts)


def _is_ticked(value: str, context: Context) -> bool:
    """Whether a choice ticks lines of the list on the table, and no others."""
    listed = context.on_table
    return len(listed) > 1 and (value == "none" or set(value.split("+")) <= set(listed))


def tidy(text: str) -> str:
    """A text that can be stored and understood: normal form, no invisible characters, not empty, not endless.

    Raises:
        BadMessage: where there is nothing to go on.
    """
    clean = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip()
    if _CONTROL.search(clean):
        raise BadMessage("The message holds characters that can't be read. Type it again, or paste it as plain text.")
    if not clean:
        raise BadMessage("The message is empty. Write a few words about what is happening.")
    if len(clean) > LONGEST:
        raise BadMessage(f"The message is too long. Use {LONGEST:,} letters or fewer, or send it in parts.")
    return clean


def interrupts(parse: Parse, text: str, reads: bool) -> bool:
    """Whether a text that was written while a question is open is something else than its answer.

    Args:
        reads: whether the text could be an answer, as any name or place can.
    """
    if parse.decision == "crisis":
        return True
    if parse.decision in ("human", "dialogue"):
        # "Ngata" has much of "tangata", which is a person.
        return not reads or parse.confidence >= 0.6
    if reads:
        # Free words: only what reads like a question is taken for one.
        # "Hutt Hospital?" is an answer of somebody who is unsure.
        asks = parse.question is not None or _ASKS.match(text) is not None
        return asks and text.rstrip().endswith("?")
    return parse.question is not None or text.rstrip().endswith("?")


def loops(said: list[Message], turns: list[Turn]) -> bool:
    """Whether a reply that ends in a question would be the same one a third time in a row."""
    if not said or said[-1].type not in ("choices", "question"):
        return False
    newest = [turn.messages for turn in turns if turn.by == "assistant"][-2:]
    return len(newest) == 2 and all(messages == said for messages in newest)


def offered(said: list[Message]) -> list[str]:
    """The ids of all choices in some messages."""
    return [choice for message in said for choice, _ in _choices(message.model_dump())]


def _choices(data: Any) -> list[tuple[str, str]]:
    """Every choice in a message's data with its label, however deep."""
    if isinstance(data, list):
        return [found for item in data for found in _choices(item)]
    if not isinstance(data, dict):
        return []
    found = [found for value in data.values() for found in _choices(value)]
    if data.get("type") == "question":
        found += [(f"answer:{option['id']}", option["label"]) for option in data["options"]]
    for one in (*(data.get("choices") or ()), data.get("choice")):
        if isinstance(one, dict):
            found.append((one["id"], one["label"]))
    return found


def _for_rasa(text: str) -> str:
    """What the model sees of a text: masked, and never mistaken for a button's payload, which begins with a slash."""
    return mask(text).lstrip("/ ") or "?"


def _payload(choice: str) -> str:
    name, _, value = choice.partition(":")
    return f"/{name}{json.dumps({'value': value})}" if value else f"/{name}"


def _reply(turn: Turn) -> Reply:
    return Reply(turn=turn.number, messages=turn.messages, decision=turn.decision, life_events=turn.life_events)
