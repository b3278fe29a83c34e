"""RFC 9457 problem documents, for everything that the sandbox refuses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import fastapi
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.agencies.contract import FieldError, Problem, TokenError

MEDIA_TYPE = "application/problem+json"
LARGEST_BODY = 65_536
"""Bytes."""
LARGEST_UPLOAD = 11_000_000
"""Bytes, where a document may come."""

_SEEN_IN = ("body", "query", "path", "header")
_log = logging.getLogger(__name__)


class Refused(Exception):
    """Answered with a problem document.

    Args:
        kind: the last part of the problem's type, such as ``answers``.
        errors: what is wrong, by field.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.problem = Problem(
            type=f"urn:aratohu:problem:{kind}",
            title=title,
            status=status,
            detail=detail,
            errors=[FieldError(field=field, message=message) for field, message in (errors or {}).items()],
        )
        self.headers = headers


class NoGrant(Exception):
    """No access token is given; answered as RFC 6749 section 5.2 says."""

    def __init__(self, status: int, error: TokenError) -> None:
        super().__init__(error.error)
        self.status = status
        self.error = error


class BodyLimit:
    """ASGI middleware: a body of more than :data:`LARGEST_BODY` bytes is not read to its end. Announced or not.

    A document may be longer, up to :data:`LARGEST_UPLOAD`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        read = 0
        largest = LARGEST_UPLOAD if scope.get("path", "").endswith("/v1/documents") else LARGEST_BODY

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > largest:
                # FastAPI lets its own kind of error through while it reads a body, and no other.
                raise fastapi.HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, counted, send)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the problems with these statuses stand in the OpenAPI document."""
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses}


class Documented(FastAPI):
    """A program whose OpenAPI document has the problems under their own media type, which FastAPI can't be told."""

    def openapi(self) -> dict[str, Any]:
        """The document, OpenAPI 3.1."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_media_type(super().openapi())
        return self.openapi_schema


def _with_media_type(openapi: dict[str, Any]) -> dict[str, Any]:
    for path in [*openapi.get("paths", {}).values(), *openapi.get("webhooks", {}).values()]:
        for operation in path.values():
            for status, response in list(operation["responses"].items()):
                content = response.get("content", {})
                schema = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
                if schema == "Problem":
                    content[MEDIA_TYPE] = content.pop("application/json")
                elif schema == "HTTPValidationError":
                    # FastAPI's own, which is never sent.
                    del operation["responses"][status]
    for name in ("HTTPValidationError", "ValidationError"):
        openapi.get("components", {}).get("schemas", {}).pop(name, None)
    return openapi


def install(app: FastAPI) -> None:
    """Answers every error of ``app`` with a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(NoGrant, _no_grant)
    app.add_exception_handler(RequestValidationError, _not_readable)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, _broken)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as a response."""
    return JSONResponse(
        problem.model_dump(mode="json", exclude_none=True),
        status_code=problem.status or HTTPStatus.INTERNAL_SERVER_ERROR,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - registered for nothing else
    return answer(error.problem, error.headers)


async def _no_grant(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NoGrant)  # noqa: S101 - registered for nothing else
    headers = {"Cache-Control": "no-store"}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="applications"'
    return JSONResponse(error.error.model_dump(exclude_none=True), error.status, headers)


async def _not_readable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    if request.url.path.endswith("/oauth/token"):
        said = TokenError(error="invalid_request", error_description="Send grant_type=client_credentials as a form.")
        return await _no_grant(request, NoGrant(HTTPStatus.BAD_REQUEST, said))
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return answer(Refused(400, "syntax", "This is not JSON", "Check quotes, commas and brackets.").problem)
    wrong = {_field(one["loc"]): str(one["msg"]) for one in found}
    if any(one["loc"][0] == "header" for one in found):
        return answer(Refused(400, "header", "A header is missing or wrong", "Mend the header.", wrong).problem)
    return answer(Refused(422, "form", "The request has another form", "Mend the fields below.", wrong).problem)


async def _by_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    phrase = HTTPStatus(error.status_code).phrase
    problem = Problem(title=phrase, status=error.status_code, detail=f"{phrase}. See the OpenAPI document.")
    return answer(problem, error.headers)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    # The kind of error alone: its text might hold an answer.
    _log.error("the sandbox failed: %s", type(error).__name__)
    return answer(Problem(title="The fault is ours", status=500, detail="Try again later."))


def _field(place: tuple[int | str, ...]) -> str:
    # A key can hold half a surrogate pair, which no JSON may.
    said = ".".join(str(part) for part in place if part not in _SEEN_IN)
    return said.encode(errors="replace").decode() or "body"
