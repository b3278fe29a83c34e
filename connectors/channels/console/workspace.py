"""One conversation in front of an adviser: in short, as it was said, and everything that can be done with it."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from cases import UnknownApplication
from cases.cases import spell
from catalogue.days import AOTEAROA
from connectors.channels.console.assist import Assist
from connectors.channels.console.gate import HOME, Gate, back
from connectors.channels.problems import Problem
from conversations import BadMessage, Turn, UnknownConversation
from conversations.desk.handover import ENDINGS, Handover, TooLate
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.summary import summarise
from conversations.messages import Link, ServiceCard, Words
from conversations.store import NotHeld
from conversations.talk import tidy
from storage import now


def router(gate: Gate, assist: Assist) -> APIRouter:
    """The addresses of conversations."""
    routes = APIRouter(include_in_schema=False)
    desk, house = gate.desk, gate.house
    store = house.store

    @routes.get("/console/conversations/{id}", response_class=HTMLResponse)
    def show(request: Request, id: str, error: str = "") -> Response:
        adviser = gate.who(request)
        return _show(request, adviser, id)

    @routes.get("/console/conversations/{id}/turns", response_class=HTMLResponse)
    def turns(request: Request, id: str, since: int = 0) -> Response:
        adviser = gate.who(request, used=False)
        _may_read(adviser, id)
        fresh = store.turns(id, since)
        if not fresh:
            return Response(status_code=204)
        return gate.fragment(request, "log.html", turns=fresh)

    @routes.get("/console/conversations/{id}/aside", response_class=HTMLResponse)
    def aside(request: Request, id: str) -> Response:
        """What changes as a conversation goes on: the summary, what is suggested, who has it."""
        adviser = gate.who(request, used=False)
        handover = _may_read(adviser, id)
        return gate.fragment(request, "aside.html", **_context(adviser, id, handover))

    @routes.post("/console/conversations/{id}/take", response_class=HTMLResponse)
    def take(request: Request, id: str, csrf: Annotated[str, Form()] = "") -> Response:
        adviser = gate.acting(request, csrf)
        _known(id)
        try:
            handover = desk.handovers.queue.open_one(id)
            if handover is not None and handover.state == "waiting":
                desk.handovers.take(handover.id, adviser)
            else:
                desk.handovers.join(id, adviser)
        except TooLate as error:
            return _show(request, adviser, id, error=str(error), status=409)
        desk.staff.log(adviser.id, "took", id)
        return back(f"/console/conversations/{id}")

    @routes.post("/console/conversations/{id}/say", response_class=HTMLResponse)
    def say(
        request: Request,
        id: str,
        csrf: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
        nonce: Annotated[str, Form(max_length=64)] = "",
        answer: Annotated[int, Form()] = 0,
        service: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        adviser = gate.acting(request, csrf)
        handover = _may_read(adviser, id)
        try:
            turn = _turn(id, text, answer, service)
            desk.handovers.say(handover, adviser, turn, nonce or None)
        except BadMessage as error:
            return _show(request, adviser, id, error=str(error), draft=text, status=422)
        except NotHeld:
            said = (
                "You do not have this conversation any more. Your text is still in the box. Take it again to send it."
            )
            return _show(request, adviser, id, error=said, draft=text, status=409)
        return back(f"/console/conversations/{id}#end")

    @routes.post("/console/conversations/{id}/{act}", response_class=HTMLResponse)
    def act(
        request: Request,
        id: str,
        act: str,
        csrf: Annotated[str, Form()] = "",
        ending: Annotated[str, Form()] = "",
        team: Annotated[str, Form(max_length=64)] = "",
        colleague: Annotated[str, Form(max_length=32)] = "",
        why: Annotated[str, Form(max_length=500)] = "",
        agreed: Annotated[bool, Form()] = False,
        text: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        """Hands back, closes, passes on, puts back into the queue, or leaves a note."""
        adviser = gate.acting(request, csrf)
        handover = _may_read(adviser, id)
        home = f"/console/conversations/{id}"
        try:
            if act == "note":
                desk.notes.add(id, adviser.id, text)
                return back(f"{home}#notes")
            if act == "hand-back":
                desk.handovers.hand_back(handover.id, adviser)
                house.talk.resume(id)
            elif act == "put-back":
                desk.handovers.passing.put_back(handover.id, adviser)
                home = HOME
            elif act == "close":
                chosen = next((one for one in ENDINGS if one == ending), None)
                if chosen is None:
                    return _show(request, adviser, id, error="Choose a reason for closing.", status=422)
                desk.handovers.close(handover.id, adviser, chosen)
                home = HOME
            elif act == "pass-on":
                if colleague:
                    desk.handovers.passing.give(handover.id, adviser, desk.staff.get(colleague))
                else:
                    desk.handovers.passing.pass_on(
                        handover.id, adviser, team, why, agreed=agreed and handover.channel != "chat"
                    )
            else:
                raise Problem(404, "Not here", "There is nothing to do at this address.")
        except (TooLate, NotAllowed, LookupError) as error:
            return _show(request, adviser, id, error=str(error), status=409)
        desk.staff.log(adviser.id, act, id)
        return back(home)

    @routes.get("/console/search", response_class=HTMLResponse)
    def search(request: Request, day: str = "") -> Response:
        """By day; codes and references are posted, since addresses are kept in logs and histories."""
        adviser = gate.who(request)
        return gate.page(request, "search.html", adviser, found=None, days=_of_day(day), day=day, wanted="")

    @routes.post("/console/search", response_class=HTMLResponse)
    def find(
        request: Request, csrf: Annotated[str, Form()] = "", wanted: Annotated[str, Form(max_length=80)] = ""
    ) -> Response:
        adviser = gate.acting(request, csrf)
        conversation = store.coded(wanted)
        if conversation is not None:
            # Whoever quotes the code wants it to be read.
            desk.notes.look(conversation.id, adviser.id)
            desk.staff.log(adviser.id, "found by code", conversation.id)
            if desk.handovers.queue.open_one(conversation.id) is None:
                desk.handovers.quoted(conversation.id, adviser)
            return back(f"/console/conversations/{conversation.id}")
        try:
            application = house.cases.get(spell(wanted))
        except UnknownApplication:
            said = "There is no conversation with this code and no application with this reference. Check the letters."
            return gate.page(request, "search.html", adviser, status=404, error=said, days=[], day="", wanted=wanted)
        desk.staff.log(adviser.id, "followed", application.reference)
        name = house.catalogue.services[application.service].name.en
        label = house.words.text(f"state_{application.state}", "en")
        found = {"application": application, "name": name, "label": label}
        return gate.page(request, "search.html", adviser, found=found, days=[], day="", wanted=wanted)

    def _of_day(day: str) -> list[Handover]:
        try:
            begin = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), AOTEAROA)
        except ValueError:
            return []
        return desk.handovers.queue.since(begin, begin + dt.timedelta(days=1))

    def _known(id: str) -> None:
        try:
            store.get(id)
        except UnknownConversation:
            raise Problem(404, "Not here", "This conversation was deleted, or never was.") from None

    def _may_read(adviser: Adviser, id: str) -> Handover:
        """Staff read what was given to staff; the newest handover says so, and reading is written down."""
        _known(id)
        handovers = desk.handovers.queue.of(id)
        if not handovers:
            raise Problem(403, "Not given to you", "This person has not asked for an adviser. Their code opens it.")
        return handovers[-1]

    def _turn(id: str, text: str, answer: int, service: str) -> Turn:
        """The adviser's words, and what they put in: a written answer with its source, or a service."""
        language = store.get(id).language
        messages: list[Any] = []
        if answer:
            written = desk.answers.get(answer)
            in_mi = written.mi if language == "mi" else None
            messages.append(
                Words(
                    text=in_mi or written.en,
                    lang="mi" if in_mi else "en",
                    unreviewed=bool(in_mi),
                    links=[Link(url=written.source, label=written.title)],
                )
            )
        if service in house.catalogue.services:
            card: ServiceCard = assist.card(service, language)
            messages.append(card)
            store.offer(id, [choice.id for choice in card.choices])
        clean = tidy(text) if text.strip() or not messages else None
        return Turn(number=0, by="adviser", at=now(), text=clean, messages=messages)

    def _context(adviser: Adviser, id: str, handover: Handover) -> dict[str, Any]:
        day = house.rooms.today()
        summary = summarise(store, house.catalogue, id, day)
        turns = store.turns(id)
        applications = {
            one.started: house.words.text(f"state_{house.cases.get(one.started).state}", "en")
            for one in summary.plan
            if one.started
        }
        return {
            "id": id,
            "adviser": adviser,
            "handover": handover,
            "is_mine": handover.state == "held" and handover.adviser == adviser.id,
            "summary": summary,
            "states": applications,
            "code": store.code(id),
            "notes": desk.notes.of(id),
            "looking": desk.notes.looking(id, adviser.id),
            "hint": assist.read(id, turns),
            "turns": turns,
            "teams": desk.teams.all(),
            "events_by_id": house.catalogue.life_events,
            "services": house.catalogue.services,
            "agencies": house.catalogue.agencies,
            "colleagues": [one for one in desk.staff.all() if one.is_here and one.id != adviser.id and not one.is_desk],
            "endings": ENDINGS,
            "nonce": secrets.token_urlsafe(12),
        }

    def _show(
        request: Request, adviser: Adviser, id: str, *, error: str = "", draft: str = "", status: int = 200
    ) -> Response:
        handover = _may_read(adviser, id)
        desk.notes.look(id, adviser.id)
        desk.staff.log(adviser.id, "read", id)
        context = _context(adviser, id, handover)
        context.pop("adviser")
        context.pop("teams")
        context.pop("events_by_id")
        context.pop("agencies")
        return gate.page(request, "conversation.html", adviser, status=status, error=error, draft_text=draft, **context)

    return routes
