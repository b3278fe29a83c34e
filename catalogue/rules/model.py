"""Rules as data: criteria with their law, the terms that they share, and the rates that they use."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from catalogue.model import FactId, ServiceId, Source, Strict, Text
from catalogue.rules.expressions import Expr, some


class Section(Strict):
    """Where the law says so: the key of one of the acts, and the section. Without a section: an official page."""

    act: FactId
    section: str | None = None
    url: str | None = None


class Criterion(Strict):
    """One thing that the law asks for. ``likely`` is how often people meet it; it only orders the questions."""

    id: FactId
    text: Text
    test: Expr
    source: Section | None = None
    confirmed: bool = True
    likely: float = Field(default=0.5, gt=0, lt=1)

    @field_validator("source", mode="before")
    @classmethod
    def _not_confirmed(cls, value: object) -> object:
        return None if value == "not confirmed" else value

    @model_validator(mode="after")
    def _sourced(self) -> Criterion:
        if self.source is None and self.confirmed:
            raise ValueError("a criterion has a `source` (act and section), or it is `confirmed: false`")
        return self


class Doubt(Strict):
    """Why a yes is no more than a may: part of the law that could not be confirmed and is not in the criteria.

    ``when`` says for whom; without it, for everybody.
    """

    text: Text
    when: Expr | None = None


class Estimate(Strict):
    """What the person may be paid, with the steps of the working, where the rule is published and current."""

    text: Text
    value: Expr
    working: dict[str, Expr] = {}


class Rule(Strict):
    """Who may get a service. Without ``requires``, every criterion must be met."""

    service: ServiceId
    criteria: Annotated[tuple[Criterion, ...], AfterValidator(some)]
    requires: Expr | None = None
    doubts: tuple[Doubt, ...] = ()
    estimate: Estimate | None = None
    note: str | None = None

    @field_validator("requires", mode="before")
    @classmethod
    def _names_are_criteria(cls, value: object) -> object:
        return _criteria(value)


def _criteria(value: object) -> object:
    if isinstance(value, str):
        return {"criterion": value}
    if isinstance(value, list):
        return [_criteria(one) for one in value]
    if isinstance(value, dict) and not {"criterion", "fact", "term", "is", "in"} & set(value):
        return {key: _criteria(one) for key, one in value.items()}
    return value


class Term(Strict):
    """A term of the law that several rules use."""

    id: FactId
    test: Expr
    note: str | None = None


class Act(Strict):
    """An Act, regulations or an official page that criteria rest on."""

    id: FactId
    title: str
    url: str | None = None


class RateValue(Strict):
    """What a rate is from a day on."""

    since: dt.date = Field(alias="from")
    value: float


class Rate(Strict):
    """A figure that the law or an agency sets, by the day from which it holds.

    ``current_until`` is the last day on which the newest value is known to hold; after it the value is still used,
    but no longer counts as confirmed. Figures that change only with the law have none.
    """

    id: FactId
    title: str
    unit: str
    source: Source | None = None
    confirmed: bool = True
    current_until: dt.date | None = None
    values: Annotated[tuple[RateValue, ...], AfterValidator(some)]

    @model_validator(mode="after")
    def _in_order(self) -> Rate:
        days = [value.since for value in self.values]
        if days != sorted(set(days)):
            raise ValueError("`values` go from the oldest day to the newest, each day once")
        if self.source is None and self.confirmed:
            raise ValueError("a rate has a `source`, or it is `confirmed: false`")
        return self


class RuleFile(Strict):
    """A file of rules: acts, terms and rules, each optional."""

    acts: tuple[Act, ...] = ()
    terms: tuple[Term, ...] = ()
    rules: tuple[Rule, ...] = ()


class RateFile(Strict):
    """A file of rates."""

    rates: tuple[Rate, ...] = ()
