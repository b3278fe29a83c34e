"""Coming back to a conversation: with its code and its key, on any device. A page, and an address of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import Field

from connectors.channels.api import API, Body, OpenedConversation
from connectors.channels.chat import COOKIE
from connectors.channels.problems import RESPONSES, Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import Conversation, UnknownConversation
from storage.secrets import digest, tidy

FROM_ONE_ADDRESS = "20/15minute"
FOR_ONE_CODE = "10/15minute"
"""Tries in a quarter of an hour. A key has some 78 bits; nobody gets anywhere near one at that pace."""


class CodeAndKey(Body):
    """What opens a conversation again."""

    code: str = Field(max_length=40)
    key: str = Field(max_length=60)


class _TooOften(Exception):
    """Tried more often than a person would."""


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The page and the address."""
    routes = APIRouter()
    limiter = MovingWindowRateLimiter(MemoryStorage())
    per_address, per_code = parse(FROM_ONE_ADDRESS), parse(FOR_ONE_CODE)

    def reopen(request: Request, code: str, key: str) -> tuple[Conversation, str]:
        client = request.client.host if request.client else "unknown"
        # Both are counted, so that neither many codes from one place nor one code from many places can be tried.
        allowed = [limiter.hit(per_address, "address", client), limiter.hit(per_code, "code", digest(tidy(code)))]
        if not all(allowed):
            raise _TooOften
        return house.store.reopen(code, key)

    @routes.get("/resume", response_class=HTMLResponse, include_in_schema=False)
    def ask(request: Request) -> Response:
        return pages.page(request, "resume.html", error=None, code="")

    @routes.post("/resume", response_class=HTMLResponse, include_in_schema=False)
    def open_(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        code: Annotated[str, Form(max_length=40)] = "",
        key: Annotated[str, Form(max_length=60)] = "",
    ) -> Response:
        forms.check(request, csrf)
        language = pages.language(request)
        try:
            conversation, token = reopen(request, code, key)
        except _TooOften:
            error = house.words.text("resume_too_often", language)
            return pages.page(request, "resume.html", status=429, error=error, code=code)
        except UnknownConversation:
            error = house.words.text("resume_wrong", language)
            return pages.page(request, "resume.html", status=422, error=error, code=code)
        answer = RedirectResponse("/chat", status_code=303)
        forms.set_cookie(answer, COOKIE, f"{conversation.id}.{token}", request)
        return answer

    @routes.post(f"{API}/conversations/resume", responses=RESPONSES, tags=["conversations"])
    def resume(request: Request, body: CodeAndKey) -> OpenedConversation:
        """Opens a conversation again with its code and its key. The token is a further one; the others stay good."""
        try:
            conversation, token = reopen(request, body.code, body.key)
        except _TooOften:
            raise Problem(
                429,
                "Too many tries",
                "Wait a quarter of an hour, then try again. Nothing is lost.",
                headers={"Retry-After": "900"},
            ) from None
        except UnknownConversation:
            raise Problem(
                404,
                "No such conversation",
                "No conversation has this code and key. Check both and try again, or open a new conversation.",
            ) from None
        turns = house.store.turns(conversation.id)
        last = [turn.messages for turn in turns if turn.by == "assistant"][-1:]
        return OpenedConversation(id=conversation.id, token=token, messages=last[0] if last else [])

    return routes
