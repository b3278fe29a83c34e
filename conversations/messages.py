"""Typed messages: what the assistant says, as data that any channel can render.

The assistant never sends a sentence that has to be taken apart again. Each message has a ``type``; a channel renders
the types that it knows and shows ``text`` for one that it does not.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Language = Literal["en", "mi"]
"""What a conversation can be held in."""

Tongue = Literal["en", "mi", "sm", "to", "fj", "tl", "es", "fr", "de", "vi", "ko", "ja", "zh", "hi", "pa", "ar", "ru"]
"""What a message can be in: in the others we only say that we don't speak them."""


class Base(BaseModel):
    """What every message has: words for channels that show nothing else, and their language."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    lang: Tongue = "en"
    unreviewed: bool = Field(
        default=False, description="in another language than English, and no fluent speaker has reviewed it yet"
    )


class Link(BaseModel):
    """A link to an official page; ``checked`` is false where no source that we read shows it."""

    url: str
    label: str
    checked: bool = True


class Choice(BaseModel):
    """Something the person can choose. ``id`` is sent back as it is, as ``{"choice": id}``."""

    id: str
    label: str
    kind: Literal["primary", "secondary", "warning"] = "secondary"
    lang: Language = "en"


class Said(BaseModel):
    """A statement about a service with how sure it is and where it comes from."""

    text: str
    checked: bool = True
    source: Link | None = None
    as_of: str | None = None


class Words(Base):
    """Plain words, and perhaps links."""

    type: Literal["text"] = "text"
    links: list[Link] = []


class Choices(Base):
    """A question with plain choices."""

    type: Literal["choices"] = "choices"
    choices: list[Choice]


class Way(BaseModel):
    """How a service starts, and what to have at hand. ``go`` is an address of ours that leads to the agency's page."""

    kind: Literal["api", "link", "phone", "in_person"]
    go: str | None = None
    page: Link | None = None
    phone: Said | None = None
    code: str | None = Field(default=None, description="to quote, so that nothing must be told twice")
    places: list[Said] = []
    ready: list[str] = []
    off: str | None = Field(default=None, description="why it can't be started here just now, in kind words")


class PlanStep(BaseModel):
    """One service in a plan card."""

    service: str
    name: str
    what: str
    agency: str
    agency_name: str
    stage: Literal["now", "before", "soon", "later"]
    why: str
    only_if: str | None = None
    due: dt.date | None = None
    due_text: str | None = None
    overdue: bool = False
    waits_for: list[str] = Field(default=[], description="names of services in this plan that come first")
    waits_for_one_of: list[str] = Field(default=[], description="names of services of which one must come first")
    not_with: list[str] = Field(default=[], description="names of services that can't be had for the same time")
    not_with_why: str | None = None
    cost: str | None = None
    checked: bool = True
    application: str | None = Field(default=None, description="reference, once it has been started")
    state: str | None = None
    choices: list[Choice] = []
    link: Link | None = None
    way: Way | None = Field(default=None, description="the other ways, while it can't be started here")


class RuledOut(BaseModel):
    """A service of the life events that the answers so far rule out. ``why`` is what would have to be true."""

    service: str
    name: str
    agency_name: str
    why: list[Said]


class PlanCard(Base):
    """The plan: services of several agencies in the order in which their turn comes."""

    type: Literal["plan"] = "plan"
    life_events: list[str]
    names: list[str] = Field(description="the life events' names")
    steps: list[PlanStep]
    not_for_you: list[RuledOut] = Field(default=[], description="what the answers so far rule out, and why")
    agencies: int
    choices: list[Choice] = []


class ServiceCard(Base):
    """One service explained: all of it, or the part that was asked about."""

    type: Literal["service"] = "service"
    service: str
    name: str
    agency_name: str
    asked: Literal["cost", "documents", "time", "where", "how", "eligibility", "status", "deadline"] | None = None
    what: str
    who: list[str] = []
    ready: list[str] = []
    cost: list[Said] = []
    amount: list[Said] = []
    time: list[Said] = []
    deadline: list[Said] = []
    where: list[Said] = []
    links: list[Link] = []
    phones: list[Said] = []
    way: Way | None = Field(default=None, description="how it starts, where it was asked how")
    checked: bool = True
    assured_date: dt.date
    choices: list[Choice] = []


class Notice(Base):
    """What would be sent to whom and why, before anything is asked or sent (Privacy Act 2020, principle 3)."""

    type: Literal["notice"] = "notice"
    service: str
    name: str
    agency_name: str
    purpose: str
    recipients: str | None = None
    refusal: str
    facts: list[str] = Field(description="labels of the facts that are asked for")
    cost: str | None = None
    number: int = Field(default=1, description="which agency's notice this is, from 1")
    of: int = Field(default=1, description="how many agencies get something")
    choices: list[Choice]


class Part(BaseModel):
    """A service that is started together with others. ``fields`` are those on its own form."""

    service: str
    name: str
    agency_name: str
    waits_for: list[str] = Field(default=[], description="names of services that are done first")
    fields: int


class Share(BaseModel):
    """An answer, and the agencies that get it."""

    label: str
    agencies: list[str]
    known: bool = False


class Together(Base):
    """Services of several agencies that are started with one set of answers, and who gets which."""

    type: Literal["together"] = "together"
    services: list[Part]
    agencies: list[str]
    facts: list[Share]
    questions: int = Field(description="answers that all of them need between them")
    fields: int = Field(description="fields on their separate forms")
    choices: list[Choice] = []


class Option(BaseModel):
    """One of the answers that a question allows."""

    id: str
    label: str


class Statement(BaseModel):
    """A line of a list, in the person's words: what a yes to ``fact`` means, or where it lies. ``id`` ticks it."""

    id: str
    fact: str
    text: str
    lang: Language = "en"
    help: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _called(cls, value: object) -> object:
        """Turns that are older than lines about days and numbers call a line by its fact."""
        return {"id": value.get("fact"), **value} if isinstance(value, dict) else value


class Question(Base):
    """A fact that is asked for. Answer with text, or with one of ``options`` as ``{"choice": "answer:<id>"}``.

    A list asks for several (``fact_type`` is ``checklist``): answer with the ids of those ``lines`` that are true, as
    ``{"choice": "tick:<id>+<id>"}`` or ``tick:none``. With ``unsure:`` in place of ``tick:`` the other lines count
    as not known, and not as untrue. Where one line is left of a day or a number, it is a yes or a no to its words
    (``fact_type`` is ``yes_no``).
    """

    type: Literal["question"] = "question"
    fact: str
    fact_type: str
    help: str | None = None
    why: str | None = None
    options: list[Option] = []
    lines: list[Statement] = Field(
        default=[], description="statements to tick, where several facts are asked for at once"
    )
    error: str | None = None
    accept: list[str] = Field(default=[], description="endings of the names of files that answer it, if files do")
    known: str | None = Field(default=None, description="what was answered before, to be kept or changed")
    number: int = Field(description="which question this is, from 1")
    of: int = Field(description="how many there are in all")
    roughly: bool = Field(default=False, description="`of` is a guess: answers to come may spare questions")
    choices: list[Choice] = []


class Answer(BaseModel):
    """A fact as it was answered."""

    fact: str
    label: str
    value: str
    choice: Choice
    goes_to: list[str] = Field(default=[], description="names of the agencies that get it, where there are several")


class CheckAnswers(Base):
    """Everything that will be sent, to be checked before it is."""

    type: Literal["check_answers"] = "check_answers"
    service: str
    name: str
    agency_name: str
    answers: list[Answer]
    choices: list[Choice]


class Receipt(Base):
    """That an application was taken in: what, for whom, and how to follow it."""

    type: Literal["receipt"] = "receipt"
    service: str
    name: str
    agency_name: str
    reference: str
    access_code: str
    sent_at: dt.datetime
    sent: list[str] = Field(description="labels of the facts that were sent")
    waits_for: list[str] = Field(default=[], description="names of services that are done first; then it is sent")
    acting: str | None = Field(default=None, description="who acts for the person, and in what capacity")
    page: str | None = Field(default=None, description="address of the receipt to print or save")
    choices: list[Choice] = []


class Past(BaseModel):
    """A state that an application has been in."""

    state: str
    label: str
    at: dt.datetime
    message: str | None = None


class Bill(BaseModel):
    """What an application costs. ``pay`` is an address of ours that leads to the agency's payment page."""

    state: Literal["due", "paid"]
    amount: str
    what: str
    receipt: str | None = None
    pay: str | None = None


class Status(Base):
    """Where an application is, in the agency's own words."""

    type: Literal["status"] = "status"
    reference: str
    service: str
    name: str
    agency_name: str
    state: str
    label: str
    message: str | None = None
    next: str | None = None
    reason: str | None = Field(default=None, description="why it has not gone on")
    wanted: list[str] = Field(default=[], description="what the agency asks for, in words")
    pages: list[Link] = Field(default=[], description="its receipt, and what can be done about it")
    agency_reference: str | None = None
    expected_by: dt.date | None = None
    payment: Bill | None = None
    updated_at: dt.datetime
    history: list[Past] = []
    final: bool = False
    choices: list[Choice] = []


class Line(BaseModel):
    """A number to call for someone in danger or distress."""

    name: str
    number: str
    what: str
    text_to: str | None = None
    hours: str | None = None


class Crisis(Base):
    """Before anything else: who can help now."""

    type: Literal["crisis"] = "crisis"
    lines: list[Line]
    choices: list[Choice] = []


class Handover(Base):
    """That a person can help: how to reach one, and a code that spares telling it all again."""

    type: Literal["handover"] = "handover"
    code: str
    open_now: bool
    hours: str
    live: Literal["none", "waiting", "held"] = Field(
        default="none", description="whether an adviser was asked to join this chat, or has it"
    )
    place: int | None = Field(default=None, description="the place in the queue")
    minutes: int | None = Field(default=None, description="about how long it will take")
    call_back: bool = Field(default=False, description="whether someone can ring back, as /chat/call-back asks for")
    phones: list[Said] = []
    choices: list[Choice] = []


class Figure(BaseModel):
    """One figure on the way to an estimate."""

    label: str
    value: str


class Estimate(BaseModel):
    """What the person might be paid, with its working. The agency works out the real amount."""

    text: str
    value: str = Field(description="with its unit, ready to be shown")
    steps: list[Figure] = []


class CheckService(BaseModel):
    """How a check of one service stands."""

    service: str
    name: str
    verdict: Literal["yes", "no", "unknown"]
    met: list[Said] = []
    not_met: list[Said] = []
    not_known: list[Said] = []
    estimate: Estimate | None = None
    rates_as_of: dt.date | None = None
    choices: list[Choice] = []
    link: Link | None = None


class CheckCard(Base):
    """What someone may be able to get, service by service. Only the agency decides."""

    type: Literal["check"] = "check"
    services: list[CheckService]
    answers: list[Answer] = Field(default=[], description="what it rests on, each with a way to change it")
    choices: list[Choice] = []


Message: TypeAlias = Annotated[
    Words
    | Choices
    | PlanCard
    | ServiceCard
    | Notice
    | Together
    | Question
    | CheckAnswers
    | Receipt
    | Status
    | Crisis
    | Handover
    | CheckCard,
    Field(discriminator="type"),
]
"""Any of the typed messages."""

messages: TypeAdapter[list[Message]] = TypeAdapter(list[Message])
"""Reads and writes a list of messages."""
