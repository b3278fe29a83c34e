"""What the catalogue holds: agencies, life events, facts and services, each statement with its source.

The YAML files under ``catalogue/data`` are read into these models by :mod:`catalogue.files`. Every model refuses
keys that it does not know, so that a misspelt field is an error and not a silent loss.

Words: see ``docs/architecture.md``. CPSV-AP names stand beside ours where they differ.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

Confidence = Literal["seen", "unverified"]
"""``seen``: a source that we read says so. ``unverified``: general knowledge; never shown as certain."""

Stage = Literal["now", "before", "soon", "later"]
"""When a service's turn comes in a life event: at once, before the event, in the weeks after, later."""

STAGES: tuple[Stage, ...] = ("now", "before", "soon", "later")


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError("ids are lower-case words joined by hyphens, such as `register-birth`")
    return value


def _label(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
        raise ValueError("ids are lower-case words joined by underscores, such as `having_a_baby`")
    return value


ServiceId = Annotated[str, AfterValidator(_slug)]
AgencyId = Annotated[str, AfterValidator(_slug)]
LifeEventId = Annotated[str, AfterValidator(_label)]
FactId = Annotated[str, AfterValidator(_label)]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Strict):
    """Words in English and, where somebody wrote them, te reo Māori.

    Te reo Māori is shown with a note until ``mi_reviewed`` names a fluent speaker's review.
    A plain string in YAML is English.
    """

    en: str = Field(min_length=1)
    mi: str | None = None
    mi_reviewed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _english(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """The words in ``language``, in English where there are none.

        >>> Text(en="Birth certificate", mi="Tiwhikete whānau").in_language("mi")
        'Tiwhikete whānau'
        >>> Text(en="Birth certificate").in_language("mi")
        'Birth certificate'
        """
        return self.mi if language == "mi" and self.mi else self.en


class Source(Strict):
    """Where a statement comes from: a page's title, its address and the date that the page gave (or ``undated``)."""

    title: str
    url: str
    as_of: str = "undated"


class Statement(Strict):
    """Something said about a service, which holds between two days and rests on a source.

    ``source`` is the key of one of the service's ``sources``; without one, the service's first source speaks for it.
    """

    source: str | None = None
    confidence: Confidence | None = None
    since: dt.date | None = Field(default=None, alias="from")
    until: dt.date | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _order(self) -> Statement:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"`from` ({self.since}) is after `until` ({self.until}): swap them or mend one")
        return self

    def holds_on(self, day: dt.date) -> bool:
        """Whether the statement holds on ``day`` (both ends included)."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Cost(Statement):
    """What the person pays, in New Zealand dollars; ``amount`` is None where the fee is not one figure."""

    amount: float | None = Field(default=None, ge=0)
    text: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Cost:
        if self.amount is None and not self.text:
            raise ValueError("a cost needs an `amount` in dollars (0 for free) or a `text`")
        return self


class Amount(Statement):
    """What the person is paid."""

    text: str


class Duration(Statement):
    """How long the agency takes, or how long something lasts."""

    text: str


class Deadline(Statement):
    """When it must be done: words for people and, where it can be computed, data.

    ``within`` counts from the day named by ``after`` ("2 months", "3 working days"); with ``before`` it counts back
    from that day. The days' names are those of the life events' ``dates``.
    """

    text: str
    within: str | None = None
    after: str | None = None
    before: str | None = None

    @field_validator("within")
    @classmethod
    def _span(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"\d+ (working days?|days?|weeks?|months?|years?)", value):
            raise ValueError("`within` reads like `2 months`, `3 working days` or `12 weeks`")
        return value

    @model_validator(mode="after")
    def _anchor(self) -> Deadline:
        if self.within and bool(self.after) == bool(self.before):
            raise ValueError("`within` counts from one day: give either `after` or `before`")
        return self


class Channel(Statement):
    """A way to reach the service. ``online`` has a ``url``, ``phone`` a ``phone``; the others a ``text``."""

    kind: Literal["online", "phone", "in_person", "paper", "email"]
    url: str | None = None
    phone: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _filled(self) -> Channel:
        needed = {"online": "url", "phone": "phone"}.get(self.kind, "text")
        if getattr(self, needed) is None:
            raise ValueError(f"a channel of kind `{self.kind}` needs `{needed}`")
        if self.url is not None and not self.url.startswith("https://"):
            raise ValueError("links start with `https://`")
        return self


class Turn(Strict):
    """A service's place in one life event (CPSV-AP ``isGroupedBy``): when its turn comes, and why it is there."""

    stage: Stage
    why: str
    only_if: str | None = None


class Start(Strict):
    """How a service starts. ``api``: the agency contract; the others hand the person over with what is known.

    ``form`` lists the facts that the agency needs, in the order in which they are asked; ``optional`` those it can use.
    ``purpose`` says why the agency needs them, ``recipients`` who else sees them and ``refusal`` what happens if the
    person does not give them (Privacy Act 2020, principle 3).
    """

    kind: Literal["api", "link", "phone", "in_person"]
    form: tuple[FactId, ...] = ()
    optional: tuple[FactId, ...] = ()
    purpose: str | None = None
    recipients: str | None = None
    refusal: str | None = None
    form_fields: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _noticed(self) -> Start:
        if self.kind == "api" and not (self.form and self.purpose and self.refusal):
            raise ValueError("a service that starts by `api` needs `form`, `purpose` and `refusal`")
        return self


class Law(Strict):
    """The Act that a service rests on (CPSV-AP ``hasLegalResource``); ``checked`` when a source we read names it."""

    text: str
    checked: bool = False


class Service(Strict):
    """One thing an agency does for a person (CPSV-AP PublicService)."""

    id: ServiceId
    name: Text
    agency: AgencyId
    brand: str | None = None
    aliases: tuple[str, ...] = ()
    what: Text
    who: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    cost: tuple[Cost, ...] = ()
    amount: tuple[Amount, ...] = ()
    time: tuple[Duration, ...] = ()
    deadline: tuple[Deadline, ...] = ()
    channels: tuple[Channel, ...] = ()
    life_events: dict[LifeEventId, Turn] = {}
    after: tuple[ServiceId, ...] = ()
    after_if_needed: tuple[ServiceId, ...] = ()
    together_with: tuple[ServiceId, ...] = ()
    not_with: tuple[ServiceId, ...] = ()
    not_with_why: str | None = None
    start: Start
    law: tuple[Law, ...] = ()
    sources: dict[str, Source] = {}
    confidence: Confidence
    assured_date: dt.date
    changes: tuple[str, ...] = ()

    @field_validator("cost", "amount", "time", "deadline", "law", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _sourced(self) -> Service:
        for name in ("cost", "amount", "time", "deadline", "channels"):
            for statement in getattr(self, name):
                if statement.source is not None and statement.source not in self.sources:
                    raise ValueError(
                        f"`{name}` names the source `{statement.source}`, which is not among this service's `sources`"
                    )
                if statement.source is None and not self.sources and self.confidence_of(statement) == "seen":
                    raise ValueError(f"`{name}` has no source: add one, or mark it `confidence: unverified`")
        if self.confidence == "seen" and not self.sources:
            raise ValueError("a service with `confidence: seen` needs at least one source")
        return self

    def confidence_of(self, statement: Statement) -> Confidence:
        """How sure a statement is: its own word, else the service's."""
        return statement.confidence or self.confidence

    def source_of(self, statement: Statement) -> Source | None:
        """The source that a statement rests on, or None for what is general knowledge."""
        if statement.source is not None:
            return self.sources[statement.source]
        return next(iter(self.sources.values()), None)


class Phone(Statement):
    """A number that people can call, what it is for and when it is answered."""

    label: str
    number: str
    text_to: str | None = None
    hours: str | None = None


class Agency(Strict):
    """An organisation that is answerable for services (CPSV-AP PublicOrganisation)."""

    id: AgencyId
    name: Text
    abbreviation: str | None = None
    kind: Literal["department", "crown_entity", "police", "court", "council", "provider", "several"]
    aliases: tuple[str, ...] = ()
    site: str | None = None
    hosts: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    result10: bool = False
    sources: dict[str, Source] = {}
    assured_date: dt.date


class EventDate(Strict):
    """A day that a life event's deadlines count from, how to ask for it, and the fact that gives it where one does."""

    id: FactId
    question: Text
    fact: FactId | None = None


class LifeEvent(Strict):
    """Something that happens to a person for which public services exist (CPSV-AP LifeEvent)."""

    id: LifeEventId
    name: Text
    choice: Text
    covers: str
    eu_code: Literal["BIR", "BSC", "CRS", "DRE", "DRV", "FCR", "FEHP", "GMS", "MOV", "RES", "RET", "STU", "WOR"]
    tone: Literal["plain", "warm", "sorrow", "safety"] = "plain"
    opening: Text
    dates: tuple[EventDate, ...] = ()
    safety: str | None = None
    never_with: tuple[LifeEventId, ...] = ()
    assured_date: dt.date


class Option(Strict):
    """One of the values that a fact can take."""

    id: FactId
    label: Text


FactType = Literal[
    "text", "name", "date", "yes_no", "choice", "number", "money", "ird_number", "email", "phone", "address", "country",
    "bank_account", "trips",
]  # fmt: skip


class Fact(Strict):
    """One piece of information about a person that rules or forms need, and how to ask for it.

    ``only_if`` says for which values of other facts it is asked at all. ``answered_by`` names facts that give its value
    too: whoever answered one of them is not asked again.
    """

    id: FactId
    type: FactType
    about: Literal["self", "partner", "child", "parent", "person_who_died", "other"] = "self"
    question: Text
    label: Text
    help: Text | None = None
    why: str | None = None
    unit: str | None = None
    options: tuple[Option, ...] = ()
    past: bool | None = None
    only_if: dict[FactId, tuple[str | bool, ...]] = {}
    answered_by: tuple[FactId, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = True

    @model_validator(mode="after")
    def _choices(self) -> Fact:
        if (self.type == "choice") != bool(self.options):
            raise ValueError("a fact of type `choice` has `options`, and no other type has them")
        return self


class CrisisLine(Statement):
    """A number for someone in danger or distress."""

    id: ServiceId
    name: Text
    number: str
    what: Text
    text_to: str | None = None
    hours: str | None = None
    first_for: tuple[str, ...] = ()
    sources: dict[str, Source]


class File(Strict):
    """A catalogue file: any of the lists, each optional."""

    agencies: tuple[Agency, ...] = ()
    life_events: tuple[LifeEvent, ...] = ()
    services: tuple[Service, ...] = ()
    facts: tuple[Fact, ...] = ()
    crisis_lines: tuple[CrisisLine, ...] = ()
