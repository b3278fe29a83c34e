"""The citizen's chat: pages that work without JavaScript (post, redirect, get), and live with it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import BadMessage, Conversation, Turn, UnknownConversation, follow
from conversations.messages import Question

COOKIE = "aratohu-conversation"


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The chat's addresses."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", response_class=HTMLResponse)
    def landing(request: Request) -> Response:
        events = list(house.catalogue.life_events.values())
        return pages.page(request, "landing.html", events=events, nonce=secrets.token_urlsafe(12))

    @routes.get("/chat", response_class=HTMLResponse)
    def chat(request: Request) -> Response:
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        if house.store.is_waiting(conversation.id):
            house.talk.retry(conversation.id)
        return _chat(request, conversation)

    @routes.post("/chat", response_class=HTMLResponse)
    def say(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        nonce: Annotated[str, Form(max_length=64)] = "",
        text: Annotated[str, Form()] = "",
        choice: Annotated[str, Form(max_length=200)] = "",
        since: Annotated[int, Form()] = 0,
    ) -> Response:
        forms.check(request, csrf)
        conversation = current(house, request)
        token: str | None = None
        if conversation is None:
            conversation, token = house.store.open(pages.language(request))
            house.talk.greet(conversation.id)
        try:
            reply = house.talk.receive(
                conversation.id, text=None if choice else text, choice=choice or None, nonce=nonce or None
            )
        except BadMessage as error:
            return _refused(request, conversation, text, str(error), token)
        if "hx-request" in request.headers and token is None:
            return _turns(request, house.store.turns(conversation.id, since))
        answer = RedirectResponse(f"/chat#turn-{reply.turn}", status_code=303)
        if token is not None:
            _remember(answer, conversation, token)
        return answer

    @routes.get("/chat/turns", response_class=HTMLResponse)
    def fresh(request: Request, since: int = 0) -> Response:
        """What was said after turn ``since``, for a page that was told of news or comes back from sleep."""
        conversation = current(house, request)
        if conversation is None:
            return Response(status_code=401)
        turns = house.store.turns(conversation.id, since)
        if not turns:
            return Response(status_code=204)
        return _turns(request, turns)

    @routes.get("/chat/events")
    async def events(
        request: Request, after: int = 0, last_event_id: Annotated[str, Header(max_length=20)] = ""
    ) -> Response:
        """Says that there are turns after the last one that the page knows, as server-sent events.

        An event ``turns`` has the newest turn's number as its id; the page then asks for what it lacks. An event
        ``holder`` says who has the conversation: ``assistant``, ``queue`` or ``adviser``.
        """
        conversation = await run_in_threadpool(current, house, request)
        if conversation is None:
            # To this answer a browser does not come back.
            return Response(status_code=204)
        since = int(last_event_id) if last_event_id.isdigit() else max(after, 0)
        return EventSourceResponse(_events(conversation, since), ping=3600)

    async def _events(conversation: Conversation, after: int) -> AsyncIterator[ServerSentEvent]:
        holder = ""
        yield ServerSentEvent(retry=2000, comment="here")
        # A conversation that was deleted meanwhile has no more news.
        with contextlib.suppress(UnknownConversation):
            async for turns in follow(house.store, conversation.id, after):
                now = (await run_in_threadpool(house.store.get, conversation.id)).holder
                if now != holder:
                    holder = now
                    yield ServerSentEvent(event="holder", data=holder)
                if turns:
                    yield ServerSentEvent(event="turns", id=str(turns[-1].number), data=str(turns[-1].number))
                else:
                    yield ServerSentEvent(comment="still here")

    @routes.post("/language", response_class=HTMLResponse)
    def speak(request: Request, csrf: Annotated[str, Form()] = "", language: Annotated[str, Form()] = "en") -> Response:
        forms.check(request, csrf)
        chosen = "mi" if language == "mi" else "en"
        conversation = current(house, request)
        if conversation is not None:
            house.store.speak(conversation.id, "mi" if chosen == "mi" else "en")
        back = request.headers.get("referer") or ""
        answer = RedirectResponse("/chat" if conversation and back.endswith("/chat") else "/", status_code=303)
        forms.set_cookie(answer, "aratohu-language", chosen)
        return answer

    @routes.post("/leave", response_class=HTMLResponse)
    def leave(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        """Ends the conversation on this browser: the next one starts afresh."""
        forms.check(request, csrf)
        answer = RedirectResponse("/", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    def _turns(request: Request, turns: list[Turn]) -> Response:
        return pages.fragment(
            request,
            "turns.html",
            turns=turns,
            asking=asking(turns),
            last=turns[-1].number if turns else 0,
            nonce=secrets.token_urlsafe(12),
            composer=True,
        )

    def _chat(
        request: Request,
        conversation: Conversation,
        draft_text: str = "",
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        turns = house.store.turns(conversation.id)
        return pages.page(
            request,
            "chat.html",
            status=status,
            turns=turns,
            asking=asking(turns),
            last=turns[-1].number if turns else 0,
            draft_text=draft_text,
            error=error,
            nonce=secrets.token_urlsafe(12),
        )

    def _refused(request: Request, conversation: Conversation, text: str, error: str, token: str | None) -> Response:
        if "hx-request" in request.headers and token is None:
            return pages.fragment(
                request,
                "composer.html",
                turns=[],
                asking=asking(house.store.turns(conversation.id)),
                last=house.store.turns(conversation.id)[-1].number,
                draft_text=text,
                error=error,
                nonce=secrets.token_urlsafe(12),
                retarget="#composer",
            )
        answer = _chat(request, conversation, draft_text=text, error=error, status=422)
        if token is not None:
            _remember(answer, conversation, token)
        return answer

    def _remember(answer: Response, conversation: Conversation, token: str) -> None:
        forms.set_cookie(answer, COOKIE, f"{conversation.id}.{token}")

    return routes


def current(house: House, request: Request) -> Conversation | None:
    """The conversation that this browser holds the token of, if any."""
    id, _, token = request.cookies.get(COOKIE, "").partition(".")
    try:
        return house.store.find(id, token) if token else None
    except UnknownConversation:
        return None


def asking(turns: list[Turn]) -> Question | None:
    """The question that is open: the last message of the last turn, if it is one."""
    if not turns or not turns[-1].messages:
        return None
    last = turns[-1].messages[-1]
    return last if isinstance(last, Question) else None
