"""Whether an answer was useful, as the person says. One opinion a turn; it can be changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Database, Moment, now


class OpinionRow(Base):
    """What a person thinks of one answer. The answer itself stands in the turn."""

    __tablename__ = "opinions"

    conversation: Mapped[str] = mapped_column(
        String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    turn: Mapped[int] = mapped_column(primary_key=True)
    useful: Mapped[bool]
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Opinions:
    """Keeps opinions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, conversation: str, turn: int, useful: bool) -> bool:
        """Writes an opinion down; whether it is the first one of this turn."""
        with self._database.begin() as session:
            is_first = session.get(OpinionRow, (conversation, turn)) is None
            session.merge(OpinionRow(conversation=conversation, turn=turn, useful=useful, at=now()))
            return is_first

    def of(self, conversation: str) -> dict[int, bool]:
        """The opinions given in a conversation, by turn."""
        wanted = select(OpinionRow).where(OpinionRow.conversation == conversation)
        with self._database.read() as session:
            return {row.turn: row.useful for row in session.scalars(wanted)}
