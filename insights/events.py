"""What is counted. An event holds ids from the catalogue and nothing that a person wrote."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Literal

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Database, Moment, now

Event = Literal[
    "conversation_opened",
    "message_received",
    "life_event_recognised",
    "plan_made",
    "service_explained",
    "check_made",
    "application_sent",
    "application_completed",
    "application_declined",
    "application_withdrawn",
    "handed_over",
    "crisis_shown",
    "person_asked_for",
    "answer_useful",
    "answer_not_useful",
    "plan_kept",
    "message_taken_back",
]
"""The events that are kept. ``handed_over`` (a link was followed) is never counted as a completion."""


class EventRow(Base):
    """One event: when, what, and the ids of the service, agency or life event that it concerns."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)


class Ledger:
    """Writes events down and counts them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, event: Event, subject: str | None = None) -> None:
        """Writes ``event`` down; ``subject`` is a catalogue id, never a person's words."""
        with self._database.begin() as session:
            session.add(EventRow(name=event, subject=subject))

    def count(self, event: Event, since: dt.datetime | None = None, before: dt.datetime | None = None) -> Counter[str]:
        """How often ``event`` happened, by subject, from ``since`` on and earlier than ``before``."""
        wanted = select(EventRow.subject, func.count()).where(EventRow.name == event).group_by(EventRow.subject)
        if since is not None:
            wanted = wanted.where(EventRow.at >= since)
        if before is not None:
            wanted = wanted.where(EventRow.at < before)
        with self._database.begin() as session:
            return Counter({subject or "": number for subject, number in session.execute(wanted)})
