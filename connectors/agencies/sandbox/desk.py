"""The agencies' desk: a page, and the same over JSON, where one acts as an agency and moves applications along."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from connectors.agencies.contract import Answers, Application, State
from connectors.agencies.sandbox.faults import Fault, Faults, NewFault
from connectors.agencies.sandbox.office import Office
from connectors.agencies.sandbox.pages import HERE, TEMPLATES, page_headers
from connectors.agencies.sandbox.problems import Refused, responses
from connectors.agencies.sandbox.register import MOVES, Filed, Register

_SHOWN = 100
_COOKIE = "aratohu_desk"
BUTTONS: dict[State, str] = {
    "received": "Receive",
    "more_information_needed": "Ask for more",
    "approved": "Approve",
    "declined": "Decline",
    "completed": "Complete",
}
STATES: dict[State, str] = {
    "received": "Received",
    "more_information_needed": "Waiting for the person",
    "approved": "Approved",
    "declined": "Declined",
    "completed": "Completed",
    "withdrawn": "Withdrawn",
}


routes = APIRouter(prefix="/desk")


class FiledApplication(BaseModel):
    """An application as its agency has it: with the answers and the consent that came with it."""

    agency: str
    application: Application
    answers: Answers
    consent: dict[str, str]
    language: str
    webhooks: dict[str, int] = Field(description="how many were sent, are waiting, were given up")


class Move(BaseModel):
    """What the desk decides. ``wanted`` are the facts that it asks for, where it needs more."""

    model_config = ConfigDict(extra="forbid")

    state: State
    message: str | None = Field(default=None, max_length=2000)
    wanted: list[str] = Field(default=[], max_length=50)


def _register(request: Request) -> Register:
    register: Register = request.app.state.register
    return register


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


def _offices(request: Request) -> Mapping[str, Office]:
    offices: Mapping[str, Office] = request.app.state.offices
    return offices


@routes.get("/api/applications", summary="Applications, newest first", tags=["desk"])
def listed(request: Request, agency: str | None = None) -> list[FiledApplication]:
    """What has arrived, at one agency or at all."""
    return [FiledApplication.model_validate(one, from_attributes=True) for one in _register(request).filed(agency)]


@routes.post(
    "/api/applications/{id}/move",
    summary="Decide about an application",
    tags=["desk"],
    responses=responses(400, 404, 409, 413, 422),
)
def move(request: Request, id: str, decided: Move) -> Application:
    """Moves an application along, as the agency would. 409 where it can't become that."""
    return _register(request).move(id, decided.state, decided.message, decided.wanted)


@routes.get("/api/faults", summary="Faults that are switched on", tags=["faults"])
def faults(request: Request) -> list[Fault]:
    """Those still to come."""
    return _faults(request).all()


@routes.post(
    "/api/faults", status_code=201, summary="Switch a fault on", tags=["faults"], responses=responses(400, 413, 422)
)
def add_fault(request: Request, fault: NewFault) -> Fault:
    """For the next `count` calls of an agency, or its next webhooks; or for a time. `*` means every agency."""
    if fault.agency != "*" and fault.agency not in _offices(request):
        said = {"agency": f"Choose one of: {', '.join(_offices(request))}, or * for all."}
        raise Refused(422, "agency", "No such agency", "Choose another one.", said)
    return _faults(request).add(fault)


@routes.delete("/api/faults", status_code=204, summary="Switch all faults off", tags=["faults"])
def clear_faults(request: Request) -> None:
    """None come any more."""
    _faults(request).clear()


@routes.get("/desk.css", include_in_schema=False)
def style() -> FileResponse:
    """The page's style."""
    return FileResponse(HERE / "static" / "desk.css", media_type="text/css")


@routes.get("", include_in_schema=False)
def front(request: Request) -> Response:
    """The agencies, with how much waits at each."""
    return _front(request)


@routes.get("/agencies/{agency}", include_in_schema=False)
def page(request: Request, agency: str, moved: str | None = None) -> Response:
    """One agency's applications, with a button for each thing that can be done."""
    office = _offices(request).get(agency)
    return _page(request, office, moved=moved) if office else _front(request, 404, wrong="There is no such agency.")


@routes.post("/applications/{id}/move", include_in_schema=False)
def press(
    request: Request,
    id: str,
    state: Annotated[str, Form(max_length=40)] = "",
    message: Annotated[str, Form(max_length=2000)] = "",
    form_token: Annotated[str, Form(max_length=200)] = "",
    ask_for: Annotated[list[str] | None, Form(max_length=50)] = None,
) -> Response:
    """A button was pressed: does it and goes back to the page."""
    office = _offices(request).get(_register(request).agency_of(id) or "")
    if office is None:
        return _front(request, 404, wrong="No such application.")
    if not hmac.compare_digest(form_token.encode(), _form_token(request, request.cookies.get(_COOKIE, "")).encode()):
        said = "This page was too old, or came from elsewhere. Press the button again."
        return _page(request, office, 403, wrong=(id, said))
    wanted = next((one for one in BUTTONS if one == state), None)
    if wanted is None:
        return _page(request, office, 422, wrong=(id, "Press one of the buttons."))
    try:
        _register(request).move(id, wanted, message or None, ask_for or ())
    except Refused as refused:
        said = " ".join([refused.problem.title + ".", *(one.message for one in refused.problem.errors)])
        return _page(request, office, refused.problem.status or 422, wrong=(id, said), typed=message)
    return RedirectResponse(f"/desk/agencies/{office.id}?moved={id}#{id}", HTTPStatus.SEE_OTHER)


def _front(request: Request, status: int = 200, *, wrong: str | None = None) -> Response:
    waiting = _register(request).waiting()
    context = {
        "offices": [(office, *waiting.get(office.id, (0, 0))) for office in _offices(request).values()],
        "wrong": wrong,
    }
    return TEMPLATES.TemplateResponse(request, "agencies.html", context, status, page_headers())


def _page(
    request: Request,
    office: Office,
    status: int = 200,
    *,
    moved: str | None = None,
    wrong: tuple[str, str] | None = None,
    typed: str = "",
) -> Response:
    cookie = request.cookies.get(_COOKIE) or secrets.token_urlsafe(32)
    context: dict[str, Any] = {
        "office": office,
        "filed": _register(request).filed(office.id, _SHOWN),
        "moved": moved,
        "wrong": wrong,
        "typed": typed,
        "states": STATES,
        "buttons_for": _buttons,
        "form_token": _form_token(request, cookie),
        "shown": _SHOWN,
    }
    response = TEMPLATES.TemplateResponse(request, "desk.html", context, status, page_headers())
    response.set_cookie(_COOKIE, cookie, path="/desk", httponly=True, samesite="strict")
    return response


def _buttons(filed: Filed) -> list[tuple[State, str]]:
    payment = filed.application.payment
    unpaid = payment is not None and payment.state == "due"
    return [
        (state, BUTTONS[state])
        for state in MOVES[filed.application.state]
        if not (unpaid and state in ("approved", "completed"))
    ]


def _form_token(request: Request, cookie: str) -> str:
    # A page elsewhere can make a browser send the cookie, but can't know what goes with it.
    key: bytes = request.app.state.form_key
    return hmac.new(key, cookie.encode(), hashlib.sha256).hexdigest() if cookie else secrets.token_hex(32)
