"""A handover: a time that a conversation is with staff, or waits to be; and the steps by which it changes.

Who has a conversation stands on the conversation itself, and every step changes both in one transaction. A step names
the state of the handover that it was decided on, so that of two who decide at the same moment one comes too late.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from conversations.desk.tables import AdviserRow, HandoverRow
from conversations.tables import ConversationRow
from storage import now

Reason = Literal["asked", "missed", "crisis", "failure", "code", "call", "counter", "delivery"]
Ending = Literal["answered", "started", "passed_on", "no_reply", "not_ours", "abuse", "handed_back", "left", "nobody"]
ENDINGS: tuple[Ending, ...] = ("answered", "started", "passed_on", "no_reply", "not_ours", "abuse")
"""How an adviser can close a conversation; the rest happens by itself."""


class TooLate(Exception):
    """Somebody else was faster, or it is over. The text says what has become of it."""


class Handover(BaseModel):
    """A time that a conversation is with staff, or waits to be."""

    id: int
    conversation: str
    state: Literal["waiting", "held", "over"]
    version: int
    reason: str
    channel: str
    urgent: bool
    team: str
    agency: str | None
    life_event: str | None
    language: str
    adviser: str | None
    adviser_name: str | None = None
    detail: dict[str, Any] = {}
    passing_to: str | None = None
    asked_at: dt.datetime
    taken_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None
    ended: str | None

    @property
    def waited(self) -> dt.timedelta:
        """How long the person waited, or waits."""
        return (self.taken_at or self.ended_at or now()) - self.asked_at


def change(session: Session, id: int, had_by: str | None, **values: Any) -> Handover:
    """One step of a handover that ``had_by`` has, or that nobody needs to have.

    Raises:
        TooLate: where somebody else was faster.
    """
    row = row_of(session, id)
    conversation_of(session, row.conversation)
    wanted = update(HandoverRow).where(HandoverRow.id == id, HandoverRow.open == 1)
    if had_by is not None:
        wanted = wanted.where(HandoverRow.state == "held", HandoverRow.adviser == had_by)
    done = step(session, wanted, **values)
    session.refresh(row)
    if not done:
        raise TooLate(fate(session, row))
    return read(session, row)


def release(session: Session, id: int, adviser: str) -> Handover:
    """Puts it back into the queue; it keeps its time."""
    made = change(session, id, adviser, state="waiting", adviser=None, taken_at=None, passing_to=None)
    owner = conversation_of(session, made.conversation)
    owner.holder, owner.adviser = "queue", None
    return made


def step(session: Session, wanted: Update, **values: Any) -> bool:
    """One change of a handover, with the next version; gives whether it was there to be changed."""
    changed: Any = session.execute(
        wanted.values(version=HandoverRow.version + 1, **values).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def row_of(session: Session, id: int) -> HandoverRow:
    """The row of a handover.

    Raises:
        LookupError: where there is none.
    """
    row = session.get(HandoverRow, id)
    if row is None:
        raise LookupError(str(id))
    return row


def conversation_of(session: Session, id: str) -> ConversationRow:
    """The row of a conversation, kept from others until the transaction ends.

    Raises:
        LookupError: where there is none.
    """
    row = session.get(ConversationRow, id, with_for_update=True)
    if row is None:
        raise LookupError(id)
    # Other processes notice by this that something is new.
    row.updated_at = now()
    return row


def fate(session: Session, row: HandoverRow) -> str:
    """What has become of a handover, for who came too late."""
    if row.state == "held":
        other = session.get(AdviserRow, row.adviser)
        return f"{other.name if other else 'Somebody else'} has this conversation now."
    return "This conversation waits in the queue again." if row.state == "waiting" else "This conversation is over."


def read(session: Session, row: HandoverRow) -> Handover:
    """The handover that a row holds."""
    other = session.get(AdviserRow, row.adviser) if row.adviser else None
    state: Any = row.state
    return Handover(
        **{
            name: getattr(row, name)
            for name in Handover.model_fields
            if name not in ("adviser_name", "detail", "state")
        },
        state=state,
        detail=row.detail or {},
        adviser_name=other.name if other else None,
    )
