"""Plans that people keep: behind a link that can't be guessed, until the day that they set.

A kept plan knows life events, days and what was ticked off. It knows no conversation, no name and no answer, so whoever
finds the link learns no more than the plan.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from conversations.messages import Language
from storage import Base, Database, Moment, Sealed, now
from storage.secrets import digest, token

DAYS = (1, 7, 30, 90, 365)
"""For how many days a plan can be kept."""


class UnknownPlan(LookupError):
    """There is no such plan, or its time is over. Which of the two is not told apart."""


class KeptPlan(BaseModel):
    """What is kept of a plan."""

    life_events: list[str]
    dates: dict[str, dt.date] = {}
    agency: str | None = None
    language: Language = "en"
    done: list[str] = []
    made_on: dt.date
    expires_at: dt.datetime


class KeptRow(Base):
    """A kept plan. The link's token is kept as a hash only."""

    __tablename__ = "kept_plans"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[Any] = mapped_column(Sealed)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment, index=True)


class Kept:
    """Keeps plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, plan: KeptPlan) -> str:
        """Keeps ``plan``; gives the token of its link, which is told once."""
        secret = token()
        with self._database.begin() as session:
            session.add(KeptRow(token_hash=digest(secret), content=_content(plan), expires_at=plan.expires_at))
        return secret

    def find(self, secret: str) -> KeptPlan:
        """The plan behind a link.

        Raises:
            UnknownPlan: where there is none (any more).
        """
        with self._database.read() as session:
            return _plan(session, secret)[1]

    def tick(self, secret: str, done: list[str]) -> None:
        """Says which services are done. Raises as :meth:`find` does."""
        with self._database.begin() as session:
            row, plan = _plan(session, secret)
            row.content = _content(plan.model_copy(update={"done": done}))

    def keep_until(self, secret: str, moment: dt.datetime) -> None:
        """Sets the plan's end anew. Raises as :meth:`find` does."""
        with self._database.begin() as session:
            row, plan = _plan(session, secret)
            row.content = _content(plan.model_copy(update={"expires_at": moment}))
            row.expires_at = moment

    def delete(self, secret: str) -> None:
        """Deletes the plan, if it is there."""
        with self._database.begin() as session:
            session.execute(delete(KeptRow).where(KeptRow.token_hash == digest(secret)))

    def forget(self) -> None:
        """Deletes the plans whose time is over."""
        with self._database.begin() as session:
            session.execute(delete(KeptRow).where(KeptRow.expires_at <= now()))


def _plan(session: Session, secret: str) -> tuple[KeptRow, KeptPlan]:
    row = session.get(KeptRow, digest(secret))
    if row is None or row.expires_at <= now():
        raise UnknownPlan
    return row, KeptPlan.model_validate(row.content)


def _content(plan: KeptPlan) -> dict[str, Any]:
    return plan.model_dump(mode="json")
