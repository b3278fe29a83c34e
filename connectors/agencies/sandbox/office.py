"""An agency of the sandbox: a YAML file that says what it offers, and a few functions that judge answers together."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from catalogue.days import count
from connectors.agencies.contract import Answers, Capabilities, Capability, DocumentWish, State
from connectors.agencies.sandbox import fields

Check = Callable[[Mapping[str, Any], dt.date], dict[str, str]]
"""Judges answers that are fine one by one, on a given day: what is wrong, by fact. Answers may be missing."""

FREE_WORDS = "more_information"
"""A field that every agency takes once it has asked for more."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fee(_Data):
    """What the person pays, in New Zealand dollars, and where the figures were seen.

    It is ``amount``, or the one of ``amounts`` that the answers to ``by`` name (joined by ``/``), or what the answer
    ``fact`` says; times each of the answers in ``times``. ``what`` is what it is for, where the service's name does not
    say it.
    """

    amount: float | None = Field(default=None, gt=0)
    amounts: dict[str, float] = {}
    by: tuple[str, ...] = ()
    fact: str | None = None
    times: tuple[str, ...] = ()
    what: str | None = None
    source: str

    @model_validator(mode="after")
    def _one(self) -> Fee:
        if [self.amount is not None, bool(self.amounts), self.fact is not None].count(True) != 1:
            raise ValueError("a fee is an `amount`, or one of `amounts`, or what a `fact` says")
        if bool(self.amounts) != bool(self.by):
            raise ValueError("`by` names the answers that choose one of `amounts`")
        return self

    @property
    def facts(self) -> tuple[str, ...]:
        """The answers that decide how much it is."""
        return (*self.by, *((self.fact,) if self.fact else ()), *self.times)

    def dollars(self, answers: Answers) -> float:
        """How much it is for these answers, which were found good."""
        if self.fact is not None:
            one = float(answers[self.fact])
        elif self.amount is not None:
            one = self.amount
        else:
            one = self.amounts["/".join(str(answers[fact]) for fact in self.by)]
        return round(math.prod([one, *(float(answers[fact]) for fact in self.times)]), 2)


class Paper(_Data):
    """A document that an agency takes, and how large it may be."""

    name: str
    media_types: tuple[str, ...]
    largest_mb: float = Field(default=5, gt=0, le=10)


class Written(_Data):
    """A field that must look like ``pattern``, in capitals and without spaces; ``say`` is how to mend it."""

    pattern: str
    say: str


class Counted(_Data):
    """A field that is a whole number from ``least`` to ``most``; ``say`` is how to mend it."""

    least: int
    most: int
    say: str


Look = str | tuple[str, ...] | Written | Counted
"""How an agency looks at one answer: a kind of :mod:`fields`, a list of choices, a pattern or a range."""


class Offer(_Data):
    """A service that can be started here.

    ``own_reference`` is a format with ``{number}``, ``{year}`` and ``{yy}``. ``words`` and ``next`` are the agency's by
    state, before the office's own. ``at_once`` services need nobody to decide: they are done when nothing is due.
    """

    id: str
    name: str
    kind: Literal["api", "handover"] = "api"
    at_once: bool = False
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    fee: Fee | None = None
    usual_days: int = Field(ge=1, description="working days")
    after: tuple[str, ...] = ()
    own_reference: str
    words: dict[State, str] = {}
    next: dict[State, str] = {}


class Office(_Data):
    """An agency. ``first_number`` is where its counting begins; ``fields`` says how it looks at each fact.

    ``documents`` are the facts that are answered with a file.
    """

    id: str
    name: str
    first_number: int
    fields: dict[str, Look]
    documents: dict[str, Paper] = {}
    words: dict[State, str]
    next: dict[State, str] = {}
    services: tuple[Offer, ...]
    checks: Mapping[str, tuple[Check, ...]] = {}

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, Look]) -> dict[str, Look]:
        for fact, kind in value.items():
            if isinstance(kind, str) and kind not in fields.KINDS:
                raise ValueError(f"`{fact}` is of kind `{kind}`; kinds are {', '.join(fields.KINDS)}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Office:
        for service in self.services:
            asked = (*service.required, *service.optional)
            unknown = [fact for fact in asked if fact not in self.fields and fact not in self.documents]
            if unknown:
                raise ValueError(f"`{service.id}` asks for {', '.join(unknown)}, which `fields` does not have")
            unasked = set(service.fee.facts if service.fee else ()) - set(service.required)
            if unasked:
                raise ValueError(
                    f"what `{service.id}` costs depends on {', '.join(unasked)}, which it need not be told"
                )
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
                    kind=one.kind,
                    required=list(one.required),
                    optional=list(one.optional),
                    documents=[
                        DocumentWish(
                            fact=fact,
                            name=paper.name,
                            media_types=list(paper.media_types),
                            largest_bytes=int(paper.largest_mb * 1_000_000),
                        )
                        for fact, paper in self.documents.items()
                        if fact in (*one.required, *one.optional)
                    ],
                    fee=(one.fee.amount or 0) if one.fee and not one.fee.facts else 0,
                    fee_from=list(one.fee.facts) if one.fee else [],
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
            elif fact in self.documents:
                # Whether it was sent is the register's to know.
                if not (isinstance(value, str) and re.fullmatch("doc_[0-9a-f]{32}", value)):
                    wrong[fact] = "Send the document first, and give its id here."
            elif problem := _look("text" if fact == FREE_WORDS else self.fields[fact], value, day):
                wrong[fact] = problem
        return wrong

    def _together(self, offer: Offer, answers: Answers, day: dt.date) -> dict[str, str]:
        wrong: dict[str, str] = {}
        for check in self.checks.get(offer.id, ()):
            wrong |= check(answers, day)
        return wrong


def _look(how: Look, value: object, day: dt.date) -> str | None:
    match how:
        case Written():
            said = re.sub(r"[\s-]", "", value).upper() if isinstance(value, str) else ""
            return None if re.fullmatch(how.pattern, said) else how.say
        case Counted():
            number = fields.number(value)
            fine = number is not None and number.is_integer() and how.least <= number <= how.most
            return None if fine else how.say
        case _:
            return fields.check(how, value, day)


def day(answers: Mapping[str, Any], fact: str) -> dt.date | None:
    """The day that an answer names, or None where it was not given."""
    return dt.date.fromisoformat(answers[fact]) if fact in answers else None
