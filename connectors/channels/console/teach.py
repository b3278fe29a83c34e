"""Teaching: what the assistant got wrong, reviewed by a second person; and what nobody has an answer to."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from connectors.channels.console.gate import Gate, back
from connectors.channels.problems import Problem
from conversations.desk.corrections import Kind
from conversations.desk.staff import NotAllowed
from storage import now

GAPS_DAYS = 90


def router(gate: Gate) -> APIRouter:
    """The addresses of teaching."""
    routes = APIRouter(include_in_schema=False)
    desk, house = gate.desk, gate.house

    @routes.post("/console/conversations/{id}/correct", response_class=HTMLResponse)
    def correct(
        request: Request,
        id: str,
        csrf: Annotated[str, Form()] = "",
        turn: Annotated[int, Form()] = 0,
        kind: Annotated[str, Form()] = "",
        event: Annotated[str, Form(max_length=64)] = "",
        service: Annotated[str, Form(max_length=64)] = "",
        was: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        adviser = gate.acting(request, csrf)
        handover = desk.handovers.queue.of(id)
        said = next((one for one in house.store.turns(id) if one.number == turn and one.by == "person"), None)
        if not handover or said is None or not said.text:
            raise Problem(404, "Not here", "There is no such message.")
        kinds: dict[str, tuple[Kind, str | None]] = {
            "wrong_event": ("wrong_event", event),
            "wrong_service": ("wrong_service", service),
            "missing_answer": ("missing_answer", None),
        }
        if kind not in kinds:
            raise Problem(422, "What was wrong?", "Choose what was wrong, and what would have been right.")
        chosen, right = kinds[kind]
        channel = "chat" if handover[-1].channel in ("chat", "call_back", "code") else "voice"
        try:
            desk.corrections.add(
                adviser,
                chosen,
                said.text,
                right=right,
                was=was or None,
                language=house.store.get(id).language,
                channel=channel,
            )
        except NotAllowed as error:
            raise Problem(422, "It can't be noted like this", str(error)) from None
        desk.staff.log(adviser.id, "corrected", id)
        return back(f"/console/conversations/{id}#taught")

    @routes.get("/console/teach", response_class=HTMLResponse)
    def queue(request: Request) -> Response:
        adviser = gate.who(request)
        counts = {state: len(desk.corrections.all(state)) for state in ("approved", "learned", "rejected")}
        waiting = [one for one in desk.corrections.all("waiting") if one.kind != "missing_answer"]
        return gate.page(
            request,
            "teach.html",
            adviser,
            to_review=waiting,
            counts=counts,
            services=house.catalogue.services,
            names={one.id: one.name for one in desk.staff.all()},
        )

    @routes.post("/console/teach/{id}", response_class=HTMLResponse)
    def review(
        request: Request,
        id: int,
        csrf: Annotated[str, Form()] = "",
        verdict: Annotated[str, Form()] = "",
        text: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        reviewer = gate.acting(request, csrf, "reviewer")
        try:
            desk.corrections.review(id, reviewer, approve=verdict == "approve", text=text)
        except NotAllowed as error:
            raise Problem(403, "Not yours to review", str(error)) from None
        desk.staff.log(reviewer.id, "reviewed", str(id))
        return back("/console/teach")

    @routes.get("/console/gaps", response_class=HTMLResponse)
    def gaps(request: Request) -> Response:
        adviser = gate.who(request)
        found = desk.gaps.find(now() - dt.timedelta(days=GAPS_DAYS))
        return gate.page(request, "gaps.html", adviser, gaps=found, days=GAPS_DAYS)

    return routes
