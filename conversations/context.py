"""What a conversation knows: life events, dates, facts, and what is going on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from catalogue.answers import Value
from catalogue.lines import fact_of
from catalogue.rules import Missing


def _each_a_list(value: Any) -> Any:
    """Questions as lists of facts. Older conversations know of none but those that ask for one."""
    return [[one] if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


Questions = Annotated[list[list[str]], BeforeValidator(_each_a_list)]
"""Questions in the order in which they were asked, each by the facts or lines that it asks for."""


class Consent(BaseModel):
    """That the person agreed to a notice: when, and the words that were shown."""

    given_at: dt.datetime
    notice: str
    text: str


class Draft(BaseModel):
    """A service that is being prepared: consent first, then the facts its agency needs, then the check of them.

    ``others`` are services that are started with the same answers. ``consents`` are those given so far, by agency;
    ``consent`` is there once every agency's notice was agreed to. ``questions`` are the facts asked so far in this
    draft, in order; ``changing`` one that is asked again.
    """

    service: str
    others: list[str] = []
    consents: dict[str, Consent] = {}
    consent: Consent | None = None
    questions: list[str] = []
    skipped: list[str] = []
    changing: str | None = None

    @property
    def services(self) -> list[str]:
        """All services of the draft."""
        return [self.service, *self.others]


class Started(BaseModel):
    """An application that was started in this conversation."""

    reference: str
    access_code: str
    service: str


class Held(BaseModel):
    """What is known of one person while the conversation is about another: nothing is lost, and nothing is mixed up."""

    facts: dict[str, Value] = {}
    missing: dict[str, str] = {}
    lines: dict[str, bool] = {}
    checking: list[str] = []
    check_questions: Questions = []
    draft: Draft | None = None


class Context(BaseModel):
    """A conversation's memory. It is stored encrypted, and never reaches Rasa, logs or addresses.

    ``agency`` is the one on whose site the conversation was begun; its services come first where two serve equally.
    ``facts`` holds every answer by fact id, so that nothing is asked twice. ``asking`` is the fact or line on the
    table, the first of ``listed`` where several are asked for in one list, and ``given`` what was written in reply,
    until the form has looked at it.

    ``checking`` are the services that are being checked, ``check_questions`` what the check asked for, in
    order, ``check_changing`` one that is asked again. ``missing`` says why a fact that was asked has no value
    (``catalogue.rules.Missing``); it stands apart from ``facts`` because applications send those. So does ``lines``:
    whether a line of a list is true that says where a day or a number lies (``catalogue.lines``).

    ``about`` tells whether it is about the writer; ``person`` whom else (``cues/people.yml``) and ``role`` what gives
    the writer the right (``cues/roles.yml``). ``people`` holds what is known of those it was about before.

    ``dates`` are days by the life events' names; ``rough`` those of which only the month was said; ``dating`` one that
    is asked for. ``added`` are the life events of the newest plan, which a correction takes back. ``asked`` is the last
    question about a service, ``tries`` how often the question on the table was not answered, ``tongue`` the language
    in which the person was told that we don't speak it.
    """

    model_config = ConfigDict(extra="ignore")

    agency: str | None = None
    life_events: list[str] = []
    dates: dict[str, dt.date] = {}
    rough: list[str] = []
    dating: str | None = None
    added: list[str] = []
    about: Literal["self", "other"] = "self"
    person: str | None = None
    role: str | None = None
    people: dict[str, Held] = {}
    focus: str | None = None
    asked: str | None = None
    facts: dict[str, Value] = {}
    missing: dict[str, str] = {}
    lines: dict[str, bool] = {}
    checking: list[str] = []
    check_questions: Questions = []
    check_changing: str | None = None
    draft: Draft | None = None
    asking: str | None = None
    listed: list[str] = []
    given: str | None = None
    problem: str | None = None
    tries: int = 0
    tongue: str | None = None
    offered: list[str] = []
    missed: int = 0
    started: list[Started] = []
    code: str | None = None
    decision: str | None = None
    recognised: list[tuple[str, float]] = []

    @property
    def on_table(self) -> list[str]:
        """The lines that the open question asks for, or its fact."""
        if self.asking is None:
            return []
        return self.listed if self.listed[:1] == [self.asking] else [self.asking]

    @property
    def known(self) -> dict[str, Any]:
        """Everything that a check can use, by fact or line."""
        return {**self.missing, **self.lines, **self.facts}

    def note(self, said: Mapping[str, Value | None]) -> None:
        """Keeps what was answered by fact or line, None for what is not known: no fact is ever known and missing at
        once. A value goes before lines about it; what these say stays where nobody knows more.
        """
        for name, value in said.items():
            fact = fact_of(name)
            if value is None:
                self.facts.pop(fact, None)
                self.missing[fact] = Missing.UNKNOWN.value
            elif name != fact:
                self.lines[name] = bool(value)
            else:
                self.forget(fact)
                self.facts[fact] = value

    def forget(self, fact: str) -> None:
        """Makes it as if ``fact`` had never been asked for."""
        self.facts.pop(fact, None)
        self.missing.pop(fact, None)
        self.lines = {line: is_true for line, is_true in self.lines.items() if fact_of(line) != fact}

    def add_life_events(self, events: list[str]) -> list[str]:
        """Adds life events to the plan; gives those that are new to it."""
        fresh = [event for event in dict.fromkeys(events) if event not in self.life_events]
        self.life_events = [*self.life_events, *fresh]
        return fresh

    def turn_to(self, about: Literal["self", "other"], person: str | None = None) -> bool:
        """Makes it about somebody else, or the writer again; gives whether that is a change.

        Facts belong to a person: those of one are never taken for another's, and are back when it is about them again.
        """
        before, after = (self._whose(one, who) for one, who in ((self.about, self.person), (about, person)))
        self.about, self.person = about, person if about == "other" else None
        if before == after:
            return False
        self.people[before] = Held(**{name: getattr(self, name) for name in Held.model_fields})
        known = self.people.pop(after, Held())
        for name in Held.model_fields:
            setattr(self, name, getattr(known, name))
        self.asking, self.given, self.problem, self.check_changing = None, None, None, None
        return True

    @staticmethod
    def _whose(about: str, person: str | None) -> str:
        return "self" if about == "self" else person or "other"
