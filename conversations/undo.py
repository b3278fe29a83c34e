"""Taking back the last message: what was said since goes away, and the conversation knows what it knew before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from conversations.context import Context
from conversations.store import TAKEN_BACK, Store, Turn
from conversations.tables import ConversationRow, TurnRow
from storage import Base, Database, Sealed, now


class SnapshotRow(Base):
    """What a conversation knew before the last message of the person. Only that one is kept."""

    __tablename__ = "snapshots"

    conversation: Mapped[str] = mapped_column(
        String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    turn: Mapped[int]
    context: Mapped[Any] = mapped_column(Sealed)


class Undo:
    """Remembers what was known before the last message, and goes back there."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    def remember(self, conversation: str, turn: int, context: Context) -> None:
        """Keeps ``context`` as what was known before turn ``turn``."""
        with self._database.begin() as session:
            session.merge(SnapshotRow(conversation=conversation, turn=turn, context=context.model_dump(mode="json")))

    def possible(self, conversation: str) -> int | None:
        """The number of the turn that can be taken back, if any.

        That is the person's last one, as long as nothing was sent to an agency and no adviser has spoken since.
        """
        with self._database.read() as session:
            kept = session.get(SnapshotRow, conversation)
            row = session.get(ConversationRow, conversation)
            if kept is None or row is None or row.holder != "assistant":
                return None
            before, after = Context.model_validate(kept.context), Context.model_validate(row.context)
            later = select(TurnRow.by).where(TurnRow.conversation == conversation, TurnRow.number >= kept.turn)
            speakers = list(session.scalars(later.where(TurnRow.decision.is_distinct_from(TAKEN_BACK))))
            if len(after.started) > len(before.started) or "adviser" in speakers or speakers[:1] != ["person"]:
                return None
            return kept.turn

    def take_back(self, conversation: str, turn: int) -> Turn | None:
        """Takes turn ``turn`` back with all that followed; gives it as it was, or None where it can't be any more.

        Hold the conversation's turn meanwhile.
        """
        if self.possible(conversation) != turn:
            return None
        taken = self._store.turns(conversation, since=turn - 1)[0]
        with self._database.begin() as session:
            kept = session.get_one(SnapshotRow, conversation)
            row = session.get_one(ConversationRow, conversation)
            code = Context.model_validate(row.context).code
            # A code that was given out goes on working.
            row.context = Context.model_validate(kept.context).model_copy(update={"code": code}).model_dump(mode="json")
            row.updated_at = now()
            session.execute(
                update(TurnRow)
                .where(TurnRow.conversation == conversation, TurnRow.number >= turn)
                .values(content={}, decision=TAKEN_BACK, life_events=[], answers=None)
            )
            session.execute(delete(SnapshotRow).where(SnapshotRow.conversation == conversation))
        self._store.news.tell(conversation)
        return taken

    def gone(self, conversation: str) -> list[int]:
        """The numbers of the turns that were taken back."""
        wanted = select(TurnRow.number).where(TurnRow.conversation == conversation, TurnRow.decision == TAKEN_BACK)
        with self._database.read() as session:
            return list(session.scalars(wanted.order_by(TurnRow.number)))
