"""Tries: which applications are due, and what a try to do something about one came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.application import FINAL
from cases.tables import ApplicationRow, InformationRow, WaitRow
from catalogue.answers import Value
from storage import Database, now

Kind = Literal["deliver", "inform", "take_back"]
"""What is to be done: send the application, send what the agency asked for, or tell it that the person took it back."""

LEASE = dt.timedelta(minutes=5)
"""How long a try may take before its workflow is looked for again."""

CALL = dt.timedelta(seconds=60)
"""How long an agency may still be at work on a call whose caller has gone."""


@dataclass(frozen=True)
class Due:
    """Something that is to be done now. ``round`` is the count of what was begun about this application."""

    reference: str
    kind: Kind
    round: int


@dataclass(frozen=True)
class Information:
    """Answers for an agency that asked for more, with the idempotency key that they go under."""

    key: str
    answers: Mapping[str, Value]


class Tries:
    """The state of deliveries, in the applications' own table, so that no crash can part the two.

    Args:
        patience: how long an agency may be out of reach before advisers are told.
    """

    def __init__(self, database: Database, patience: dt.timedelta = dt.timedelta(hours=24)) -> None:
        self._database = database
        self._patience = patience

    def due(self, limit: int = 200) -> list[Due]:
        """What is due, the longest due first."""
        wanted = select(ApplicationRow).where(ApplicationRow.due_at <= now()).order_by(ApplicationRow.due_at)
        with self._database.read() as session:
            return [Due(row.reference, _kind(row), row.round) for row in session.scalars(wanted.limit(limit))]

    def get(self, reference: str) -> Due | None:
        """What is to be done about an application, if anything is, however long it has to wait."""
        with self._database.read() as session:
            row = session.get(ApplicationRow, reference)
            return Due(row.reference, _kind(row), row.round) if row is not None and row.due_at is not None else None

    def begin(self, due: Due) -> bool:
        """Whether to go on with it: not where it was taken back, done, or begun anew meanwhile."""
        with self._database.begin() as session:
            row = _locked(session, due.reference)
            if row is None or not _stands(row, due):
                return False
            if due.kind == "deliver" and row.state != "submitted":
                row.due_at = None
                return False
            row.due_at = now() + LEASE
            return True

    def sending(self, due: Due) -> bool:
        """That the agency is called now, which others know from here on; False where it is not to be done any more."""
        with self._database.begin() as session:
            row = _locked(session, due.reference)
            if row is None or not _stands(row, due):
                return False
            if due.kind != "take_back":
                row.sending_until = now() + CALL
            return True

    def is_sending(self, reference: str) -> bool:
        """Whether a call with the application may still reach the agency."""
        with self._database.read() as session:
            row = session.get(ApplicationRow, reference)
            return row is not None and row.sending_until is not None and row.sending_until > now()

    def later(self, due: Due, pause: float, reason: str | None = None, *, under_way: bool = False) -> None:
        """Puts it off for ``pause`` seconds. With a ``reason`` the try counts as one that failed.

        Args:
            under_way: whether the agency may still be at work on the call that failed.
        """
        with self._database.begin() as session:
            row = _locked(session, due.reference)
            if row is None:
                return
            if reason is not None and not under_way:
                # Without a reason nobody was called, and a call of before a crash may have arrived all the same.
                row.sending_until = None
            if row.round != due.round or row.due_at is None:
                # It was begun anew or done meanwhile.
                return
            at = now()
            row.round, row.due_at = row.round + 1, at + dt.timedelta(seconds=pause)
            if reason is None:
                return
            row.tries, row.failing_since, row.reason = row.tries + 1, row.failing_since or at, reason
            if at - row.failing_since >= self._patience and row.trouble is None:
                row.trouble, row.trouble_at, row.settled_at = "unreachable", at, None

    def done(self, due: Due) -> None:
        """There was nothing to be done after all."""
        with self._database.begin() as session:
            row = _locked(session, due.reference)
            if row is not None and row.round == due.round:
                row.due_at = row.sending_until = None

    def tries(self, reference: str) -> int:
        """How many tries in a row have failed."""
        with self._database.read() as session:
            row = session.get(ApplicationRow, reference)
            return row.tries if row is not None else 0

    def take_back(self, reference: str) -> Literal["here", "there", "done"]:
        """Begins to take an application back.

        Gives ``here`` where it never left, and so is withdrawn now; ``there`` where the agency has to be told;
        ``done`` where there is nothing left to take back.
        """
        with self._database.begin() as session:
            row = _locked(session, reference)
            if row is None or row.state in FINAL:
                return "done"
            if row.withdrawing:
                return "there"
            if row.agency_id is None and row.sending_until is None and row.tries == 0:
                row.due_at, row.round = None, row.round + 1
                return "here"
            row.withdrawing, row.due_at, row.round, row.tries = True, now(), row.round + 1, 0
            return "there"

    def too_late(self, due: Due, reason: str) -> None:
        """The agency would not let it be taken back."""
        with self._database.begin() as session:
            row = _locked(session, due.reference)
            if row is not None:
                row.withdrawing, row.reason, row.due_at, row.round = False, reason, None, row.round + 1

    def information(self, reference: str) -> Information | None:
        """What is to be sent to the agency, the oldest first."""
        wanted = select(InformationRow).filter_by(reference=reference, sent_at=None).order_by(InformationRow.given_at)
        with self._database.read() as session:
            row = session.scalar(wanted.limit(1))
            return Information(row.key, row.answers) if row is not None else None

    def informed(self, due: Due, key: str) -> None:
        """The agency has what it asked for, or would not take it."""
        with self._database.begin() as session:
            session.get_one(InformationRow, key).sent_at = now()
            row = _locked(session, due.reference)
            if row is not None:
                more = select(InformationRow.key).filter_by(reference=due.reference, sent_at=None)
                row.due_at = now() if session.scalar(more.limit(1)) is not None else None
                row.round, row.tries, row.failing_since, row.reason = row.round + 1, 0, None, None
                row.sending_until = None


def arrived(row: ApplicationRow) -> None:
    """Notes on the row that the agency has the application and answers for it."""
    row.tries, row.failing_since, row.reason, row.sending_until = 0, None, None, None
    if row.trouble == "unreachable":
        row.trouble = None
    if not row.withdrawing:
        row.due_at = None


def release(session: Session, reference: str) -> list[str]:
    """Lets go what waited for ``reference``, which is completed; gives what waits for nothing more."""
    waiting = list(session.scalars(select(WaitRow).filter_by(other=reference)))
    free = []
    for one in waiting:
        session.delete(one)
    session.flush()
    for one in waiting:
        if session.scalar(select(WaitRow.other).filter_by(reference=one.reference).limit(1)) is not None:
            continue
        row = session.get_one(ApplicationRow, one.reference)
        if row.state == "submitted" and not row.withdrawing:
            row.due_at, row.reason = now(), None
            if row.trouble == "dependency":
                row.trouble = None
            free.append(row.reference)
    return free


def strand(session: Session, reference: str, reason: str) -> None:
    """Puts what waits for ``reference``, which will never be completed, on the advisers' list."""
    for waiting in session.scalars(select(WaitRow).filter_by(other=reference)):
        row = session.get_one(ApplicationRow, waiting.reference)
        if row.state not in FINAL:
            row.reason, row.trouble, row.trouble_at, row.settled_at = reason, "dependency", now(), None


def _stands(row: ApplicationRow, due: Due) -> bool:
    """Whether what is due is still to be done."""
    return row.due_at is not None and row.round == due.round and _kind(row) == due.kind


def _kind(row: ApplicationRow) -> Kind:
    if row.withdrawing:
        return "take_back"
    return "deliver" if row.state == "submitted" else "inform"


def _locked(session: Session, reference: str) -> ApplicationRow | None:
    return session.get(ApplicationRow, reference, with_for_update=True)
