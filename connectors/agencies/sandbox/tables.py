"""What the sandbox keeps, in a database of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage import Moment


class Kept(DeclarativeBase):
    """What every table derives from. Not the app's base: the two share nothing."""


class ApplicationRow(Kept):
    """An application. ``number`` counts within its agency."""

    __tablename__ = "application"
    __table_args__ = (UniqueConstraint("agency", "reference"), UniqueConstraint("agency", "number"))

    id: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str]
    number: Mapped[int]
    agency_reference: Mapped[str]
    reference: Mapped[str]
    service: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    consent: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str]
    callback_url: Mapped[str | None]
    state: Mapped[str]
    message: Mapped[str]
    next: Mapped[str | None]
    wanted: Mapped[list[str]] = mapped_column(JSON, default=list)
    expected_by: Mapped[dt.date | None]
    sequence: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment)


class ChangeRow(Kept):
    """One entry of an application's history."""

    __tablename__ = "change"

    application: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(Moment)
    message: Mapped[str]


class KeyRow(Kept):
    """An idempotency key that was used, and the SHA-256 of the request that it came with."""

    __tablename__ = "idempotency_key"

    agency: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    application: Mapped[str] = mapped_column(ForeignKey("application.id"))


class WebhookRow(Kept):
    """A webhook in the outbox: until ``sent_at`` or ``given_up_at`` is set, it is still to be sent."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_waiting", "sent_at", "given_up_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    webhook: Mapped[str] = mapped_column(unique=True)
    application: Mapped[str] = mapped_column(ForeignKey("application.id"))
    agency: Mapped[str]
    url: Mapped[str]
    body: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime] = mapped_column(Moment)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    given_up_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class BillRow(Kept):
    """What an application costs, and the one payment of it."""

    __tablename__ = "bill"

    id: Mapped[str] = mapped_column(primary_key=True)
    application: Mapped[str] = mapped_column(ForeignKey("application.id"), unique=True)
    amount: Mapped[float]
    what: Mapped[str]
    return_url: Mapped[str | None]
    paid_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    receipt: Mapped[str | None]


class DocumentRow(Kept):
    """A file that was sent, and the key that it came with."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("agency", "key"), Index("ix_document_reference", "agency", "reference"))

    id: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str]
    key: Mapped[str]
    reference: Mapped[str]
    fact: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(Moment)


class HandoverRow(Kept):
    """Answers that wait for a person at the agency's own form. They go when the form was opened."""

    __tablename__ = "handover"
    __table_args__ = (UniqueConstraint("agency", "key"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str]
    key: Mapped[str]
    request: Mapped[str]
    service: Mapped[str]
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    opened_at: Mapped[dt.datetime | None] = mapped_column(Moment)
