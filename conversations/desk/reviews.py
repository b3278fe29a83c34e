"""Quality: conversations drawn by lot, and what a second person makes of how they were held."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.tables import HandoverRow, ReviewRow
from storage import Database, now

QUESTIONS = ("right", "plain", "kind", "safe")
"""What is marked, from 1 (no) to 3 (yes): right and with sources, in plain words, kind, nothing risky left open."""


class Review(BaseModel):
    """A conversation to be reviewed, or how it was."""

    id: int
    handover: int
    conversation: str
    adviser: str | None
    reviewer: str | None
    marks: dict[str, int]
    text: str | None
    sampled_at: dt.datetime
    reviewed_at: dt.datetime | None


class Reviews:
    """Keeps reviews."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def draw(self, number: int, since: dt.datetime) -> int:
        """Draws up to ``number`` conversations that ended since then and were not drawn before; gives how many."""
        taken = select(ReviewRow.handover)
        wanted = select(HandoverRow.id).where(
            HandoverRow.ended_at >= since, HandoverRow.taken_at.is_not(None), HandoverRow.id.not_in(taken)
        )
        with self._database.begin() as session:
            found = list(session.scalars(wanted))
            drawn = secrets.SystemRandom().sample(found, min(number, len(found)))
            session.add_all([ReviewRow(handover=id, marks={}) for id in drawn])
            return len(drawn)

    def all(self) -> list[Review]:
        """Every review, those that wait first."""
        wanted = (
            select(ReviewRow, HandoverRow)
            .join(HandoverRow, HandoverRow.id == ReviewRow.handover)
            .order_by(ReviewRow.reviewed_at.is_not(None), ReviewRow.id.desc())
        )
        with self._database.read() as session:
            return [_review(row, of) for row, of in session.execute(wanted)]

    def get(self, id: int) -> Review:
        """The review.

        Raises:
            LookupError: where there is none.
        """
        found = next((one for one in self.all() if one.id == id), None)
        if found is None:
            raise LookupError(str(id))
        return found

    def write(self, id: int, reviewer: Adviser, marks: dict[str, int], text: str) -> None:
        """Writes the review down.

        Raises:
            NotAllowed: where the reviewer had the conversation, or a mark is missing.
        """
        found = self.get(id)
        if found.adviser == reviewer.id:
            raise NotAllowed("You had this conversation. Somebody else must review it.")
        if set(marks) != set(QUESTIONS) or not all(1 <= mark <= 3 for mark in marks.values()):
            raise NotAllowed("Give a mark from 1 to 3 for each question.")
        with self._database.begin() as session:
            row: Any = session.get(ReviewRow, id)
            row.reviewer, row.marks, row.text, row.reviewed_at = reviewer.id, marks, text.strip()[:2000], now()


def _review(row: ReviewRow, of: HandoverRow) -> Review:
    return Review(
        id=row.id,
        handover=row.handover,
        conversation=of.conversation,
        adviser=of.adviser,
        reviewer=row.reviewer,
        marks=row.marks or {},
        text=row.text,
        sampled_at=row.sampled_at,
        reviewed_at=row.reviewed_at,
    )
