"""An agency of the sandbox: a YAML file that says what it offers, and a few functions that judge answers together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from catalogue.days import count
from connectors.agencies.contract import Answers, Capabilities, Capability, State
from connectors.agencies.sandbox import fields

Check = Callable[[Mapping[str, Any], dt.date], dict[str, str]]
"""Judges answers that are fine one by one, on a given day: what is wrong, by fact. Answers may be missing."""

FREE_WORDS = "more_information"
"""A field that every agency takes once it has asked for more."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fee(_Data):
    """What the person pays, in New Zealand dollars, and where the figure was seen."""

    amount: float = Field(ge=0)
    source: str


class Offer(_Data):
    """A service that can be started here.

    ``own_reference`` is a format with ``{number}`` and ``{year}``. ``words`` and ``next`` are the agency's by state,
    before the office's own.
    """

    id: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    fee: Fee | None = None
    usual_days: int = Field(ge=1, description="working days")
    after: tuple[str, ...] = ()
    own_reference: str
    words: dict[State, str] = {}
    next: dict[State, str] = {}


class Office(_Data):
    """An agency. ``first_number`` is where its counting begins; ``fields`` says how it looks at each fact."""

    id: str
    name: str
    first_number: int
    fields: dict[str, str | tuple[str, ...]]
    words: dict[State, str]
    next: dict[State, str] = {}
    services: tuple[Offer, ...]
    checks: Mapping[str, tuple[Check, ...]] = {}

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
        for fact, kind in value.items():
            if isinstance(kind, str) and kind not in fields.KINDS:
                raise ValueError(f"`{fact}` is of kind `{kind}`; kinds are {', '.join(fields.KINDS)}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Office:
        for service in self.services:
            unknown = [fact for fact in (*service.required, *service.optional) if fact not in self.fields]
            if unknown:
                raise ValueError(f"`{service.id}` asks for {', '.join(unknown)}, which `fields` does not have")
        strangers = set(self.checks) - {service.id for service in self.services}
        if strangers:
            raise ValueError(f"there are checks for {', '.join(strangers)}, which is no service here")
        return self

    @classmethod
    def load(cls, path: Path, checks: Mapping[str, tuple[Check, ...]]) -> Office:
        """The agency that ``path`` describes; ``checks`` go by service."""
        return cls.model_validate({**yaml.safe_load(path.read_text(encoding="utf-8")), "checks": checks})

    def offer(self, service: str) -> Offer | None:
        """The service with that id, if it can be started here."""
        return next((one for one in self.services if one.id == service), None)

    def capabilities(self) -> Capabilities:
        """What can be started here, as the contract says it."""
        return Capabilities(
            agency=self.id,
            services=[
                Capability(
                    service=one.id,
                    name=one.name,
                    required=list(one.required),
                    optional=list(one.optional),
                    fee=one.fee.amount if one.fee else 0,
                    usual_days=one.usual_days,
                    after=list(one.after),
                )
                for one in self.services
            ],
        )

    def problems(self, offer: Offer, answers: Answers, day: dt.date) -> dict[str, str]:
        """What is wrong with the answers of a new application, by fact."""
        wrong = {fact: "This is missing." for fact in offer.required if fact not in answers}
        wrong |= self._each(answers, {*offer.required, *offer.optional}, day)
        return wrong or self._together(offer, answers, day)

    def problems_later(self, offer: Offer, before: Answers, answers: Answers, day: dt.date) -> dict[str, str]:
        """What is wrong with answers that were sent after the start."""
        wrong = self._each(answers, {*offer.required, *offer.optional, FREE_WORDS}, day)
        return wrong or self._together(offer, {**before, **answers}, day)

    def say(self, offer: Offer, state: State) -> str:
        """The agency's words for a state."""
        return offer.words.get(state) or self.words[state]

    def say_next(self, offer: Offer, state: State) -> str | None:
        """What happens next in a state, if anything does."""
        return offer.next.get(state) or self.next.get(state)

    def expected_by(self, offer: Offer, day: dt.date) -> dt.date:
        """The day by which what begins on ``day`` is usually decided."""
        return count(day, f"{offer.usual_days} working days")

    def own_reference(self, offer: Offer, number: int, day: dt.date) -> str:
        """The agency's own reference for its application of that number."""
        return offer.own_reference.format(number=number, year=day.year, yy=day.year % 100)

    def _each(self, answers: Answers, known: Iterable[str], day: dt.date) -> dict[str, str]:
        wrong = {}
        for fact, value in answers.items():
            if fact not in known:
                wrong[fact] = "We do not ask for this. Leave it out."
            elif problem := fields.check("text" if fact == FREE_WORDS else self.fields[fact], value, day):
                wrong[fact] = problem
        return wrong

    def _together(self, offer: Offer, answers: Answers, day: dt.date) -> dict[str, str]:
        wrong: dict[str, str] = {}
        for check in self.checks.get(offer.id, ()):
            wrong |= check(answers, day)
        return wrong


def day(answers: Mapping[str, Any], fact: str) -> dt.date | None:
    """The day that an answer names, or None where it was not given."""
    return dt.date.fromisoformat(answers[fact]) if fact in answers else None
