"""Puts the console's pages into the app."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from connectors.channels.console import (
    behalf,
    board,
    call_back,
    calls,
    other_desks,
    signin,
    stuck,
    supervise,
    teach,
    workspace,
)
from connectors.channels.console.assist import Assist
from connectors.channels.console.gate import Gate, SignInFirst
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House


def install(app: FastAPI, house: House, pages: Pages, forms: Forms) -> None:
    """Adds every address of the console, and sends to the sign-in page whoever has no session."""
    gate = Gate(house, pages, forms)
    assist = Assist(house)

    def sign_in(request: Request, error: Exception) -> Response:
        if request.headers.get("hx-request") or request.url.path == "/console/events":
            # A part of a page would show the form in its place; the page itself goes there.
            return Response(status_code=401, headers={"HX-Redirect": "/console/sign-in"})
        return RedirectResponse("/console/sign-in", status_code=303)

    app.add_exception_handler(SignInFirst, sign_in)
    app.include_router(call_back.router(house, pages, forms))
    app.include_router(signin.router(gate, pages))
    app.include_router(board.router(gate))
    app.include_router(calls.router(gate, assist))
    app.include_router(behalf.router(gate))
    app.include_router(teach.router(gate))
    app.include_router(stuck.router(gate))
    # After those: its last address takes whatever act is named.
    app.include_router(workspace.router(gate, assist))
    app.include_router(supervise.router(gate))
    app.include_router(other_desks.router(house))
