"""What a conversation knows: life events, dates, facts, and what is going on."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from catalogue.answers import Value


class Consent(BaseModel):
    """That the person agreed to a notice: when, and the words that were shown."""

    given_at: dt.datetime
    notice: str
    text: str


class Draft(BaseModel):
    """A service that is being prepared: consent first, then the facts its agency needs, then the check of them.

    ``questions`` are the facts asked so far in this draft, in order; ``changing`` one that is asked again.
    """

    service: str
    consent: Consent | None = None
    questions: list[str] = []
    skipped: list[str] = []
    changing: str | None = None


class Started(BaseModel):
    """An application that was started in this conversation."""

    reference: str
    access_code: str
    service: str


class Context(BaseModel):
    """A conversation's memory. It is stored encrypted, and never reaches Rasa, logs or addresses.

    ``facts`` holds every answer by fact id, so that nothing is asked twice. ``asking`` is the fact on the table and
    ``given`` what was written in reply, until the form has looked at it.

    ``checking`` are the services that are being checked, ``check_questions`` the facts that the check asked for, in
    order, ``check_changing`` one that is asked again. ``missing`` says why a fact that was asked has no value
    (``catalogue.rules.Missing``); it stands apart from ``facts`` because applications send those.
    """

    model_config = ConfigDict(extra="ignore")

    life_events: list[str] = []
    dates: dict[str, dt.date] = {}
    about: Literal["self", "other"] = "self"
    focus: str | None = None
    facts: dict[str, Value] = {}
    missing: dict[str, str] = {}
    checking: list[str] = []
    check_questions: list[str] = []
    check_changing: str | None = None
    draft: Draft | None = None
    asking: str | None = None
    given: str | None = None
    problem: str | None = None
    offered: list[str] = []
    missed: int = 0
    started: list[Started] = []
    code: str | None = None
    decision: str | None = None
    recognised: list[tuple[str, float]] = []

    def add_life_events(self, events: list[str]) -> list[str]:
        """Adds life events to the plan; gives those that are new to it."""
        fresh = [event for event in dict.fromkeys(events) if event not in self.life_events]
        self.life_events = [*self.life_events, *fresh]
        return fresh
