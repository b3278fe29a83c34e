"""What could not be delivered, for advisers: never into the void."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select

from cases.tables import ApplicationRow, WaitRow
from storage import Database, now

OVERDUE = dt.timedelta(days=14)
"""How long after the day that an agency gave itself an application is listed."""


@dataclass(frozen=True)
class Trouble:
    """An application that somebody has to look at.

    ``kind`` is ``unreachable`` (the agency), ``refused`` (the answers), ``dependency`` (what comes first ended without
    being done) or ``overdue`` (the agency's own day has long passed). ``conversation`` is where the person can be
    reached, if it is still there.
    """

    reference: str
    service: str
    agency: str
    kind: str
    reason: str
    since: dt.datetime
    tries: int
    conversation: str | None


class Troubles:
    """The list, and what an adviser can do about an entry. An entry goes when its cause does, or when it is settled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_ones(self, limit: int = 200) -> list[Trouble]:
        """What is not settled, the oldest first."""
        stuck = ApplicationRow.trouble.is_not(None) & ApplicationRow.settled_at.is_(None)
        late = (
            ApplicationRow.state.in_(("received", "approved"))
            & (ApplicationRow.expected_by < (now() - OVERDUE).date())
            & ApplicationRow.settled_at.is_(None)
        )
        wanted = select(ApplicationRow).where(stuck | late).order_by(ApplicationRow.trouble_at).limit(limit)
        with self._database.read() as session:
            return [_trouble(row) for row in session.scalars(wanted)]

    def settle(self, reference: str) -> None:
        """Takes an entry off the list: somebody took care of it. What is still due is still tried."""
        with self._database.begin() as session:
            row = session.get(ApplicationRow, reference, with_for_update=True)
            if row is not None:
                row.settled_at = now()

    def send_anyway(self, reference: str) -> bool:
        """Sends an application now, whatever it waited for; gives whether there was something to send."""
        with self._database.begin() as session:
            row = session.get(ApplicationRow, reference, with_for_update=True)
            if row is None or row.state != "submitted" or row.withdrawing:
                return False
            session.execute(delete(WaitRow).where(WaitRow.reference == reference))
            row.due_at, row.round, row.reason = now(), row.round + 1, None
            row.trouble, row.settled_at = None, None
            return True


def _trouble(row: ApplicationRow) -> Trouble:
    expected = f"The agency expected to be done by {row.expected_by}. Ask it."
    return Trouble(
        reference=row.reference,
        service=row.service,
        agency=row.agency,
        kind=row.trouble or "overdue",
        reason=(row.message if row.trouble == "refused" else row.reason) or expected,
        since=row.trouble_at or row.updated_at,
        tries=row.tries,
        conversation=row.conversation,
    )
