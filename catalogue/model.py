"""What the catalogue holds: agencies, life events, facts and services, each statement with its source.

The YAML files under ``catalogue/data`` are read into these models by :mod:`catalogue.files`. Every model refuses
keys that it does not know, so that a misspelt field is an error and not a silent loss.

Words: see ``docs/architecture.md``. CPSV-AP names stand beside ours where they differ.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

Confidence = Literal["seen", "unverified"]
"""``seen``: a source that we read says so. ``unverified``: general knowledge; never shown as certain."""

Stage = Literal["now", "before", "soon", "later"]
"""When a service's turn comes in a life event: at once, before the event, in the weeks after, later."""

STAGES: tuple[Stage, ...] = ("now", "before", "soon", "later")


_SPAN = r"\d+ (working days?|days?|weeks?|months?|years?)"


def slug(value: str) -> str:
    """``value``, if services and agencies can be called so; ValueError otherwise."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError("ids are lower-case words joined by hyphens, such as `register-birth`")
    return value


def label(value: str) -> str:
    """``value``, if life events and facts can be called so; ValueError otherwise."""
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
        raise ValueError("ids are lower-case words joined by underscores, such as `having_a_baby`")
    return value


ServiceId = Annotated[str, AfterValidator(slug)]
AgencyId = Annotated[str, AfterValidator(slug)]
LifeEventId = Annotated[str, AfterValidator(label)]
FactId = Annotated[str, AfterValidator(label)]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _or_plain(schema: dict[str, Any]) -> None:
    """Tells editors that a plain string will do as well."""
    whole = dict(schema)
    schema.clear()
    schema |= {"title": "Text", "anyOf": [{"type": "string", "minLength": 1}, whole]}


def _or_one(schema: dict[str, Any]) -> None:
    """Tells editors that one will do as well as a list."""
    schema["anyOf"] = [{"type": schema.pop("type"), "items": schema["items"]}, schema.pop("items")]


class Text(Strict):
    """Words in English and, where somebody wrote them, te reo Māori.

    Te reo Māori is shown with a note until ``mi_reviewed`` names a fluent speaker's review.
    A plain string in YAML is English.
    """

    model_config = ConfigDict(json_schema_extra=_or_plain)

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
    from that day. The days' names are those of the life events' ``dates``. ``regional`` says that the law's working
    days leave out a region's anniversary day as well.
    """

    text: str
    within: str | None = None
    after: str | None = None
    before: str | None = None
    regional: bool = False

    @field_validator("within")
    @classmethod
    def _span(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(_SPAN, value):
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
    """A service's place in one life event (CPSV-AP ``isGroupedBy``): when its turn comes, and why it is there.

    ``only_if`` says in words for whom; ``applies_if`` the same as data, where facts can tell: for each fact the values
    with which the service stays in the plan. A fact that is not known leaves it in.
    """

    stage: Stage
    why: str
    only_if: str | None = None
    applies_if: dict[FactId, tuple[str | bool, ...]] = {}

    @model_validator(mode="after")
    def _in_words(self) -> Turn:
        if self.applies_if and not self.only_if:
            raise ValueError("`applies_if` needs `only_if`, which says the same in words")
        return self


class Start(Strict):
    """How a service starts. ``api``: the agency contract; the others hand the person over.

    A ``link`` with a ``form`` is to an agency that takes these answers over, against a link that opens once.

    ``form`` lists the facts that the agency needs, in the order in which they are asked; ``optional`` those it can use;
    ``gives`` facts that the person gets from it, and is not asked for where it is started together with others.
    ``purpose`` says why the agency needs them, ``recipients`` who else sees them and ``refusal`` what happens if the
    person does not give them (Privacy Act 2020, principle 3).
    """

    kind: Literal["api", "link", "phone", "in_person"]
    form: tuple[FactId, ...] = ()
    optional: tuple[FactId, ...] = ()
    gives: tuple[FactId, ...] = ()
    purpose: str | None = None
    recipients: str | None = None
    refusal: str | None = None
    form_fields: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _noticed(self) -> Start:
        if self.kind == "api" and not (self.form and self.purpose and self.refusal):
            raise ValueError("a service that starts by `api` needs `form`, `purpose` and `refusal`")
        if self.kind == "link" and self.form and not (self.purpose and self.refusal):
            raise ValueError("a `link` that takes the answers of a `form` over needs `purpose` and `refusal` too")
        if self.kind in ("phone", "in_person") and (self.form or self.optional):
            raise ValueError(f"no answers can be sent to a service that starts by `{self.kind}`; leave `form` out")
        return self


class Law(Strict):
    """The Act that a service rests on (CPSV-AP ``hasLegalResource``); ``checked`` when a source we read names it."""

    text: str
    checked: bool = False


class Service(Strict):
    """One thing an agency does for a person (CPSV-AP PublicService).

    It comes ``after`` all of the services named there, after any of ``after_one_of`` (several ways in), and after those
    of ``after_if_needed`` that the person needs at all.
    """

    id: ServiceId
    name: Text
    agency: AgencyId
    brand: str | None = None
    aliases: tuple[str, ...] = ()
    what: Text
    who: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    cost: tuple[Cost, ...] = Field(default=(), json_schema_extra=_or_one)
    amount: tuple[Amount, ...] = Field(default=(), json_schema_extra=_or_one)
    time: tuple[Duration, ...] = Field(default=(), json_schema_extra=_or_one)
    deadline: tuple[Deadline, ...] = Field(default=(), json_schema_extra=_or_one)
    channels: tuple[Channel, ...] = ()
    life_events: dict[LifeEventId, Turn] = {}
    after: tuple[ServiceId, ...] = ()
    after_one_of: tuple[ServiceId, ...] = ()
    after_if_needed: tuple[ServiceId, ...] = ()
    together_with: tuple[ServiceId, ...] = ()
    not_with: tuple[ServiceId, ...] = ()
    not_with_why: str | None = None
    start: Start
    law: tuple[Law, ...] = Field(default=(), json_schema_extra=_or_one)
    sources: dict[str, Source] = {}
    confidence: Confidence
    assured_date: dt.date
    changes: tuple[str, ...] = ()

    @field_validator("cost", "amount", "time", "deadline", "law", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else value

    @field_validator("after_one_of")
    @classmethod
    def _several(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) == 1:
            raise ValueError("one way in is no choice: name two or more, or use `after`")
        return value

    @model_validator(mode="after")
    def _can_start(self) -> Service:
        needed = {"link": "online", "phone": "phone", "in_person": "in_person"}.get(self.start.kind)
        # A phone number can stand beside a way of another kind.
        if needed and not any(needed == one.kind or (needed == "phone" and one.phone) for one in self.channels):
            raise ValueError(f"it starts by `{self.start.kind}`, so `channels` needs one of kind `{needed}`")
        return self

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

    @model_validator(mode="after")
    def _sourced(self) -> Agency:
        for phone in self.phones:
            if phone.source is not None and phone.source not in self.sources:
                raise ValueError(
                    f"`phones` names the source `{phone.source}`, which is not among this agency's `sources`"
                )
            if phone.source is None and phone.confidence != "unverified":
                raise ValueError(
                    f"the number {phone.number} has no source: add one, or mark it `confidence: unverified`"
                )
        return self


class EventDate(Strict):
    """A day that a life event's deadlines count from, how to ask for it, and the fact that gives it where one does.

    With ``later`` the day lies that long after the fact's: the 65th birthday is 65 years after the day of birth.
    """

    id: FactId
    question: Text
    fact: FactId | None = None
    later: str | None = None

    @model_validator(mode="after")
    def _counted(self) -> EventDate:
        if self.later is not None and not re.fullmatch(_SPAN, self.later):
            raise ValueError("`later` reads like `65 years` or `12 weeks`")
        if self.later is not None and self.fact is None:
            raise ValueError("`later` counts from a day: give the `fact` that holds it")
        return self


class LifeEvent(Strict):
    """Something that happens to a person for which public services exist (CPSV-AP LifeEvent).

    ``alone`` are facts that are never lines of a list in it: who has lost a baby is not made to read "The child is
    younger than 1" among other lines.
    """

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
    alone: tuple[FactId, ...] = ()
    assured_date: dt.date


class Option(Strict):
    """One of the values that a fact can take."""

    id: FactId
    label: Text


FactType = Literal[
    "text", "name", "date", "yes_no", "choice", "number", "money", "ird_number", "email", "phone", "address", "country",
    "bank_account", "trips", "document",
]  # fmt: skip


FileKind = Literal["pdf", "jpeg", "png"]


_SLOT = re.compile(r"\{(\w+)\}")


class Lines(Strict):
    """How a bound of a day or a number reads as a line to tick, with a slot for the bound.

    Of a day: ``age`` ("I am {age}": 65 or older), ``time`` ("I have had my licence for {time}": 6 months or more) or
    ``day`` ("I was born {day}": on 1 January 1978 or later), which has words for every bound. Of a number: ``amount``
    ("My income is {amount}": less than $655.41 a week), counted in ``of`` ("hours"), and ``below`` where less is said
    otherwise than more; ``some`` and ``none`` stand for more than the least that it can be, and for that. ``help``
    explains the line. Of what is ``sure`` everybody knows the answer for themselves, so that "not sure about the rest"
    is not said of it.
    """

    age: str | None = None
    time: str | None = None
    day: str | None = None
    amount: str | None = None
    below: str | None = None
    some: str | None = None
    none: str | None = None
    of: str | None = None
    help: str | None = None
    sure: bool = False

    @property
    def sentences(self) -> dict[str, str]:
        """The sentences that there are, by what they are for."""
        kinds = ("age", "time", "day", "amount", "below", "some", "none")
        return {kind: said for kind in kinds if (said := getattr(self, kind)) is not None}

    @model_validator(mode="after")
    def _slots(self) -> Lines:
        for kind, said in self.sentences.items():
            slot = None if kind in ("some", "none") else "amount" if kind == "below" else kind
            if _SLOT.findall(said) != ([slot] if slot else []):
                raise ValueError(f"`{kind}` has " + (f"one slot, {{{slot}}}" if slot else "no slot"))
        return self


def _is_line(text: str) -> bool:
    """Whether ``text`` can be ticked among others."""
    return re.fullmatch(r"[A-Z][^?]{5,140}[^?.!]", text) is not None


class Fact(Strict):
    """One piece of information about a person that rules or forms need, and how to ask for it.

    ``only_if`` says for which values of other facts it is asked at all. ``answered_by`` names facts that give its value
    too: whoever answered one of them is not asked again. A ``document`` says which ``kinds`` of file it may be, and how
    large, in millions of bytes.

    ``statement`` is what a yes means, in the person's own words, as a line to tick among others: "I live alone". A
    yes-or-no fact without one is always asked by itself; ``alone`` then says why. ``lines`` are the same for a day or a
    number of which a check needs to know only on which side of a threshold it lies; without them the day or the number
    is asked for. A number that is ``whole`` has no part behind the point.
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
    kinds: tuple[FileKind, ...] = ()
    largest_mb: float | None = Field(default=None, gt=0, le=5)
    whole: bool = False
    personal: bool = True
    statement: Text | None = None
    lines: Lines | None = None
    alone: str | None = None

    @model_validator(mode="after")
    def _files(self) -> Fact:
        if (self.type == "document") != bool(self.kinds) or (self.type == "document") != bool(self.largest_mb):
            raise ValueError("a fact of type `document` has `kinds` and `largest_mb`, and no other type has them")
        return self

    @model_validator(mode="after")
    def _choices(self) -> Fact:
        if (self.type == "choice") != bool(self.options):
            raise ValueError("a fact of type `choice` has `options`, and no other type has them")
        return self

    @model_validator(mode="after")
    def _ticked(self) -> Fact:
        if (self.statement or self.alone) and self.type != "yes_no":
            raise ValueError("only a fact of type `yes_no` has a `statement` to tick, or is asked `alone`")
        if self.statement and self.alone:
            raise ValueError("a `statement` is ticked among others, so the fact is not asked `alone`: take one out")
        if self.statement is not None:
            self._can_be_listed("statement", self.statement.en)
        return self

    @model_validator(mode="after")
    def _bounded(self) -> Fact:
        if self.whole and self.type != "number":
            raise ValueError("only a fact of type `number` can be `whole`")
        if self.lines is None:
            return self
        # The words that stand for any bound there may be.
        needed = {"date": "day", "number": "amount", "money": "amount"}.get(self.type)
        said = self.lines.sentences
        if needed is None or needed not in said:
            raise ValueError(
                f"`lines` are for a date (with `day`), a number or money (with `amount`), not for {self.type}"
            )
        if set(said) & ({"amount", "below", "some", "none"} if needed == "day" else {"age", "time", "day"}):
            raise ValueError(
                "`age`, `time` and `day` are lines of a date; `amount`, `below`, `some` and `none` of a number or money"
            )
        if ("some" in said or "none" in said) and self.minimum is None:
            raise ValueError("`some` is more than the `minimum`: give one")
        if self.type == "number" and self.lines.of is None:
            raise ValueError("`of` says what is counted, such as `of: hours`")
        for kind, line in said.items():
            self._can_be_listed(f"lines.{kind}", line)
        return self

    def _can_be_listed(self, field: str, text: str) -> None:
        if not _is_line(text):
            raise ValueError(
                f"a `{field}` is a line to tick: a capital letter first, no full stop or question mark last"
            )
        # A list mixes facts about several people, so each line says whose it is.
        whose = self.about.replace("_", " ").replace("person who died", "who died")
        if self.about not in ("self", "other") and whose not in text:
            raise ValueError(f"the fact is about the {whose}, so its `{field}` says `{whose}`")


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

    @model_validator(mode="after")
    def _sourced(self) -> CrisisLine:
        if not self.sources:
            raise ValueError("a crisis line needs at least one source: a wrong number here costs lives")
        if self.source is not None and self.source not in self.sources:
            raise ValueError(f"the source `{self.source}` is not among this line's `sources`")
        return self


class Site(Strict):
    """An agency's web site on which the chat may stand in a frame.

    ``origins`` are the only ones that may: scheme, host and port, without a path. ``colour`` carries white text.
    """

    id: AgencyId
    agency: AgencyId
    origins: tuple[str, ...]
    name: Text | None = None
    colour: str = "#0b5a62"

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not re.fullmatch(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?", origin):
                raise ValueError(f"`{origin}` is no origin; write it as https://www.example.govt.nz, with no path")
        return origins

    @field_validator("colour")
    @classmethod
    def _carries_white(cls, colour: str) -> str:
        if not re.fullmatch(r"#[0-9a-f]{6}", colour):
            raise ValueError(f"`{colour}` is no colour; write it as #0b5a62")
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        if 1.05 / (light + 0.05) < 4.5:
            raise ValueError(f"white text can't be read well on `{colour}`; choose a darker one (contrast 4.5 or more)")
        return colour


class File(Strict):
    """A catalogue file: any of the lists, each optional."""

    agencies: tuple[Agency, ...] = ()
    life_events: tuple[LifeEvent, ...] = ()
    services: tuple[Service, ...] = ()
    facts: tuple[Fact, ...] = ()
    crisis_lines: tuple[CrisisLine, ...] = ()
    sites: tuple[Site, ...] = ()
