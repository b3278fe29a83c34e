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


Capacity = Literal["parent", "guardian", "welfare_guardian", "attorney", "executor", "agent"]
"""In what capacity somebody acts: ``attorney`` holds an enduring power of attorney, ``agent`` was asked to act."""


class Acting(BaseModel):
    """Who acts for the person that an application is about, and in what capacity."""

    model_config = ConfigDict(extra="forbid")

    name: str
    capacity: Capacity


class Change(BaseModel):
    """One state that an application has been in, with the agency's words."""

    state: State
    at: dt.datetime
    message: str | None = None


class Payment(BaseModel):
    """What an application costs in dollars, what for, and whether the agency has the money."""

    state: Literal["due", "paid"]
    amount: float
    what: str
    paid_at: dt.datetime | None = None
    receipt: str | None = None


class Application(BaseModel):
    """An application as the person may see it. The answers are not part of it.

    ``reason`` says why it has not gone on: an agency that can't be reached, another application that comes first
    (``waits_for`` names those by reference). ``withdrawing``: the person took it back, and the agency is being told.
    ``together`` is the same for applications that were started with one set of answers.
    """

    reference: str
    service: str
    agency: str
    state: State
    agency_reference: str | None = None
    message: str | None = None
    next: str | None = None
    expected_by: dt.date | None = None
    wanted: list[str] = []
    reason: str | None = None
    waits_for: list[str] = []
    withdrawing: bool = False
    together: str | None = None
    acting: Acting | None = None
    payment: Payment | None = None
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
    acting: Acting | None = None
    language: str = "en"
