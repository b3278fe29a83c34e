"""What the desk keeps. Whatever a person or an adviser wrote is encrypted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment, Sealed, now


class AdviserRow(Base):
    """A member of staff, or a desk of another make that takes conversations over the API (``is_desk``)."""

    __tablename__ = "advisers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[Any] = mapped_column(JSON, default=list)
    teams: Mapped[Any] = mapped_column(JSON, default=list)
    languages: Mapped[Any] = mapped_column(JSON, default=list)
    skills: Mapped[Any] = mapped_column(JSON, default=list)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(200), unique=True, doc="issuer and subject at the OIDC provider")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_desk: Mapped[bool] = mapped_column(Boolean, default=False)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    webhook: Mapped[Any] = mapped_column(Sealed, nullable=True, doc="url and secret of a desk's webhook")
    presence: Mapped[str] = mapped_column(String(16), default="away")
    seen_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    capacity: Mapped[int] = mapped_column(default=4)
    settings: Mapped[Any] = mapped_column(JSON, default=dict, doc="what the console may do: sounds, notifications")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class SessionRow(Base):
    """A signed-in browser. The token is kept as a digest only."""

    __tablename__ = "desk_sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    adviser: Mapped[str] = mapped_column(ForeignKey("advisers.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    used_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class TeamRow(Base):
    """A team of advisers: of one agency, or for everything where ``agency`` is empty."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    agency: Mapped[str | None] = mapped_column(String(64), index=True)
    hours: Mapped[Any] = mapped_column(JSON, default=dict, doc="weekday 0-6 to [from, to] as HH:MM, New Zealand time")
    region: Mapped[str | None] = mapped_column(String(8), doc="whose anniversary day is a holiday")
    on_holidays: Mapped[bool] = mapped_column(Boolean, default=False, doc="open on public holidays too")
    overflow: Mapped[str | None] = mapped_column(String(64), doc="the team that helps out")
    overflow_minutes: Mapped[int] = mapped_column(default=5)


class HandoverRow(Base):
    """One time that a conversation was with staff. ``open`` is 1 while it lasts, so a conversation has one at most."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("conversation", "open"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    open: Mapped[int | None] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    version: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16), default="chat")
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    team: Mapped[str] = mapped_column(String(64), index=True)
    agency: Mapped[str | None] = mapped_column(String(64))
    life_event: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="en")
    adviser: Mapped[str | None] = mapped_column(String(32), index=True)
    detail: Mapped[Any] = mapped_column(Sealed, nullable=True, doc="what went wrong, a call-back, why it was passed on")
    passing_to: Mapped[str | None] = mapped_column(String(64), doc="a team that the person was asked about")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment, doc="when an adviser first wrote")
    asked_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    taken_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    ended: Mapped[str | None] = mapped_column(String(32), doc="how it ended")


class NoteRow(Base):
    """What advisers tell each other about a conversation. The person does not see it."""

    __tablename__ = "desk_notes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    adviser: Mapped[str] = mapped_column(String(32))
    text: Mapped[Any] = mapped_column(Sealed)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class LookRow(Base):
    """That an adviser has a conversation open in front of them."""

    __tablename__ = "desk_looks"

    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    adviser: Mapped[str] = mapped_column(ForeignKey("advisers.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class LogRow(Base):
    """What staff did, for those who answer for it: who, what, on which conversation, application or setting."""

    __tablename__ = "desk_log"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    adviser: Mapped[str] = mapped_column(String(32), index=True)
    act: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(64), index=True)


class AnswerRow(Base):
    """A written answer that advisers insert. Somebody owns it, and looks at it again by ``review_on``."""

    __tablename__ = "written_answers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(120))
    en: Mapped[str] = mapped_column(String(2000))
    mi: Mapped[str | None] = mapped_column(String(2000))
    agency: Mapped[str | None] = mapped_column(String(64))
    life_event: Mapped[str | None] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(500))
    review_on: Mapped[dt.date] = mapped_column(Date)
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class SwitchRow(Base):
    """That the assistant is switched off: everywhere, for an agency, or for a service."""

    __tablename__ = "switches"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    adviser: Mapped[str] = mapped_column(String(32))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class CorrectionRow(Base):
    """What an adviser set right: a text, stripped of what identifies a person, and what it is really about."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[Any] = mapped_column(Sealed)
    language: Mapped[str] = mapped_column(String(8), default="en")
    channel: Mapped[str] = mapped_column(String(16), default="chat")
    was: Mapped[str | None] = mapped_column(String(64))
    right: Mapped[str | None] = mapped_column(String(64))
    adviser: Mapped[str] = mapped_column(String(32))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    reviewer: Mapped[str | None] = mapped_column(String(32))
    reviewed_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class ReviewRow(Base):
    """A conversation that was looked at for its quality, by somebody who did not have it."""

    __tablename__ = "desk_reviews"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    handover: Mapped[int] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"), unique=True)
    reviewer: Mapped[str | None] = mapped_column(String(32))
    marks: Mapped[Any] = mapped_column(JSON, default=dict)
    text: Mapped[Any] = mapped_column(Sealed, nullable=True)
    sampled_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    reviewed_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class OutboxRow(Base):
    """A webhook on its way to a desk of another make; kept until it was taken or given up."""

    __tablename__ = "desk_outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    adviser: Mapped[str] = mapped_column(ForeignKey("advisers.id", ondelete="CASCADE"), index=True)
    handover: Mapped[int] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    body: Mapped[Any] = mapped_column(Sealed)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    given_up: Mapped[bool] = mapped_column(Boolean, default=False)
