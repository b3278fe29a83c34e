"""What advisers leave for each other on a conversation, and who of them is looking at it."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel
from sqlalchemy import delete, select

from conversations.desk.staff import FRESH
from conversations.desk.tables import AdviserRow, LookRow, NoteRow
from storage import Database, now

LONGEST_NOTE = 2000


class Note(BaseModel):
    """A note. The person never sees it."""

    by: str
    text: str
    at: dt.datetime


class Notes:
    """Keeps notes and looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, conversation: str, adviser: str, text: str) -> None:
        """Leaves a note. Empty ones are not kept."""
        clean = text.strip()[:LONGEST_NOTE]
        if clean:
            with self._database.begin() as session:
                session.add(NoteRow(conversation=conversation, adviser=adviser, text=clean))

    def of(self, conversation: str) -> list[Note]:
        """The notes on a conversation, oldest first."""
        wanted = (
            select(NoteRow, AdviserRow.name)
            .outerjoin(AdviserRow, AdviserRow.id == NoteRow.adviser)
            .where(NoteRow.conversation == conversation)
            .order_by(NoteRow.id)
        )
        with self._database.read() as session:
            return [Note(by=name or "?", text=row.text, at=row.at) for row, name in session.execute(wanted)]

    def look(self, conversation: str, adviser: str) -> None:
        """Says that ``adviser`` has the conversation in front of them."""
        with self._database.begin() as session:
            session.merge(LookRow(conversation=conversation, adviser=adviser, at=now()))

    def look_away(self, adviser: str) -> None:
        """Says that ``adviser`` has none in front of them any more."""
        with self._database.begin() as session:
            session.execute(delete(LookRow).where(LookRow.adviser == adviser))

    def looking(self, conversation: str, but: str) -> list[str]:
        """The names of the others who look at it now."""
        wanted = (
            select(AdviserRow.name)
            .join(LookRow, LookRow.adviser == AdviserRow.id)
            .where(LookRow.conversation == conversation, LookRow.adviser != but, LookRow.at >= now() - FRESH)
            .order_by(AdviserRow.name)
        )
        with self._database.read() as session:
            return list(session.scalars(wanted))
