"""An application: a service that has been started for a person, and the states that it can be in."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from catalogue.answers import Value

State = Literal[
    "submitted",
    "received",
    "more_information_needed",
    "approved",
    "declined",
    "completed",
    "withdrawn",
    "not_accepted",
]
"""``submitted``: on its way, ours to deliver. ``not_accepted``: the agency would not take the answers as they are."""

FINAL: frozenset[State] = frozenset({"declined", "completed", "withdrawn", "not_accepted"})


class Consent(BaseModel):
    """That the person agreed to send ``answers`` to the agency: when, and the words that they were shown."""

    model_config = ConfigDict(extra="forbid")

    given_at: dt.datetime
    notice: str
    text: str


class Change(BaseModel):
    """One state that an application has been in, with the agency's words."""

    state: State
    at: dt.datetime
    message: str | None = None


class Application(BaseModel):
    """An application as the person may see it. The answers are not part of it."""

    reference: str
    service: str
    agency: str
    state: State
    agency_reference: str | None = None
    message: str | None = None
    next: str | None = None
    expected_by: dt.date | None = None
    created_at: dt.datetime
    updated_at: dt.datetime
    history: list[Change] = []

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come from the agency."""
        return self.state in FINAL


class Order(BaseModel):
    """What goes to the agency."""

    reference: str
    service: str
    answers: dict[str, Value]
    consent: Consent
    language: str = "en"
