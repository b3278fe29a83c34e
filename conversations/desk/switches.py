"""Switching the assistant off: everywhere, for an agency, or for a service. It counts from the next message on."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select

from conversations.desk.tables import SwitchRow
from storage import Database

Kind = Literal["everything", "agency", "service"]


class Switch(BaseModel):
    """That something is switched off, why, by whom and since when."""

    kind: str
    subject: str
    reason: str
    adviser: str
    at: dt.datetime


class Switches:
    """What is switched off."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Switch]:
        """Everything that is off."""
        names = Switch.model_fields
        with self._database.read() as session:
            rows = session.scalars(select(SwitchRow).order_by(SwitchRow.at))
            return [Switch(**{name: getattr(row, name) for name in names}) for row in rows]

    def is_off(self, kind: Kind, subject: str = "") -> bool:
        """Whether this is off. Everything being off does not switch its parts off: ask for that too."""
        with self._database.read() as session:
            return session.get(SwitchRow, (kind, subject)) is not None

    def off(self, kind: Kind, subject: str, reason: str, adviser: str) -> None:
        """Switches it off, at once."""
        with self._database.begin() as session:
            session.merge(SwitchRow(kind=kind, subject=subject, reason=reason, adviser=adviser))

    def on(self, kind: Kind, subject: str) -> None:
        """Switches it on again."""
        with self._database.begin() as session:
            row = session.get(SwitchRow, (kind, subject))
            if row is not None:
                session.delete(row)
