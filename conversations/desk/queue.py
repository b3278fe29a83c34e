"""The queue: what waits for staff, who has what, and what a person who waits is told."""

from __future__ import annotations

import datetime as dt
import math

from pydantic import BaseModel
from sqlalchemy import func, select

from conversations.desk.handover import Handover, read, row_of
from conversations.desk.routing import here, is_theirs
from conversations.desk.staff import Adviser
from conversations.desk.tables import HandoverRow
from conversations.desk.teams import GENERAL, Teams
from storage import Database

EACH = 4.0
"""Minutes that a conversation takes, where none has been measured yet."""


class Waiting(BaseModel):
    """What a person who waits is told: their place, and about how many minutes."""

    place: int
    minutes: int


class Queue:
    """Looks into the handovers, and changes nothing."""

    def __init__(self, database: Database, teams: Teams) -> None:
        self._database = database
        self._teams = teams

    def open_one(self, conversation: str) -> Handover | None:
        """The handover of this conversation that is not over, if any."""
        wanted = select(HandoverRow).where(HandoverRow.conversation == conversation, HandoverRow.open == 1)
        with self._database.read() as session:
            row = session.scalar(wanted)
            return read(session, row) if row else None

    def get(self, id: int) -> Handover:
        """The handover.

        Raises:
            LookupError: where there is none.
        """
        with self._database.read() as session:
            return read(session, row_of(session, id))

    def place(self, handover: Handover) -> Waiting:
        """The place in the queue, and about how long it will be: from how long the last ones took."""
        ahead = select(func.count()).where(
            HandoverRow.state == "waiting",
            HandoverRow.team == handover.team,
            HandoverRow.channel != "call_back",
            HandoverRow.id != handover.id,
            # The urgent go first, whenever they came.
            (HandoverRow.urgent.is_(True) & (HandoverRow.asked_at < handover.asked_at))
            if handover.urgent
            else HandoverRow.urgent.is_(True) | (HandoverRow.asked_at < handover.asked_at),
        )
        took = (
            select(HandoverRow.taken_at, HandoverRow.ended_at)
            .where(HandoverRow.team == handover.team, HandoverRow.taken_at.is_not(None), HandoverRow.open.is_(None))
            .order_by(HandoverRow.id.desc())
            .limit(20)
        )
        with self._database.read() as session:
            place = (session.scalar(ahead) or 0) + 1
            spans = [(end - begin).total_seconds() / 60 for begin, end in session.execute(took) if begin and end]
            staff = len([one for one in here(session) if handover.team in (one.teams or [GENERAL])])
        each = sum(spans) / len(spans) if spans else EACH
        return Waiting(place=place, minutes=max(1, min(60, math.ceil((place - 1) * each / max(1, staff)) + 1)))

    def waiting(self, adviser: Adviser | None = None) -> list[Handover]:
        """What waits, as it should be taken: the urgent first, then by time. For ``adviser``, what is theirs to take:
        their teams' and, after a while, that of teams that they help out.
        """
        wanted = select(HandoverRow).where(HandoverRow.state == "waiting")
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(HandoverRow.urgent.desc(), HandoverRow.asked_at))
            found = [read(session, row) for row in rows]
        if adviser is None:
            return found
        teams = self._teams.all()
        return [one for one in found if is_theirs(one, adviser, teams)]

    def held(self, adviser: str | None = None) -> list[Handover]:
        """What ``adviser`` has, or what all of them have, longest first."""
        wanted = select(HandoverRow).where(HandoverRow.state == "held")
        if adviser is not None:
            wanted = wanted.where(HandoverRow.adviser == adviser)
        with self._database.read() as session:
            return [read(session, row) for row in session.scalars(wanted.order_by(HandoverRow.taken_at))]

    def of(self, conversation: str) -> list[Handover]:
        """Every handover of a conversation, oldest first."""
        wanted = select(HandoverRow).where(HandoverRow.conversation == conversation).order_by(HandoverRow.id)
        with self._database.read() as session:
            return [read(session, row) for row in session.scalars(wanted)]

    def since(self, begin: dt.datetime, end: dt.datetime | None = None) -> list[Handover]:
        """Handovers that were asked for between two moments, newest first."""
        wanted = select(HandoverRow).where(HandoverRow.asked_at >= begin)
        if end is not None:
            wanted = wanted.where(HandoverRow.asked_at < end)
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(HandoverRow.id.desc()).limit(500))
            return [read(session, row) for row in rows]
