"""The emergency notice: what supervisors put on top of every page while it holds."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel
from sqlalchemy import String, Update, select, update
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.model import Text
from storage import Base, Database, Moment, now


class NoticeRow(Base):
    """One notice. The one that shows is the newest that has begun and not ended."""

    __tablename__ = "emergency_notices"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    en: Mapped[str] = mapped_column(String(500))
    mi: Mapped[str | None] = mapped_column(String(500))
    link: Mapped[str | None] = mapped_column(String(500))
    since: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    until: Mapped[dt.datetime | None] = mapped_column(Moment)
    adviser: Mapped[str] = mapped_column(String(32))


class Notice(BaseModel):
    """A notice as pages show it: its words, and perhaps a link to an official page."""

    id: int
    text: Text
    link: str | None = None
    since: dt.datetime
    until: dt.datetime | None = None


class Notices:
    """Reads and sets the emergency notice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> Notice | None:
        """The notice that holds at this moment, if any."""
        wanted = (
            select(NoticeRow)
            .where(NoticeRow.since <= now(), NoticeRow.until.is_(None) | (NoticeRow.until > now()))
            .order_by(NoticeRow.id.desc())
            .limit(1)
        )
        with self._database.read() as session:
            row = session.scalar(wanted)
            if row is None:
                return None
            text = Text(en=row.en, mi=row.mi)
            return Notice(id=row.id, text=text, link=row.link, since=row.since, until=row.until)

    def show(self, adviser: str, text: Text, link: str | None = None, until: dt.datetime | None = None) -> None:
        """Puts a notice up at once, in place of the one that was there."""
        with self._database.begin() as session:
            session.execute(_end())
            session.add(NoticeRow(en=text.en, mi=text.mi, link=link, until=until, adviser=adviser))

    def take_down(self) -> None:
        """Takes the notice down at once."""
        with self._database.begin() as session:
            session.execute(_end())


def _end() -> Update:
    return update(NoticeRow).where(NoticeRow.until.is_(None) | (NoticeRow.until > now())).values(until=now())
