"""The check over the API: what someone may be able to get, and what to ask next. Nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalogue import Catalogue, rules
from catalogue.answers import Value
from catalogue.days import today
from catalogue.rules import FactError, Rulebook, values
from connectors.channels.problems import RESPONSES, FieldProblem, Problem
from conversations.messages import Language

Verdict = Literal["yes", "no", "unknown"]


class NewCheck(BaseModel):
    """What is checked, and what is known about the person. ``GET /services`` lists the services."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"services": ["nz-super"], "facts": {"date_of_birth": "1959-03-27"}}},
    )

    services: list[str] = Field(default=[], max_length=200, description="services to check")
    life_events: list[str] = Field(default=[], max_length=23, description="checks every service of these with a rule")
    facts: dict[str, Value | None] = Field(
        default={},
        description="by fact, or by the `id` of a line in `next`; `~unknown` (or null) where the person does not know, "
        "`~refused` where they would rather not say. Of a day or a number it may also be an interval in which it lies, "
        "such as `../1961-11-25` or `18/64`: then its value stays unknown",
    )
    date: dt.date | None = Field(default=None, description="the day to check for; today where it is left out")
    language: Language = "en"

    @model_validator(mode="after")
    def _something(self) -> NewCheck:
        if not self.services and not self.life_events:
            raise ValueError("name at least one of `services` or one of `life_events`")
        return self


class CheckSource(BaseModel):
    """The law or the official page that a criterion rests on."""

    title: str
    section: str | None
    url: str | None


class Criterion(BaseModel):
    """One thing that the law asks for, and whether it is met."""

    id: str
    text: str
    verdict: Verdict
    source: CheckSource | Literal["not confirmed"]
    confirmed: bool
    facts: list[str]


class EstimateStep(BaseModel):
    """One figure on the way to an estimate."""

    text: str
    value: float


class Estimate(BaseModel):
    """What the person might be paid, with its working. The agency works out the real amount."""

    text: str
    value: float
    unit: str
    steps: list[EstimateStep]


class CheckLine(BaseModel):
    """A statement to tick. To answer it, add its `id` to `facts`: `true`, `false`, or `~unknown` for not sure."""

    id: str
    fact: str
    text: str


class Next(BaseModel):
    """The next question: one fact, or a `checklist` of statements that are asked at once.

    What the person ticks in it is `true`, the rest `false`; of what they are not sure, `~unknown`. A statement may say
    on which side of a threshold a day or a number lies; then its `id` is no fact, and the value need not be told.
    """

    kind: Literal["fact", "checklist"]
    facts: list[str]
    lines: list[CheckLine] = Field(
        description="the statements of a checklist; add `id: true` or `id: false` to `facts`"
    )


class CheckedService(BaseModel):
    """How the check of one service stands. A yes is never more than "may be able to get": only the agency decides."""

    service: str
    verdict: Verdict
    may: bool = Field(description="part of what decided could not be confirmed, or some of the law is not covered")
    criteria: list[Criterion]
    ask: list[str] = Field(description="facts that can still matter, the most useful first")
    next: Next | None = Field(description="the next question; null where nothing is left to ask")
    unknown: list[str] = Field(description="facts that would matter, and that the person does not know")
    refused: list[str] = Field(description="facts that would matter, and that the person would rather not tell")
    decided_by: list[str] = Field(description="criteria that decided")
    because: list[str] = Field(description="facts that decided")
    doubts: list[str]
    rates_as_of: dt.date | None = Field(description="the last day for which all rates used are known to be current")
    estimate: Estimate | None


class Checked(BaseModel):
    """All services that were checked, and what to ask next for all of them together."""

    results: list[CheckedService]
    ask: list[str]
    next: Next | None = Field(description="the next question for all of them together")
    without_rule: list[str] = Field(description="services that were meant and have no rule to check them by")


def router(catalogue: Catalogue, now: Callable[[], dt.date] = today) -> APIRouter:
    """The one address of the check."""
    routes = APIRouter(prefix="/api/v1", responses=RESPONSES)
    # Read here, so that a mistake in the rules shows when the app starts and not at the first check.
    book = rules.load()

    @routes.post("/check", tags=["catalogue"])
    def check(body: NewCheck) -> Checked:
        """Checks what someone may be able to get: yes, no or unknown, with the reasons. Only the agency decides."""
        problems = [*_names(catalogue, body), *fact_problems(book, body.facts, "facts")]
        if problems:
            raise Problem(422, "Some of this can't be checked", "Mend what is listed and send again.", problems)
        meant = dict.fromkeys(
            [*body.services, *(one.id for event in body.life_events for one in catalogue.services_for(event))]
        )
        ruled, alone = [one for one in meant if one in book.services], catalogue.alone_in(body.life_events)
        found = book.check_all(ruled, body.facts, body.date or now(), alone)
        without = [one for one in meant if one not in book.services]
        return Checked.model_validate({**found.as_json(body.language), "without_rule": without})

    return routes


def _names(catalogue: Catalogue, body: NewCheck) -> list[FieldProblem]:
    return [
        FieldProblem(field=f"{field}.{place}", message=f"There is no {kind} “{name[:80]}”. GET {where} lists them.")
        for field, kind, given, known, where in (
            ("services", "service", body.services, catalogue.services, "/api/v1/services"),
            ("life_events", "life event", body.life_events, catalogue.life_events, "/api/v1/life-events"),
        )
        for place, name in enumerate(given)
        if name not in known
    ]


def fact_problems(book: Rulebook, given: Mapping[str, Any], field: str) -> list[FieldProblem]:
    """What is wrong with facts that came in under ``field``, each by itself."""
    problems = []
    for name, value in given.items():
        try:
            # One at a time, so that every fact that is wrong is named.
            values.read(book.facts, {name: value})
        except FactError as error:
            problems.append(FieldProblem(field=f"{field}.{name[:80]}", message=f"{str(error)[:300]}."))
        except OverflowError:
            problems.append(FieldProblem(field=f"{field}.{name[:80]}", message="The number is too large."))
    if not problems:
        try:
            values.read(book.facts, given)
        except FactError as error:
            problems.append(FieldProblem(field=field, message=f"{str(error)[:300]}."))
    return problems
