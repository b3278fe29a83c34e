"""Applications and what became of them, as they are stored. Answers are encrypted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment, Sealed, now


class ApplicationRow(Base):
    """A service that has been started for a person. ``sequence`` is the agency's count of changes."""

    __tablename__ = "applications"

    reference: Mapped[str] = mapped_column(String(32), primary_key=True)
    access_hash: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(128), unique=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    conversation: Mapped[str | None] = mapped_column(String(32), index=True)
    service: Mapped[str] = mapped_column(String(64), index=True)
    agency: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    answers: Mapped[Any] = mapped_column(Sealed)
    consent: Mapped[Any] = mapped_column(Sealed)
    access_code: Mapped[Any] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(32), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    agency_id: Mapped[str | None] = mapped_column(String(64))
    agency_reference: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None]
    next: Mapped[str | None]
    expected_by: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    checked_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class ChangeRow(Base):
    """One state that an application has been in."""

    __tablename__ = "application_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(ForeignKey("applications.reference", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    message: Mapped[str | None]
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class WebhookRow(Base):
    """A webhook that has been taken in, so that a second delivery changes nothing."""

    __tablename__ = "webhooks"
    __table_args__ = (UniqueConstraint("agency", "webhook"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    agency: Mapped[str] = mapped_column(String(64))
    webhook: Mapped[str] = mapped_column(String(128))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
