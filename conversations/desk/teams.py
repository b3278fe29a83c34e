"""Teams of advisers: whose agency they are of, when they are open, and who helps out."""

from __future__ import annotations

import datetime as dt
import re

from pydantic import BaseModel, field_validator
from sqlalchemy import select

from catalogue import days
from conversations.desk.tables import TeamRow
from storage import Database

GENERAL = "general"
"""The team that is there from the beginning, for every agency."""
WORKING_HOURS = {str(day): ["08:30", "17:00"] for day in range(5)}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class Team(BaseModel):
    """A team. ``hours`` maps weekdays (0 is Monday) to when it opens and closes, in New Zealand."""

    id: str
    name: str
    agency: str | None = None
    hours: dict[str, list[str]] = WORKING_HOURS
    region: str | None = None
    on_holidays: bool = False
    overflow: str | None = None
    overflow_minutes: int = 5

    @field_validator("hours")
    @classmethod
    def _hours(cls, hours: dict[str, list[str]]) -> dict[str, list[str]]:
        for day, span in hours.items():
            if day not in "0123456" or len(span) != 2 or not all(_TIME.fullmatch(time) for time in span):
                raise ValueError("opening hours read like 08:30 to 17:00, for the weekdays 0 (Monday) to 6")
            if span[0] >= span[1]:
                raise ValueError("a team opens before it closes")
        return hours

    def is_open(self, at: dt.datetime) -> bool:
        """Whether it is within the opening hours: never on a public holiday, unless ``on_holidays``.

        >>> team = Team(id="general", name="Everyone")
        >>> team.is_open(dt.datetime(2026, 11, 25, 9, 0, tzinfo=days.AOTEAROA))
        True
        >>> team.is_open(dt.datetime(2026, 12, 25, 9, 0, tzinfo=days.AOTEAROA))
        False
        """
        here = at.astimezone(days.AOTEAROA)
        span = self._span(here.date())
        return span is not None and span[0] <= here.strftime("%H:%M") < span[1]

    def opens(self, at: dt.datetime) -> dt.datetime | None:
        """When it opens next, or None where it never does."""
        here = at.astimezone(days.AOTEAROA)
        for ahead in range(15):
            day = here.date() + dt.timedelta(days=ahead)
            span = self._span(day)
            if span is None:
                continue
            hour, minute = map(int, span[0].split(":"))
            begin = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=days.AOTEAROA)
            if begin > here:
                return begin
        return None

    def _span(self, day: dt.date) -> list[str] | None:
        span = self.hours.get(str(day.weekday()))
        if span is None or (not self.on_holidays and days.is_holiday(day, self.region)):
            return None
        return span


class Teams:
    """Keeps teams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Team]:
        """Every team by id; the general one is always among them."""
        with self._database.read() as session:
            rows = session.scalars(select(TeamRow).order_by(TeamRow.name))
            found = {row.id: _team(row) for row in rows}
        return found if GENERAL in found else {GENERAL: Team(id=GENERAL, name="General"), **found}

    def save(self, team: Team) -> None:
        """Makes a team or changes it."""
        with self._database.begin() as session:
            session.merge(TeamRow(**team.model_dump()))

    def remove(self, id: str) -> None:
        """Takes a team away. What waits for it goes to the general team."""
        with self._database.begin() as session:
            row = session.get(TeamRow, id)
            if row is not None:
                session.delete(row)


def _team(row: TeamRow) -> Team:
    return Team(**{name: getattr(row, name) for name in Team.model_fields})
