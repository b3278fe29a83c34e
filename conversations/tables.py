"""Conversations and their turns, as they are stored. What people said is encrypted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment, Sealed, now


class ConversationRow(Base):
    """One conversation. The token and the code are kept as hashes only."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    key_hash: Mapped[str | None] = mapped_column(String(64), doc="with the code, opens it on another device")
    language: Mapped[str] = mapped_column(String(8), default="en")
    agency: Mapped[str | None] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(16), default="assistant", doc="assistant, queue or adviser")
    adviser: Mapped[str | None] = mapped_column(String(32), doc="who has it, where that is an adviser")
    context: Mapped[Any] = mapped_column(Sealed)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)


class TurnRow(Base):
    """What was said at one go. ``number`` orders a conversation's turns; ``nonce`` makes a doubled post harmless."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation", "number"), UniqueConstraint("conversation", "nonce"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    by: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[Any] = mapped_column(Sealed)
    decision: Mapped[str | None] = mapped_column(String(16))
    life_events: Mapped[Any] = mapped_column(JSON, default=list)
    answers: Mapped[int | None] = mapped_column(doc="number of the turn that this one answers")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class TokenRow(Base):
    """A further token of a conversation: that of another device on which it was opened with its code and key."""

    __tablename__ = "conversation_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
