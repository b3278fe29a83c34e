"""Applications and what became of them, as they are stored. Answers are encrypted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment, Sealed, now


class ApplicationRow(Base):
    """A service that has been started for a person. ``sequence`` is the agency's count of changes.

    ``due_at`` is when something is to be done about it next; empty while it waits for others, and once the agency has
    it. ``round`` counts what was begun about it, and makes the ids of workflows; ``tries`` the calls that failed in a
    row, since ``failing_since``. While a call is under way, ``sending_until`` lies in the future.
    ``trouble`` puts it on the advisers' list, until ``settled_at``.
    """

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
    together: Mapped[str | None] = mapped_column(String(32), index=True)
    acting: Mapped[Any] = mapped_column(Sealed, nullable=True)
    wanted: Mapped[Any] = mapped_column(JSON, default=list)
    due_at: Mapped[dt.datetime | None] = mapped_column(Moment, index=True)
    round: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    sending_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None]
    withdrawing: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[str | None] = mapped_column(String(32), index=True)
    trouble_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    email: Mapped[Any] = mapped_column(Sealed, nullable=True)
    told: Mapped[int] = mapped_column(default=0)


class WaitRow(Base):
    """That an application waits until another one, ``other``, is completed."""

    __tablename__ = "application_waits"

    reference: Mapped[str] = mapped_column(ForeignKey("applications.reference", ondelete="CASCADE"), primary_key=True)
    other: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class InformationRow(Base):
    """What a person gives an agency that asked for more. ``key`` is its idempotency key at the agency."""

    __tablename__ = "application_information"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("applications.reference", ondelete="CASCADE"), index=True)
    answers: Mapped[Any] = mapped_column(Sealed)
    given_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class DocumentRow(Base):
    """A file that a person gave for a fact. Name and content are encrypted."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(128), index=True)
    fact: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    name: Mapped[Any] = mapped_column(Sealed)
    content: Mapped[Any] = mapped_column(Sealed)
    given_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)


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
