"""Calls and the counter: what the caller says is typed, pasted, or streamed in; hints come with every utterance."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, Response

from connectors.channels.console.assist import Assist, Hint
from connectors.channels.console.gate import Gate, back
from conversations import BadMessage, Turn
from conversations.desk.staff import Adviser
from conversations.talk import tidy
from storage import now

LONGEST_LINE = 8_000
REFUSED = 4401
BAD = 4400


def router(gate: Gate, assist: Assist) -> APIRouter:
    """The addresses of calls."""
    routes = APIRouter(include_in_schema=False)
    desk, store = gate.desk, gate.house.store

    @routes.post("/console/calls", response_class=HTMLResponse)
    def begin(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        channel: Annotated[str, Form()] = "call",
        language: Annotated[str, Form()] = "en",
    ) -> Response:
        adviser = gate.acting(request, csrf)
        teams = desk.teams.all()
        agency = next((teams[one].agency for one in adviser.teams if one in teams), None)
        made = desk.handovers.open_call(adviser, "counter" if channel == "counter" else "call", language, agency)
        desk.staff.log(adviser.id, f"began a {made.channel}", made.conversation)
        return back(f"/console/conversations/{made.conversation}")

    @routes.post("/console/conversations/{id}/heard", response_class=HTMLResponse)
    def heard(
        request: Request, id: str, csrf: Annotated[str, Form()] = "", text: Annotated[str, Form()] = ""
    ) -> Response:
        """What the caller said, a line for each utterance."""
        adviser = gate.acting(request, csrf)
        if not _holds(adviser, id):
            return back(f"/console/conversations/{id}")
        for line in text.splitlines():
            _keep(id, line)
        return back(f"/console/conversations/{id}#end")

    @routes.websocket("/api/v1/desk/calls/{id}/transcript")
    async def transcript(socket: WebSocket, id: str) -> None:
        """Takes a transcript line by line, ``{"text": …, "by": "caller" | "adviser"}``, and answers each line of the
        caller's with a hint. Asks for a desk's token (``Authorization: Bearer``) or an adviser's session.
        """
        adviser = await asyncio.to_thread(_of, socket)
        await socket.accept()
        if adviser is None or not await asyncio.to_thread(_may_hear, adviser, id):
            await socket.close(REFUSED, "Sign in, and hold the conversation.")
            return
        try:
            while True:
                line: Any = await socket.receive_json()
                if not isinstance(line, dict) or not isinstance(line.get("text"), str):
                    await socket.send_json({"error": "Send {“text”: “what was said”, “by”: “caller” or “adviser”}."})
                    continue
                began = time.perf_counter()
                hint = await asyncio.to_thread(_hear, id, line["text"], str(line.get("by") or "caller"))
                made: dict[str, Any] = hint.model_dump(mode="json") if hint else {"heard": True}
                made["took_ms"] = round((time.perf_counter() - began) * 1000, 1)
                await socket.send_json(made)
        except WebSocketDisconnect:
            return
        except ValueError:
            await socket.close(BAD, "Send JSON.")

    def _of(socket: WebSocket) -> Adviser | None:
        scheme, _, token = socket.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return desk.staff.desk(token.strip())
        # A page of another site could open a socket with the session's cookie, but not from our own address.
        origin = urlsplit(socket.headers.get("origin", "")).netloc
        if not origin or origin != socket.headers.get("host"):
            return None
        return desk.staff.session(socket.cookies.get(gate.cookie, ""))

    def _may_hear(adviser: Adviser, id: str) -> bool:
        there = desk.handovers.queue.open_one(id)
        if there is None or there.state != "held":
            return False
        if adviser.is_desk:
            return there.channel in ("call", "counter") and there.team in (adviser.teams or [there.team])
        return there.adviser == adviser.id

    def _holds(adviser: Adviser, id: str) -> bool:
        there = desk.handovers.queue.open_one(id)
        return there is not None and there.adviser == adviser.id

    def _keep(id: str, text: str, by: Any = "person") -> bool:
        try:
            clean = tidy(text[:LONGEST_LINE])
        except BadMessage:
            return False
        store.add(id, Turn(number=0, by=by, at=now(), text=clean), by_desk=True)
        return True

    def _hear(id: str, text: str, by: str) -> Hint | None:
        kept = _keep(id, text, "adviser" if by == "adviser" else "person")
        if not kept or by == "adviser":
            return None
        return assist.read(id, store.turns(id))

    return routes
