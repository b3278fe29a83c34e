"""The citizen's chat: pages that work without JavaScript (post, redirect, get), and live with it."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from actions import off
from actions.speaker import Speaker
from connectors.channels import outline, pdf
from connectors.channels.marking import labels
from connectors.channels.problems import Problem
from connectors.channels.rendering import LANGUAGE_COOKIE, Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import BadMessage, Conversation, RasaDown, Turn, Undo, UnknownConversation, follow
from conversations.messages import Question

COOKIE = "aratohu-conversation"
MOST_TABS = 12
"""Pages that may follow one conversation at a time. Others see what is new when they are loaded or send something."""


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The chat's addresses."""
    routes = APIRouter(include_in_schema=False)
    undo = Undo(house.database, house.store)
    limiter = MovingWindowRateLimiter(MemoryStorage())
    rate = parse(f"{house.settings.messages_a_minute}/minute")

    @routes.get("/", response_class=HTMLResponse)
    def landing(request: Request) -> Response:
        return _landing(request)

    @routes.get("/chat", response_class=HTMLResponse)
    def chat(request: Request) -> Response:
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        answer = _chat(request, conversation)
        if house.store.is_waiting(conversation.id):
            # Afterwards: the page must not wait for an assistant that is away. It is told when there is an answer.
            answer.background = BackgroundTask(house.talk.retry, conversation.id)
        return answer

    @routes.post("/chat", response_class=HTMLResponse)
    def say(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        nonce: Annotated[str, Form(max_length=64)] = "",
        text: Annotated[str, Form()] = "",
        choice: Annotated[str, Form(max_length=200)] = "",
        tick: Annotated[list[str] | None, Form(max_length=20)] = None,
        listed: Annotated[bool, Form()] = False,
        rest: Annotated[Literal["", "unsure"], Form()] = "",
        since: Annotated[int, Form()] = 0,
    ) -> Response:
        forms.check(request, csrf)
        conversation = current(house, request)
        token: str | None = None
        ticked = tick or []
        if listed and not choice:
            choice = f"{rest or 'tick'}:{'+'.join(ticked) or ('none' if rest else '')}"
        if conversation is None and "hx-request" in request.headers:
            # The page starts afresh and brings the words along.
            return Response(status_code=401)
        if conversation is None and since:
            ended = pages.text(request, "chat_ended")
            return _landing(request, draft_text=text, error=ended, status=401)
        if conversation is not None and not limiter.hit(rate, conversation.id):
            return _too_many(request, conversation, text)
        if conversation is None:
            conversation, token = house.store.open(pages.language(request), pages.agency(request))
            house.talk.greet(conversation.id)
        if choice == "tick:" or ("none" in ticked and len(ticked) > 1):
            # Nothing was ticked, or "None of these" beside something that is.
            return _refused(request, conversation, "", pages.text(request, "tick_nothing"), token, ticked=ticked)
        try:
            reply = house.talk.receive(
                conversation.id, text=None if choice else text, choice=choice or None, nonce=nonce or None
            )
        except BadMessage as error:
            return _refused(request, conversation, text, str(error), token)
        if "hx-request" in request.headers and token is None:
            return _turns(request, conversation, house.store.turns(conversation.id, since))
        answer = RedirectResponse(f"/chat#turn-{reply.turn}", status_code=303)
        if token is not None:
            _remember(request, answer, conversation, token)
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
        return _turns(request, conversation, turns)

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
        if house.store.news.followers(conversation.id) >= MOST_TABS:
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

    @routes.post("/chat/back", response_class=HTMLResponse)
    def take_back(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        turn: Annotated[int, Form()] = 0,
        edit: Annotated[int, Form()] = 0,
    ) -> Response:
        """Takes back turn ``turn``, the last message; or ``edit``, whose words come back into the box."""
        forms.check(request, csrf)
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        try:
            taken = house.talk.take_back(conversation.id, turn or edit)
        except RasaDown:
            return _chat(request, conversation, error=pages.text(request, "chat_back_later"), status=503)
        if taken is None:
            return _chat(request, conversation, error=pages.text(request, "chat_back_not"), status=409)
        house.ledger.note("message_taken_back")
        if edit and taken.text and not taken.choice:
            return _chat(request, conversation, draft_text=taken.text, focus=True)
        return RedirectResponse("/chat#composer", status_code=303)

    @routes.post("/chat/opinion", response_class=HTMLResponse)
    def opine(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        turn: Annotated[int, Form()] = 0,
        useful: Annotated[str, Form()] = "",
    ) -> Response:
        """Whether an answer was useful."""
        forms.check(request, csrf)
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        if not any(one.number == turn and one.by != "person" for one in house.store.turns(conversation.id, turn - 1)):
            raise Problem(422, "No such answer", "Load the page again and choose at the answer that you mean.")
        is_useful = useful == "yes"
        if house.opinions.give(conversation.id, turn, is_useful):
            house.ledger.note("answer_useful" if is_useful else "answer_not_useful")
        if "hx-request" in request.headers:
            return pages.fragment(request, "opinion.html", turn=turn, opinion=is_useful)
        return RedirectResponse(f"/chat#turn-{turn}", status_code=303)

    @routes.get("/chat/notes.{kind}")
    def notes(request: Request, kind: Literal["txt", "pdf"]) -> Response:
        """The conversation to keep, under a name that tells nothing."""
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        language = pages.language(request)
        words = labels(house.words, language)
        made = outline.transcript(words("notes_title"), house.store.turns(conversation.id), words, language)
        name = f"notes-{house.rooms.today().isoformat()}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if kind == "pdf":
            return Response(pdf.make(made), media_type="application/pdf", headers=headers)
        return PlainTextResponse(outline.text(made), headers=headers)

    @routes.get("/exit")
    def exit_quickly(request: Request) -> Response:
        """Goes to another site, and leaves nothing of the conversation behind in this browser."""
        answer = RedirectResponse(house.settings.leave_to, status_code=303)
        forms.forget(request, answer)
        answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return answer

    @routes.post("/language", response_class=HTMLResponse)
    def speak(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "en",
        back: Annotated[str, Form(max_length=300)] = "/",
    ) -> Response:
        forms.check(request, csrf)
        chosen = "mi" if language == "mi" else "en"
        conversation = current(house, request)
        if conversation is not None:
            house.store.speak(conversation.id, "mi" if chosen == "mi" else "en")
        # Only to a page of ours: what begins with two slashes would be another site. Some are only posted to.
        back = re.sub(r"^(/chat|/plans/[\w-]+)/\w+$", r"\1", back)
        is_ours = re.fullmatch(r"/(?!/)[\w./-]*", back) is not None and back != "/language"
        answer = RedirectResponse(back if is_ours else "/", status_code=303)
        forms.set_cookie(answer, LANGUAGE_COOKIE, chosen, request)
        return answer

    @routes.post("/leave", response_class=HTMLResponse)
    def leave(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        """Ends the conversation on this browser: the next one starts afresh."""
        forms.check(request, csrf)
        conversation = current(house, request)
        if conversation is not None:
            # Nobody waits for who has left, and an adviser sees it.
            house.desk.handovers.leave(conversation.id)
        answer = RedirectResponse("/", status_code=303)
        forms.delete_cookie(request, answer, COOKIE)
        return answer

    def _turns(request: Request, conversation: Conversation, turns: list[Turn]) -> Response:
        answer = pages.fragment(
            request,
            "turns.html",
            turns=_shown(conversation, turns),
            asking=asking(turns),
            last=turns[-1].number if turns else 0,
            nonce=secrets.token_urlsafe(12),
            composer=True,
            undoable=undo.possible(conversation.id),
            opinions=house.opinions.of(conversation.id),
        )
        if gone := undo.gone(conversation.id):
            answer.headers["HX-Trigger-After-Swap"] = json.dumps({"gone": gone})
        return answer

    def _shown(conversation: Conversation, turns: list[Turn]) -> list[Turn]:
        return off.shown(Speaker(house.rooms, conversation.language), turns)

    def _landing(request: Request, draft_text: str = "", error: str | None = None, status: int = 200) -> Response:
        return pages.page(
            request,
            "landing.html",
            status=status,
            events=list(house.catalogue.life_events.values()),
            nonce=secrets.token_urlsafe(12),
            draft_text=draft_text,
            error=error,
        )

    def _too_many(request: Request, conversation: Conversation, text: str) -> Response:
        if "hx-request" in request.headers:
            return Response(status_code=429, headers={"Retry-After": "20"})
        return _chat(request, conversation, draft_text=text, error=pages.text(request, "chat_many"), status=429)

    def _chat(request: Request, conversation: Conversation, **more: Any) -> Response:
        return show(house, pages, request, conversation, **more)

    def _refused(
        request: Request,
        conversation: Conversation,
        text: str,
        error: str,
        token: str | None,
        ticked: Sequence[str] = (),
    ) -> Response:
        if "hx-request" in request.headers and token is None:
            return pages.fragment(
                request,
                "composer.html",
                turns=[],
                asking=asking(house.store.turns(conversation.id)),
                last=house.store.turns(conversation.id)[-1].number,
                draft_text=text,
                error=error,
                ticked=ticked,
                nonce=secrets.token_urlsafe(12),
                retarget="#composer",
            )
        answer = _chat(request, conversation, draft_text=text, error=error, status=422, ticked=ticked)
        if token is not None:
            _remember(request, answer, conversation, token)
        return answer

    def _remember(request: Request, answer: Response, conversation: Conversation, token: str) -> None:
        forms.set_cookie(answer, COOKIE, f"{conversation.id}.{token}", request)

    return routes


def show(
    house: House,
    pages: Pages,
    request: Request,
    conversation: Conversation,
    *,
    draft_text: str = "",
    error: str | None = None,
    status: int = 200,
    focus: bool = False,
    ticked: Sequence[str] = (),
) -> Response:
    """The chat's page as it stands, with what is wrong at the box or the question where something is."""
    turns = house.store.turns(conversation.id)
    return pages.page(
        request,
        "chat.html",
        status=status,
        turns=off.shown(Speaker(house.rooms, conversation.language), turns),
        asking=asking(turns),
        last=turns[-1].number if turns else 0,
        draft_text=draft_text,
        error=error,
        nonce=secrets.token_urlsafe(12),
        focus=focus,
        ticked=ticked,
        undoable=Undo(house.database, house.store).possible(conversation.id),
        opinions=house.opinions.of(conversation.id),
        has_plan=bool(house.store.context(conversation.id).life_events),
        holder=conversation.holder,
    )


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
