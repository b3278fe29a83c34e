"""The public API, version 1, which our own pages use too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from actions import off
from actions.speaker import Speaker
from cases import Application, PaymentPage
from cases import Consent as CaseConsent
from catalogue import LifeEvent, Plan, Service, make_plan, rules
from catalogue.answers import Value
from catalogue.ways import Way, way
from connectors.channels.checking import fact_problems
from connectors.channels.going import start_payment
from connectors.channels.problems import MEDIA_TYPE, RESPONSES, FieldProblem, Problem, ProblemDocument
from connectors.channels.wiring import House
from conversations import Conversation, Parse, Reply, Turn, UnknownConversation
from conversations.messages import Language, Message
from conversations.talk import LONGEST, tidy

API = "/api/v1"


class Body(BaseModel):
    """A request: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class NewConversation(Body):
    """How to open a conversation."""

    language: Language = "en"
    agency: str | None = Field(default=None, max_length=64, description="the agency whose site it is on")


class OpenedConversation(BaseModel):
    """A conversation and its token. The token is told once."""

    id: str
    token: str
    messages: list[Message]


class NewMessage(Body):
    """A text, or the id of a choice that was offered. ``nonce`` makes a doubled post harmless."""

    text: str | None = Field(default=None, description=f"up to {LONGEST} characters")
    choice: str | None = Field(default=None, max_length=1_000)
    nonce: str | None = Field(default=None, max_length=64)


class WholeConversation(Conversation):
    """A conversation with its turns."""

    turns: list[Turn]


class NewPlan(Body):
    """What a plan is made for. ``dates`` are days by name, as the life events' ``dates`` list them; ``answers`` are
    facts of the person: what they rule out moves to ``not_for_you``."""

    life_events: list[str] = Field(min_length=1, max_length=23)
    dates: dict[str, dt.date] = {}
    answers: dict[str, Value] = {}
    today: dt.date | None = Field(default=None, description="the day to plan from; today where it is left out")


class GivenConsent(Body):
    """That the person agreed, after reading the notice that ``GET /services/{id}`` gives."""

    agreed: Literal[True]
    given_at: dt.datetime | None = None
    notice: str | None = Field(default=None, max_length=200, description="version of the notice that was shown")


class NewApplication(Body):
    """What starts a service."""

    service: str
    answers: dict[str, Value]
    consent: GivenConsent | Literal[True]
    language: Language = "en"


class TakenApplication(BaseModel):
    """That an application was taken in. The access code is told here, and to the same idempotency key again."""

    reference: str
    access_code: str
    status: str


class ApplicationStatus(Application):
    """Where an application is. ``status`` is its state."""

    status: str = ""

    @model_validator(mode="after")
    def _status(self) -> ApplicationStatus:
        self.status = self.state
        return self


class Utterance(Body):
    """A text to recognise."""

    text: str


class Health(BaseModel):
    """Whether the app is alive."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether a message would be answered, part by part."""

    status: Literal["ready", "not ready"]
    parts: dict[str, bool]


Bearer = Annotated[str, Header(alias="Authorization", description="`Bearer <token>`")]
ConversationId = Annotated[str, Path(max_length=64)]


def router(house: House) -> APIRouter:
    """The API's addresses."""
    routes = APIRouter(prefix=API, responses=RESPONSES)
    book = rules.load()

    def own(id: str, authorization: str) -> Conversation:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnknownConversation
        return house.store.find(id, token.strip())

    @routes.post("/conversations", status_code=201, tags=["conversations"])
    def open_conversation(body: NewConversation | None = None) -> OpenedConversation:
        """Opens a conversation. Nothing about the person is needed."""
        wanted = body or NewConversation()
        if wanted.agency is not None and wanted.agency not in house.catalogue.agencies:
            raise _unknown("agency", wanted.agency, "GET /api/v1/services lists the agencies of services.")
        conversation, token = house.store.open(wanted.language, wanted.agency)
        reply = house.talk.greet(conversation.id)
        return OpenedConversation(id=conversation.id, token=token, messages=reply.messages)

    @routes.get("/conversations/{id}", tags=["conversations"])
    def read_conversation(id: ConversationId, authorization: Bearer = "", since: int = 0) -> WholeConversation:
        """The conversation with its turns, from turn ``since`` on."""
        conversation = own(id, authorization)
        turns = off.shown(Speaker(house.rooms, conversation.language), house.store.turns(id, since))
        return WholeConversation(**conversation.model_dump(), turns=turns)

    @routes.post("/conversations/{id}/messages", tags=["conversations"])
    def send_message(id: ConversationId, body: NewMessage, authorization: Bearer = "") -> Reply:
        """Says something in a conversation; the reply holds what the assistant says and what it recognised."""
        own(id, authorization)
        return house.talk.receive(id, text=body.text, choice=body.choice, nonce=body.nonce)

    @routes.get("/life-events", tags=["catalogue"])
    def list_life_events() -> list[LifeEvent]:
        """All life events."""
        return list(house.catalogue.life_events.values())

    @routes.get("/life-events/{id}", tags=["catalogue"])
    def read_life_event(id: str) -> dict[str, Any]:
        """A life event with its services in order."""
        event = house.catalogue.life_events.get(id)
        if event is None:
            raise _not_here("life event", id, "/api/v1/life-events")
        services = [service.id for service in house.catalogue.services_for(id)]
        return {**event.model_dump(mode="json"), "services": services}

    @routes.get("/services", tags=["catalogue"])
    def list_services() -> list[dict[str, Any]]:
        """All services, a line each. ``off``: not startable here just now; its ``/start`` tells the other ways."""
        switched = house.desk.reception.switched_off()
        return [
            {
                "id": one.id,
                "name": one.name.en,
                "agency": one.agency,
                "what": one.what.en,
                "start": one.start.kind,
                "off": one.id in switched,
            }
            for one in house.catalogue.services.values()
        ]

    @routes.get("/services/{id}", tags=["catalogue"])
    def read_service(id: str) -> Service:
        """A service with everything that is known about it, and where each statement comes from."""
        if id not in house.catalogue.services:
            raise _not_here("service", id, "/api/v1/services")
        return house.catalogue.services[id]

    @routes.get("/services/{id}/start", tags=["catalogue"])
    def how_to_start(id: str) -> Way:
        """How a service starts: from here, on the agency's page, by phone or in person, and what to have ready."""
        if id not in house.catalogue.services:
            raise _not_here("service", id, "/api/v1/services")
        is_off = house.desk.reception.is_off(id)
        return way(house.catalogue, house.catalogue.services[id], house.rooms.today(), off=is_off)

    @routes.post("/plans", tags=["catalogue"])
    def plan(body: NewPlan) -> Plan:
        """The ordered plan for one or several life events. Nothing is stored."""
        unknown = [event for event in body.life_events if event not in house.catalogue.life_events]
        if unknown:
            raise _unknown("life event", unknown[0], "GET /api/v1/life-events lists them.")
        problems = fact_problems(book, body.answers, "answers")
        if problems:
            raise Problem(422, "Some answers can't be used", "Mend what is listed and send again.", problems)
        return make_plan(
            house.catalogue,
            body.life_events,
            body.dates,
            today=body.today or house.rooms.today(),
            answers=body.answers,
            rulebook=book,
        )

    @routes.post("/applications", status_code=202, tags=["applications"])
    def start(
        body: NewApplication,
        idempotency_key: Annotated[str, Header(min_length=1, max_length=128)],
    ) -> TakenApplication:
        """Starts a service for a person who agreed to it. The same key and body give the same application."""
        service = house.catalogue.services.get(body.service)
        if service is None:
            raise _unknown("service", body.service, "GET /api/v1/services lists them.")
        key = f"api:{idempotency_key}"[:128]
        refuse_off(house, [body.service], key)
        given = body.consent if isinstance(body.consent, GivenConsent) else GivenConsent(agreed=True)
        notice = {"purpose": service.start.purpose, "recipients": service.start.recipients}
        consent = CaseConsent(
            given_at=given.given_at or dt.datetime.now(dt.UTC),
            notice=given.notice or service.assured_date.isoformat(),
            text=str(notice),
        )
        application, code = house.cases.start(body.service, body.answers, consent, key=key, language=body.language)
        return TakenApplication(reference=application.reference, access_code=code, status=application.state)

    @routes.get("/applications/{reference}", tags=["applications"])
    def follow(
        reference: str,
        authorization: Bearer = "",
        x_access_code: Annotated[str, Header(description="the access code from the receipt")] = "",
    ) -> ApplicationStatus:
        """Where an application is. The access code goes into a header, never into the address."""
        code = x_access_code or authorization.partition(" ")[2]
        return ApplicationStatus(**house.cases.find(reference, code).model_dump())

    @routes.post(
        "/applications/{reference}/payment",
        tags=["applications"],
        responses={503: {"model": ProblemDocument, "content": {MEDIA_TYPE: {}}, "description": "Try again later."}},
    )
    def pay(
        reference: str,
        authorization: Bearer = "",
        x_access_code: Annotated[str, Header(description="the access code from the receipt")] = "",
    ) -> PaymentPage:
        """The one payment of an application: send the person to `url`. They come back to its page here."""
        code = x_access_code or authorization.partition(" ")[2]
        return start_payment(house, house.cases.find(reference, code).reference)

    @routes.post("/recognise", tags=["assistant"])
    def recognise(body: Utterance) -> Parse:
        """What the model makes of a text. Nothing is stored."""
        return house.rasa.parse(tidy(body.text))

    @routes.get("/health", tags=["running"])
    def health() -> Health:
        """Whether the app is alive."""
        return Health()

    @routes.get("/ready", tags=["running"])
    def ready(response: Response) -> Ready:
        """Whether every part that answers a message is there."""
        parts = {"assistant": house.rasa.is_ready(), "database": _answers(house)}
        if not all(parts.values()):
            response.status_code = 503
        return Ready(status="ready" if all(parts.values()) else "not ready", parts=parts)

    return routes


def refuse_off(house: House, services: Sequence[str], key: str) -> None:
    """Refuses to start what is switched off, and tells the other ways. What was taken in before is told again.

    Raises:
        Problem: 409.
    """
    switched = house.desk.reception.switched_off()
    closed = [house.catalogue.services[one] for one in services if one in switched]
    if not closed or house.cases.knows(key):
        return
    errors = []
    for one in closed:
        found = way(house.catalogue, one, house.rooms.today(), off=True)
        ways = "; ".join(part for part in (found.url, found.phone, *found.places) if part)
        said = house.words.text("desk_off_step", "en")
        errors.append(FieldProblem(field="service", message=f"{one.name.en}: {said} {ways}".strip()))
    names = ", ".join(one.name.en for one in closed)
    raise Problem(409, "Not from here just now", f"{names}: the agency itself can help. Its ways are listed.", errors)


def _answers(house: House) -> bool:
    try:
        house.ledger.count("plan_made", since=dt.datetime.now(dt.UTC))
    except Exception:  # noqa: BLE001 - whatever it is, the database is not there
        return False
    return True


def _not_here(kind: str, id: str, where: str) -> Problem:
    return Problem(404, f"No such {kind}", f"There is no {kind} with the id “{id[:80]}”. GET {where} lists them.")


def _unknown(kind: str, id: str, where: str) -> Problem:
    said = f"There is no {kind} with the id “{id[:80]}”. {where}"
    field = kind.replace(" ", "_") + ("s" if kind == "life event" else "")
    return Problem(422, f"No such {kind}", said, [FieldProblem(field=field, message=said)])
