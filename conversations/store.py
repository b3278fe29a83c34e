"""Conversations in the database: opening them, and what was said in order."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from conversations.context import Context
from conversations.messages import Language, Message, messages
from conversations.news import News
from conversations.tables import ConversationRow, TokenRow, TurnRow
from storage import Database, now
from storage.secrets import code, digest, matches, tidy, token

TAKEN_BACK = "taken_back"
"""The decision of a turn that was taken back. Its number stays taken, so that no page mistakes a later turn for it."""

By = Literal["person", "assistant", "adviser"]


class UnknownConversation(LookupError):
    """There is no such conversation, or the token is not its own. Which of the two is not told apart."""


class NotHeld(Exception):
    """Who speaks does not have the conversation: the assistant while an adviser has it, an adviser who lost it."""


class Turn(BaseModel):
    """What was said at one go: ``text`` by a person, ``messages`` by the assistant."""

    number: int
    by: By
    at: dt.datetime
    text: str | None = None
    choice: str | None = None
    messages: list[Message] = []
    decision: str | None = None
    life_events: list[dict[str, Any]] = []
    answers: int | None = None


class Conversation(BaseModel):
    """A conversation without its turns."""

    id: str
    language: Language
    agency: str | None
    holder: str
    adviser: str | None = Field(default=None, exclude=True)
    created_at: dt.datetime
    updated_at: dt.datetime


class Store:
    """Keeps conversations.

    Callers need not lock: :meth:`turn` gives one conversation to one thread at a time, in order of arrival as far as
    the operating system wakes them so, and the database refuses two turns of one number.
    """

    def __init__(self, database: Database, news: News | None = None) -> None:
        self._database = database
        self.news = news or News(database)
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def open(self, language: Language = "en", agency: str | None = None) -> tuple[Conversation, str]:
        """A new conversation and its token, which is told once and never kept."""
        secret = token()
        row = ConversationRow(
            id=uuid.uuid4().hex,
            token_hash=digest(secret),
            language=language,
            agency=agency,
            context=Context(agency=agency).model_dump(mode="json"),
        )
        with self._database.begin() as session:
            session.add(row)
            session.flush()
            return _conversation(row), secret

    def find(self, conversation: str, secret: str) -> Conversation:
        """The conversation, to whoever holds its token.

        Raises:
            UnknownConversation: else.
        """
        with self._database.read() as session:
            row = session.get(ConversationRow, conversation)
            # The comparison is made either way, so that the time taken does not tell whether the id exists.
            further = session.get(TokenRow, digest(secret))
            is_own = matches(secret, row.token_hash if row else None)
            if row is None or not (is_own or (further is not None and further.conversation == conversation)):
                raise UnknownConversation
            return _conversation(row)

    def get(self, conversation: str) -> Conversation:
        """The conversation, for parts of the program that have no token.

        Raises:
            UnknownConversation: where there is none.
        """
        with self._database.read() as session:
            return _conversation(_row(session, conversation))

    def speak(self, conversation: str, language: Language) -> None:
        """Goes on in another language."""
        with self._database.begin() as session:
            _row(session, conversation).language = language

    @contextlib.contextmanager
    def turn(self, conversation: str) -> Iterator[None]:
        """Holds the conversation for one turn."""
        with self._guard:
            lock = self._locks[conversation]
        with lock:
            yield

    @contextlib.contextmanager
    def change(self, conversation: str) -> Iterator[Context]:
        """The conversation's context, stored again at the end."""
        with self._database.begin() as session:
            row = _row(session, conversation)
            context = Context.model_validate(row.context)
            yield context
            row.context = context.model_dump(mode="json")
            row.updated_at = now()

    def context(self, conversation: str) -> Context:
        """The conversation's context, to read."""
        with self._database.read() as session:
            return Context.model_validate(_row(session, conversation).context)

    def save(self, conversation: str, context: Context) -> None:
        """Stores a context that was read with :meth:`context`, within the same turn."""
        with self._database.begin() as session:
            _row(session, conversation).context = context.model_dump(mode="json")

    def add(
        self,
        conversation: str,
        turn: Turn,
        nonce: str | None = None,
        *,
        held_by: str | None = None,
        by_desk: bool = False,
    ) -> Turn:
        """Writes a turn down, with the next number. Who has the conversation is looked at in the same transaction:
        what a person says while an adviser has it gets the decision ``held``, as it is not for the assistant.

        Args:
            held_by: the adviser who speaks.
            by_desk: whether it is said whoever has the conversation: by the desk itself, or because it must be known.

        Raises:
            NotHeld: where the assistant speaks while an adviser has the conversation, or an adviser who has it not.
        """
        content = turn.model_dump(mode="json", include={"text", "choice", "messages"})
        with self._database.begin() as session:
            row = _row(session, conversation, lock=True)
            if row.holder == "adviser" and turn.by == "person" and turn.decision is None:
                turn = turn.model_copy(update={"decision": "held"})
            if not by_desk and (
                (turn.by == "assistant" and row.holder == "adviser")
                or (turn.by == "adviser" and (row.holder != "adviser" or row.adviser != held_by))
            ):
                raise NotHeld
            last = session.scalar(select(func.max(TurnRow.number)).where(TurnRow.conversation == conversation)) or 0
            session.add(
                TurnRow(
                    conversation=conversation,
                    number=last + 1,
                    by=turn.by,
                    nonce=nonce,
                    content=content,
                    decision=turn.decision,
                    life_events=turn.life_events,
                    answers=turn.answers,
                    created_at=turn.at,
                )
            )
            row.updated_at = now()
        self.news.tell(conversation)
        return turn.model_copy(update={"number": last + 1})

    def turns(self, conversation: str, since: int = 0) -> list[Turn]:
        """What was said after turn ``since``, in order."""
        wanted = select(TurnRow).where(TurnRow.conversation == conversation, TurnRow.number > since, _stands())
        with self._database.read() as session:
            return [_turn(row) for row in session.scalars(wanted.order_by(TurnRow.number))]

    def seen(self, conversation: str, nonce: str) -> Turn | None:
        """The turn that was posted with ``nonce`` before, if any."""
        wanted = select(TurnRow).where(TurnRow.conversation == conversation, TurnRow.nonce == nonce)
        with self._database.read() as session:
            row = session.scalar(wanted)
            return _turn(row) if row else None

    def hold(self, conversation: str, number: int) -> None:
        """Marks that turn ``number`` is not the assistant's to answer."""
        wanted = update(TurnRow).where(TurnRow.conversation == conversation, TurnRow.number == number)
        with self._database.begin() as session:
            session.execute(wanted.values(decision="held"))

    def offer(self, conversation: str, choices: list[str]) -> None:
        """Lets the person choose ``choices``, which were not offered by the assistant."""
        with self._database.begin() as session:
            row = _row(session, conversation, lock=True)
            context = Context.model_validate(row.context)
            context.offered = list(dict.fromkeys([*context.offered, *choices]))
            row.context = context.model_dump(mode="json")

    def coded(self, code: str) -> Conversation | None:
        """The conversation whose code was quoted."""
        wanted = select(ConversationRow).where(ConversationRow.code_hash == digest(tidy(code)))
        with self._database.read() as session:
            row = session.scalar(wanted)
            return _conversation(row) if row else None

    def waiting(self) -> list[str]:
        """Conversations whose last turn only says that the message was kept, oldest first."""
        last = select(func.max(TurnRow.id)).group_by(TurnRow.conversation).scalar_subquery()
        wanted = select(TurnRow.conversation).where(TurnRow.id.in_(last), TurnRow.decision == "kept")
        with self._database.read() as session:
            return list(session.scalars(wanted.order_by(TurnRow.id).limit(50)))

    def is_waiting(self, conversation: str) -> bool:
        """Whether the last thing said was a person's, or was only kept because the assistant was away."""
        wanted = select(TurnRow).where(TurnRow.conversation == conversation, _stands())
        wanted = wanted.order_by(TurnRow.number.desc()).limit(1)
        with self._database.read() as session:
            last = session.scalar(wanted)
            return last is not None and last.decision != "held" and (last.by == "person" or last.decision == "kept")

    def code(self, conversation: str) -> str:
        """The code that finds this conversation again on the phone; the same one each time."""
        with self._database.begin() as session:
            row = _row(session, conversation)
            context = Context.model_validate(row.context)
            if context.code is None:
                context.code = code(2)
                row.context = context.model_dump(mode="json")
                row.code_hash = digest(tidy(context.code))
            return context.code

    def new_key(self, conversation: str) -> str:
        """A key that opens the conversation together with its code; the one before it opens nothing any more.

        Some 78 bits: it can be written down, and not be guessed.
        """
        key = code(4)
        with self._database.begin() as session:
            _row(session, conversation).key_hash = digest(tidy(key))
        return key

    def reopen(self, code: str, key: str) -> tuple[Conversation, str]:
        """The conversation with that code and key, and a token of its own for the device that asks.

        Raises:
            UnknownConversation: where there is none. What of the two is wrong is not told.
        """
        wanted = select(ConversationRow).where(ConversationRow.code_hash == digest(tidy(code)))
        with self._database.begin() as session:
            row = session.scalar(wanted)
            if not matches(tidy(key), row.key_hash if row else None) or row is None:
                raise UnknownConversation
            secret = token()
            session.add(TokenRow(token_hash=digest(secret), conversation=row.id))
            return _conversation(row), secret

    def forget(self, before: dt.datetime) -> int:
        """Deletes conversations untouched since ``before``; gives how many."""
        with self._database.begin() as session:
            old = list(session.scalars(select(ConversationRow.id).where(ConversationRow.updated_at < before)))
            session.execute(delete(TurnRow).where(TurnRow.conversation.in_(old)))
            session.execute(delete(TokenRow).where(TokenRow.conversation.in_(old)))
            session.execute(delete(ConversationRow).where(ConversationRow.id.in_(old)))
            return len(old)


def _stands() -> ColumnElement[bool]:
    return TurnRow.decision.is_distinct_from(TAKEN_BACK)


def _row(session: Session, conversation: str, *, lock: bool = False) -> ConversationRow:
    row = session.get(ConversationRow, conversation, with_for_update=lock)
    if row is None:
        raise UnknownConversation
    return row


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        language="mi" if row.language == "mi" else "en",
        agency=row.agency,
        holder=row.holder,
        adviser=row.adviser,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _turn(row: TurnRow) -> Turn:
    by: Any = row.by
    return Turn(
        number=row.number,
        by=by,
        at=row.created_at,
        text=row.content.get("text"),
        choice=row.content.get("choice"),
        messages=messages.validate_python(row.content.get("messages") or []),
        decision=row.decision,
        life_events=row.life_events or [],
        answers=row.answers,
    )
