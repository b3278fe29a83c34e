"""For desks of another make: handovers out (webhooks, see the outbox), messages back (this API)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from connectors.channels.problems import RESPONSES, Problem
from connectors.channels.wiring import House
from conversations import Turn
from conversations.desk.handover import Ending, Handover, TooLate
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.summary import Summary, summarise
from conversations.desk.teams import GENERAL
from conversations.store import NotHeld
from conversations.talk import tidy
from storage import now

API = "/api/v1/desk"

DeskEnding = Literal["answered", "started", "passed_on", "no_reply", "not_ours", "abuse"]


class Body(BaseModel):
    """A request: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class PresenceBody(Body):
    """That people take conversations at this desk, for so many seconds. Say it again before they are over."""

    presence: Literal["here", "away"]
    seconds: int = Field(default=60, ge=10, le=600)


class MessageBody(Body):
    """What an adviser of the desk says. ``id`` is the desk's own, and makes a doubled post harmless."""

    id: str = Field(min_length=1, max_length=60)
    text: str
    name: str | None = Field(default=None, max_length=80, description="who speaks, as the person is to see it")


class EndBody(Body):
    """How it ended, or that the assistant is to go on."""

    ending: DeskEnding | Literal["handed_back"]


class GivenHandover(BaseModel):
    """A handover with what an adviser needs to know."""

    id: int
    state: str
    team: str
    reason: str
    urgent: bool
    language: str
    asked_at: dt.datetime
    summary: Summary
    messages: list[Turn] = Field(default=[], description="what was said since it was taken")


Bearer = Annotated[str, Header(alias="Authorization", description="`Bearer <the desk's token>`")]


def router(house: House) -> APIRouter:
    """The API for other desks."""
    routes = APIRouter(prefix=API, responses=RESPONSES, tags=["desk"])
    desk = house.desk

    def who(authorization: str) -> Adviser:
        scheme, _, token = authorization.partition(" ")
        found = desk.staff.desk(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Problem(
                401,
                "Not your desk",
                "Send the token that `./aratohu adviser desk` printed, as a bearer token.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return found

    def own(adviser: Adviser, id: int, *, held: bool = True) -> Handover:
        try:
            handover = desk.handovers.queue.get(id)
        except LookupError:
            handover = None
        waits = handover is not None and handover.state == "waiting" and handover.team in (adviser.teams or [GENERAL])
        if handover is None or not (handover.adviser == adviser.id or (waits and not held)):
            raise Problem(404, "Not your handover", "There is no handover with this number for your desk.")
        return handover

    def given(handover: Handover) -> GivenHandover:
        made = summarise(house.store, house.catalogue, handover.conversation, house.rooms.today())
        begun = handover.taken_at
        turns = [one for one in house.store.turns(handover.conversation) if begun is not None and one.at >= begun]
        return GivenHandover(
            **handover.model_dump(include=set(GivenHandover.model_fields)), summary=made, messages=turns
        )

    @routes.put("/presence", status_code=204)
    def be(body: PresenceBody, authorization: Bearer = "") -> None:
        """Says whether the desk takes conversations. Only while one does is a person offered one."""
        adviser = who(authorization)
        desk.staff.be(adviser.id, body.presence)
        if body.presence == "here":
            desk.staff.beat(adviser.id, now() + dt.timedelta(seconds=body.seconds))

    @routes.get("/handovers")
    def waiting(authorization: Bearer = "") -> list[GivenHandover]:
        """What waits for this desk, and what it has."""
        adviser = who(authorization)
        return [given(one) for one in (*desk.handovers.queue.waiting(adviser), *desk.handovers.queue.held(adviser.id))]

    @routes.get("/handovers/{id}")
    def read(id: int, authorization: Bearer = "") -> GivenHandover:
        """One handover, with what was said since it was taken."""
        return given(own(who(authorization), id, held=False))

    @routes.post("/handovers/{id}/take")
    def take(id: int, authorization: Bearer = "") -> GivenHandover:
        """Takes a conversation. Of all desks and advisers who try, exactly one gets it; the others get 409."""
        adviser = who(authorization)
        handover = own(adviser, id, held=False)
        if handover.state == "held":
            return given(handover)
        try:
            taken = desk.handovers.take(id, adviser)
        except TooLate as error:
            raise Problem(409, "Taken by somebody else", str(error)) from None
        desk.staff.log(adviser.id, "took", taken.conversation)
        return given(taken)

    @routes.post("/handovers/{id}/messages", status_code=201)
    def say(id: int, body: MessageBody, authorization: Bearer = "") -> Turn:
        """Says something to the person."""
        adviser = who(authorization)
        handover = own(adviser, id)
        text = tidy(f"{body.name}: {body.text}" if body.name else body.text)
        turn = Turn(number=0, by="adviser", at=now(), text=text)
        try:
            return desk.handovers.say(handover, adviser, turn, f"desk-{body.id}")
        except NotHeld:
            raise Problem(409, "Not yours any more", "The conversation is over, or somebody else has it.") from None

    @routes.post("/handovers/{id}/end")
    def end(id: int, body: EndBody, authorization: Bearer = "") -> GivenHandover:
        """Ends it: the assistant goes on where it was, or is there for whatever comes next."""
        adviser = who(authorization)
        handover = own(adviser, id)
        try:
            if body.ending == "handed_back":
                done = desk.handovers.hand_back(id, adviser)
                house.talk.resume(handover.conversation)
            else:
                ending: Ending = body.ending
                done = desk.handovers.close(id, adviser, ending)
        except (TooLate, NotAllowed) as error:
            raise Problem(409, "Not yours any more", str(error)) from None
        return given(done)

    return routes
