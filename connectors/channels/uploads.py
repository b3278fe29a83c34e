"""Files that people give as answers: from the chat's form, and over the public API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Header, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from cases.documents import LARGEST, DocumentRefused, ScanFailed
from connectors.channels import chat
from connectors.channels.api import API
from connectors.channels.problems import RESPONSES, FieldProblem, Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import Reply, UnknownConversation


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The addresses that take a file. Each answers the question that is open, if that asks for one."""
    routes = APIRouter(responses=RESPONSES)

    def take(conversation: str, name: str, content: bytes, nonce: str | None) -> Reply:
        context = house.store.context(conversation)
        fact = house.catalogue.facts.get(context.asking or "")
        if fact is None or fact.type != "document":
            raise Problem(409, "No file was asked for", "Answer the question that is open, or start a service first.")
        made = house.documents.add(conversation, fact, name, content)
        return house.talk.receive(conversation, text=made.answer, nonce=nonce)

    @routes.post("/chat/documents", response_class=HTMLResponse, include_in_schema=False)
    async def from_chat(
        request: Request,
        file: UploadFile,
        csrf: Annotated[str, Form()] = "",
        nonce: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        forms.check(request, csrf)
        conversation = await run_in_threadpool(chat.current, house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        content = await file.read(LARGEST + 1)
        try:
            reply = await run_in_threadpool(take, conversation.id, file.filename or "", content, nonce or None)
        except DocumentRefused as error:
            return chat.show(house, pages, request, conversation, error=str(error), status=422)
        except ScanFailed:
            return chat.show(house, pages, request, conversation, error=pages.text(request, "scan_failed"), status=503)
        return RedirectResponse(f"/chat#turn-{reply.turn}", status_code=303)

    @routes.post(f"{API}/conversations/{{id}}/documents", tags=["conversations"])
    async def from_api(
        id: str,
        file: UploadFile,
        authorization: Annotated[str, Header(description="`Bearer <token>`")] = "",
        nonce: Annotated[str | None, Form(max_length=64)] = None,
    ) -> Reply:
        """Answers the open question with a file: a PDF, a JPEG photo or a PNG picture. What it is, its content says."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnknownConversation
        await run_in_threadpool(house.store.find, id, token.strip())
        content = await file.read(LARGEST + 1)
        try:
            return await run_in_threadpool(take, id, file.filename or "", content, nonce)
        except DocumentRefused as error:
            problem = FieldProblem(field="file", message=str(error))
            raise Problem(422, "The file can't be taken", str(error), [problem]) from None
        except ScanFailed:
            said = "Files can't be scanned now, so none is taken. Nothing is lost. Try again in a few minutes."
            raise Problem(503, "Files can't be taken just now", said, headers={"Retry-After": "60"}) from None

    return routes
