"""Handovers: a person asks for staff, one adviser takes the conversation, and it goes back or to an end.

What each step does in the database is in :mod:`conversations.desk.handover`; who waits and who has what, in
:mod:`conversations.desk.queue`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from catalogue import Catalogue
from conversations.desk.handover import (
    Ending,
    Handover,
    Reason,
    TooLate,
    change,
    conversation_of,
    fate,
    read,
    release,
    row_of,
    step,
)
from conversations.desk.passing import Passing
from conversations.desk.queue import Queue
from conversations.desk.routing import Routing
from conversations.desk.staff import FRESH, Adviser
from conversations.desk.tables import AdviserRow, HandoverRow
from conversations.desk.teams import GENERAL, Team, Teams
from conversations.desk.voice import Voice
from conversations.store import Store, Turn
from conversations.words import Words
from storage import Database, now

DESERTED = dt.timedelta(minutes=2)
"""How long a conversation waits on after the last adviser has gone."""


class Handovers:
    """What becomes of a conversation that is to go to staff.

    Callers need not lock: see the module of the steps. What the person is told of a step is said here too, in their
    language.

    Attributes:
        queue: what waits, and who has what.
        passing: from one adviser to others.
    """

    def __init__(self, database: Database, store: Store, teams: Teams, catalogue: Catalogue, words: Words) -> None:
        self._database = database
        self._store = store
        self._teams = teams
        self._routing = Routing(database, store, teams, catalogue)
        self._voice = Voice(store, catalogue, words)
        self.queue = Queue(database, teams)
        self.passing = Passing(database, teams, self.queue, self._voice)

    def is_there(self, conversation: str) -> bool:
        """Whether somebody could take this conversation now. Only then is a handover offered."""
        return self._routing.route(conversation) is not None

    def ask(self, conversation: str, reason: Reason, *, urgent: bool = False, **detail: Any) -> Handover | None:
        """Puts the conversation into the queue; gives None where nobody is there. A second call changes nothing."""
        there = self.queue.open_one(conversation)
        if there is not None:
            return self._hurry(there) if urgent and not there.urgent else there
        team = self._routing.route(conversation)
        if team is None:
            return None
        return self._make(conversation, reason, team, urgent=urgent, detail=detail)

    def call_back(self, conversation: str, phone: str, when: str, name: str | None = None) -> Handover:
        """Keeps that somebody is to ring the person; works whether anybody is there or not."""
        detail = {"call_back": {"phone": phone, "when": when, "name": name, "asked": now().isoformat()}}
        there = self.queue.open_one(conversation)
        if there is None:
            team = self._routing.route(conversation) or self._teams.all()[GENERAL]
            return self._make(conversation, "asked", team, detail=detail, channel="call_back")
        with self._database.begin() as session:
            row = row_of(session, there.id)
            row.detail = {**(row.detail or {}), **detail}
            if row.state == "waiting":
                row.channel = "call_back"
                conversation_of(session, row.conversation).holder = "assistant"
            return read(session, row)

    def take(self, id: int, adviser: Adviser) -> Handover:
        """Takes a conversation that waits. Of all who try, exactly one gets it.

        Raises:
            TooLate: for everybody else.
        """
        with self._database.begin() as session:
            # The conversation before its handover, in every step: two steps at once can't then wait for each other.
            row = row_of(session, id)
            owner = conversation_of(session, row.conversation)
            taken = step(
                session,
                update(HandoverRow).where(HandoverRow.id == id, HandoverRow.state == "waiting"),
                state="held",
                adviser=adviser.id,
                taken_at=now(),
            )
            session.refresh(row)
            if not taken:
                raise TooLate(fate(session, row))
            owner.holder, owner.adviser = "adviser", adviser.id
            made = read(session, row)
        self._store.news.tell(made.conversation)
        if made.channel in ("chat", "call_back"):
            self._voice.tell(made.conversation, "desk_joined", name=adviser.name)
        return made

    def join(self, conversation: str, adviser: Adviser, reason: Reason = "code") -> Handover:
        """Takes a conversation that nobody asked to be taken: its code was quoted, or a crisis shows.

        Raises:
            TooLate: where another adviser has it.
        """
        there = self.queue.open_one(conversation)
        if there is None:
            there = self._make(conversation, reason, self._routing.for_adviser(conversation, adviser))
        if there.state == "held" and there.adviser == adviser.id:
            return there
        return self.take(there.id, adviser)

    def quoted(self, conversation: str, adviser: Adviser) -> Handover:
        """The person quoted their code: the adviser may read the conversation, and the assistant keeps it."""
        made = self._make(conversation, "code", self._routing.of_adviser(adviser), channel="code")
        return self._finish(made.id, "answered", None)

    def open_call(
        self, adviser: Adviser, channel: Literal["call", "counter"], language: str, agency: str | None
    ) -> Handover:
        """A conversation that is held by voice: somebody rings, or stands at the counter."""
        made, _ = self._store.open("mi" if language == "mi" else "en", agency)
        team = self._routing.of_adviser(adviser)
        return self.take(self._make(made.id, channel, team, channel=channel).id, adviser)

    def say(self, handover: Handover, adviser: Adviser, turn: Turn, nonce: str | None = None) -> Turn:
        """Says something in a conversation that ``adviser`` has; with the same ``nonce``, only once.

        Raises:
            NotHeld: where they do not have it any more.
        """
        seen = self._store.seen(handover.conversation, nonce) if nonce else None
        if seen is not None:
            return seen
        said = self._store.add(handover.conversation, turn, nonce, held_by=adviser.id)
        if handover.answered_at is None:
            with self._database.begin() as session:
                row = row_of(session, handover.id)
                row.answered_at = row.answered_at or now()
        return said

    def hand_back(self, id: int, adviser: Adviser) -> Handover:
        """Gives the conversation back to the assistant. The caller lets the assistant go on.

        Raises:
            TooLate: where the adviser does not have it.
        """
        made = self._finish(id, "handed_back", adviser)
        self._voice.tell(made.conversation, "desk_back", name=adviser.name)
        return made

    def close(self, id: int, adviser: Adviser, ending: Ending) -> Handover:
        """Closes the conversation with a reason; the assistant is there again for whatever comes next.

        Raises:
            TooLate: where the adviser does not have it.
        """
        made = self._finish(id, ending, adviser)
        if made.channel in ("chat", "call_back"):
            self._voice.tell(made.conversation, "desk_closed", name=adviser.name)
        return made

    def leave(self, conversation: str) -> None:
        """The person waits no longer, or has gone."""
        there = self.queue.open_one(conversation)
        if there is not None and there.channel != "call_back":
            self._finish(there.id, "left", None)

    def sweep(self) -> list[str]:
        """Puts conversations whose adviser's connection is lost back into the queue, and ends the waiting where all
        have gone; gives the conversations.
        """
        moved = []
        with self._database.begin() as session:
            lost = (
                select(HandoverRow.id, HandoverRow.adviser)
                .join(AdviserRow, AdviserRow.id == HandoverRow.adviser)
                .where(
                    HandoverRow.state == "held",
                    HandoverRow.channel.in_(("chat", "call_back")),
                    AdviserRow.seen_at.is_(None) | (AdviserRow.seen_at < now() - FRESH),
                )
            )
            for id, adviser in [(id, str(adviser)) for id, adviser in session.execute(lost)]:
                moved.append(release(session, id, adviser).conversation)
        for conversation in moved:
            self._voice.tell(conversation, "desk_lost")
        return [*moved, *self._deserted()]

    def _deserted(self) -> list[str]:
        waiting = [one for one in self.queue.waiting() if one.channel == "chat" and one.asked_at + DESERTED < now()]
        with self._database.begin() as session:
            last = session.scalar(
                select(func.max(AdviserRow.seen_at)).where(AdviserRow.presence == "here", AdviserRow.is_active)
            )
        gone = []
        for one in waiting:
            if self._routing.route(one.conversation) is None and (last is None or last + DESERTED < now()):
                self._finish(one.id, "nobody", None)
                self._voice.tell(one.conversation, "desk_nobody", code=self._store.code(one.conversation))
                gone.append(one.conversation)
        return gone

    def _make(
        self,
        conversation: str,
        reason: Reason,
        team: Team,
        *,
        urgent: bool = False,
        detail: dict[str, Any] | None = None,
        channel: str = "chat",
    ) -> Handover:
        context = self._store.context(conversation)
        found = self._store.get(conversation)
        events = context.life_events or [event for event, _ in context.recognised[:1]]
        row = HandoverRow(
            conversation=conversation,
            reason=reason,
            channel=channel,
            urgent=urgent,
            team=team.id,
            agency=found.agency or self._routing.agency(context),
            life_event=events[-1] if events else None,
            language=found.language,
            detail=detail or {},
        )
        try:
            with self._database.begin() as session:
                owner = conversation_of(session, conversation)
                session.add(row)
                session.flush()
                if channel != "call_back":
                    owner.holder = "queue"
                made = read(session, row)
        except IntegrityError:
            # It was asked for twice at the same moment.
            there = self.queue.open_one(conversation)
            if there is None:
                raise
            return there
        self._store.news.tell(conversation)
        return made

    def _hurry(self, handover: Handover) -> Handover:
        with self._database.begin() as session:
            row = row_of(session, handover.id)
            row.urgent = True
            return read(session, row)

    def _finish(self, id: int, ending: Ending, adviser: Adviser | None) -> Handover:
        with self._database.begin() as session:
            made = change(
                session, id, adviser.id if adviser else None, state="over", open=None, ended=ending, ended_at=now()
            )
            owner = conversation_of(session, made.conversation)
            owner.holder, owner.adviser = "assistant", None
        self._store.news.tell(made.conversation)
        return made
