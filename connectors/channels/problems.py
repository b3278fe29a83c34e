"""RFC 9457 problem documents: what went wrong and what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from cases import AnswersMissing, CannotStart, KeyReused, UnknownApplication
from conversations import BadMessage, RasaDown, UnknownConversation

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one field, and how to mend it."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Problem(Exception):
    """Raised by a route to answer with a problem document."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: list[FieldProblem] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.document = ProblemDocument(title=title, status=status, detail=detail, errors=errors or [])
        self.headers = headers


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemDocument, "content": {MEDIA_TYPE: {}}, "description": "A problem document."},
}
"""How the problem documents stand in the OpenAPI document."""

_TITLES = {
    400: ("The request can't be read", "Check that the body is valid JSON in UTF-8."),
    404: ("Not here", "Check the address. The list of addresses is at /api/openapi.json."),
    405: ("Not this way", "This address takes another method. See /api/openapi.json."),
    413: ("Too large", "Send less than the limit that is set for one request."),
    415: ("Wrong kind of body", "Send JSON, with Content-Type: application/json."),
}


def read(error: Exception) -> Problem:
    """The problem that stands for ``error``.

    Raises:
        TypeError: for an error that nobody expected.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, BadMessage):
        return Problem(422, "The message can't be taken", str(error))
    if isinstance(error, UnknownConversation):
        return Problem(
            401,
            "Not your conversation",
            "Send the token that came with the conversation as a bearer token, or open a new conversation.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if isinstance(error, UnknownApplication):
        return Problem(404, "No such application", "Check the reference and the access code. Both are on the receipt.")
    if isinstance(error, AnswersMissing):
        errors = [FieldProblem(field=f"answers.{fact}", message=text) for fact, text in error.problems.items()]
        return Problem(
            422, "Some answers are missing or wrong", "Mend the answers that are listed and send again.", errors
        )
    if isinstance(error, CannotStart):
        return Problem(422, "This service can't be started from here", str(error))
    if isinstance(error, KeyReused):
        return Problem(
            422, "The idempotency key was used before", "Use a new Idempotency-Key for a request that differs."
        )
    if isinstance(error, RasaDown):
        return Problem(
            503,
            "The assistant is away",
            "Try again in a minute. The services can be looked through meanwhile.",
            headers={"Retry-After": "10"},
        )
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        title, detail = _TITLES.get(error.status_code, (str(error.detail), "Check the request and try again."))
        return Problem(error.status_code, title, detail, headers=dict(error.headers or {}))
    raise TypeError(type(error).__name__)


def answer(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(
        problem.document.model_dump(mode="json", exclude_defaults=False),
        status_code=problem.document.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


KNOWN: tuple[type[Exception], ...] = (
    Problem,
    BadMessage,
    UnknownConversation,
    UnknownApplication,
    AnswersMissing,
    CannotStart,
    KeyReused,
    RasaDown,
    RequestValidationError,
    HTTPException,
)
"""The errors that :func:`read` knows."""


def install(
    app: FastAPI, page: Callable[[Request, ProblemDocument], Response]
) -> Callable[[Request, Problem], Response]:
    """Answers every error of ``app``: with a page where a person's browser asked, else with a problem document.

    Gives what does so, for those who refuse a request before it gets to the app.
    """

    def tell(request: Request, problem: Problem) -> Response:
        path, accepts = request.url.path, request.headers.get("accept", "")
        if "text/html" in accepts and not path.startswith(("/api/", "/internal/")):
            return page(request, problem.document)
        return answer(problem)

    async def known(request: Request, error: Exception) -> Response:
        return tell(request, read(error))

    async def unknown(request: Request, error: Exception) -> Response:
        # The type and the route, never the message: it could hold what a person wrote.
        route = getattr(request.scope.get("route"), "path", "?")
        _log.error("%s at %s %s", type(error).__name__, request.method, route, exc_info=error)
        return tell(
            request, Problem(500, "Something went wrong", "The fault is ours. Nothing is lost; please try again.")
        )

    for kind in KNOWN:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(Exception, unknown)
    return tell


def _invalid(error: RequestValidationError) -> Problem:
    errors = []
    for one in error.errors():
        if one["type"] == "json_invalid":
            return Problem(400, "The request can't be read", "The body is not valid JSON. Check quotes and commas.")
        field = ".".join(str(part) for part in one["loc"] if part not in ("body", "query", "path", "header"))
        errors.append(FieldProblem(field=field or "body", message=one["msg"].removeprefix("Value error, ")))
    return Problem(422, "The request can't be taken", "Mend what is listed and send it again.", errors)
