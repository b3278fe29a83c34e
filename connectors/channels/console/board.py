"""The board: who waits, what one has, who is there; and the stream that keeps pages up to date."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import HTMLResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from connectors.channels.console.gate import HOME, Gate, back
from conversations.desk.handover import TooLate
from conversations.desk.staff import Adviser

PULSE = 10.0
"""Seconds between two signs of life that a page is asked for. It is asked, since a timer of its own sleeps in a tab
that is not looked at."""


def router(gate: Gate) -> APIRouter:
    """The board's addresses."""
    routes = APIRouter(include_in_schema=False)
    desk, store = gate.desk, gate.house.store

    @routes.get(HOME, response_class=HTMLResponse)
    def board(request: Request) -> Response:
        adviser = gate.who(request)
        desk.notes.look_away(adviser.id)
        return gate.page(request, "board.html", adviser, rows=_rows(adviser))

    @routes.get("/console/board", response_class=HTMLResponse)
    def part(request: Request) -> Response:
        adviser = gate.who(request, used=False)
        return gate.page(request, "board-part.html", adviser, rows=_rows(adviser))

    @routes.post("/console/presence", response_class=HTMLResponse)
    def be(request: Request, csrf: Annotated[str, Form()] = "", presence: Annotated[str, Form()] = "away") -> Response:
        adviser = gate.acting(request, csrf)
        desk.staff.be(adviser.id, "here" if presence == "here" else "away")
        return back(_from(request))

    @routes.post("/console/next", response_class=HTMLResponse)
    def take_next(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        """Takes the first that waits; where somebody else was faster, the one after it."""
        adviser = gate.acting(request, csrf)
        held = [one for one in desk.handovers.queue.held(adviser.id) if one.channel == "chat"]
        if len(held) >= adviser.capacity:
            said = f"You have {len(held)} chats, as many as your settings allow. Close one, or take this one by itself."
            return gate.page(request, "board.html", adviser, status=409, error=said, rows=_rows(adviser))
        for handover in desk.handovers.queue.waiting(adviser):
            try:
                taken = desk.handovers.take(handover.id, adviser)
            except TooLate:
                continue
            desk.staff.log(adviser.id, "took", taken.conversation)
            return back(f"/console/conversations/{taken.conversation}")
        return back(HOME)

    @routes.get("/console/settings", response_class=HTMLResponse)
    def choose(request: Request) -> Response:
        return gate.page(request, "settings.html", gate.who(request))

    @routes.post("/console/settings", response_class=HTMLResponse)
    def chosen(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        on: Annotated[list[str] | None, Form()] = None,
        languages: Annotated[list[str] | None, Form()] = None,
        skills: Annotated[list[str] | None, Form()] = None,
        capacity: Annotated[int, Form(ge=1, le=20)] = 4,
    ) -> Response:
        adviser = gate.acting(request, csrf)
        settings = {name: name in (on or []) for name in ("sound", "notify", "keys")}
        known = [one for one in skills or [] if one in gate.house.catalogue.life_events]
        spoken = [one for one in languages or [] if one in ("en", "mi")] or ["en"]
        desk.staff.change(adviser.id, settings=settings, capacity=capacity, languages=spoken, skills=known)
        return back("/console/settings?saved=1")

    @routes.get("/console/keys", response_class=HTMLResponse)
    def keys(request: Request) -> Response:
        return gate.page(request, "keys.html", gate.who(request))

    @routes.post("/console/beat")
    def beat(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        looking: Annotated[str, Form(max_length=32)] = "",
    ) -> Response:
        """A page's answer to a pulse: it is there, and looks at this conversation."""
        adviser = gate.who(request, used=False)
        gate.forms.check(request, csrf)
        desk.staff.beat(adviser.id)
        if looking and any(True for _ in desk.handovers.queue.of(looking)):
            desk.notes.look(looking, adviser.id)
        return Response(status_code=204)

    @routes.get("/console/events")
    async def events(
        request: Request,
        conversation: str = "",
        after: int = 0,
        last_event_id: Annotated[str, Header(max_length=20)] = "",
    ) -> Response:
        """What is new, as server-sent events: ``board`` when the queue or what one has changed, ``turns`` with the
        newest number in the conversation that is looked at, ``looking`` with who else does, ``pulse`` to be answered.
        """
        adviser = await run_in_threadpool(gate.who, request, used=False)
        since = int(last_event_id) if last_event_id.isdigit() else max(after, 0)
        return EventSourceResponse(_events(adviser, conversation, since), ping=3600)

    async def _events(adviser: Adviser, conversation: str, after: int) -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(retry=2000, event="pulse", data="0")
        shown = looking = ""
        loop = asyncio.get_running_loop()
        next_pulse = loop.time() + PULSE
        with store.news.watch() as bell:
            while not store.news.is_closing:
                seen = await run_in_threadpool(_seen, adviser, conversation, after)
                if seen["turn"] > after:
                    after = seen["turn"]
                    yield ServerSentEvent(event="turns", id=str(after), data=str(after))
                if seen["looking"] != looking:
                    looking = seen["looking"]
                    yield ServerSentEvent(event="looking", data=looking)
                if seen["board"] != shown:
                    if shown:
                        yield ServerSentEvent(event="board", data=json.dumps({"waiting": seen["waiting"]}))
                    shown = seen["board"]
                if loop.time() >= next_pulse:
                    next_pulse = loop.time() + PULSE
                    yield ServerSentEvent(event="pulse", data="0")
                await bell.changed(min(2.0, max(0.05, next_pulse - loop.time())))

    def _seen(adviser: Adviser, conversation: str, after: int) -> dict[str, Any]:
        """What the page should know by now."""
        waiting, held = desk.handovers.queue.waiting(adviser), desk.handovers.queue.held()
        known = [(one.id, one.version, one.state, one.adviser) for one in (*waiting, *held)]
        others = [(one.id, one.is_here) for one in desk.staff.all()]
        turns = store.turns(conversation, after) if conversation else []
        names = desk.notes.looking(conversation, adviser.id) if conversation else []
        return {
            "board": hashlib.sha256(repr((known, others)).encode()).hexdigest(),
            "waiting": len(waiting),
            "turn": turns[-1].number if turns else after,
            "looking": ", ".join(names),
        }

    def _rows(adviser: Adviser) -> list[dict[str, Any]]:
        """What waits, each with what it has in common with the adviser, and who else looks at it."""
        return [
            {
                "handover": one,
                "minutes": int(one.waited.total_seconds() // 60),
                "language_fits": one.language in adviser.languages,
                "skill_fits": one.life_event in adviser.skills,
                "looking": desk.notes.looking(one.conversation, adviser.id),
            }
            for one in desk.handovers.queue.waiting(adviser)
        ]

    return routes


def _from(request: Request) -> str:
    """The page of ours that the form was on."""
    path = request.headers.get("x-console-page") or HOME
    return path if path.startswith("/console") else HOME
