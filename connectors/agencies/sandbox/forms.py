"""Where a handover leads: a form of the agency's own, with the answers in it, which opens once."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from connectors.agencies.sandbox.handovers import Gone, Handovers
from connectors.agencies.sandbox.pages import TEMPLATES, page_headers


def make(handovers: Handovers) -> APIRouter:
    """The form's routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/forms/{token}")
    def front(request: Request, token: str) -> Response:
        return _page(request, handovers, token, opened=False)

    @routes.post("/forms/{token}")
    def opened(request: Request, token: str) -> Response:
        return _page(request, handovers, token, opened=True)

    return routes


def _page(request: Request, handovers: Handovers, token: str, *, opened: bool) -> Response:
    try:
        waiting = handovers.open(token) if opened else handovers.look(token)
    except Gone:
        return TEMPLATES.TemplateResponse(request, "form.html", {"waiting": None}, HTTPStatus.GONE, page_headers())
    return TEMPLATES.TemplateResponse(
        request, "form.html", {"waiting": waiting, "opened": opened, "token": token}, HTTPStatus.OK, page_headers()
    )
