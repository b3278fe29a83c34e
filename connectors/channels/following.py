"""What a person can do about an application of theirs: print its receipt, take it back, give more, hear of news."""

from __future__ import annotations

import functools
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from actions import cards, files
from actions.speaker import Speaker
from cases import AnswersMissing, Application, CannotStart, NotAccepted, UnknownApplication
from cases.cases import spell
from cases.documents import LARGEST, DocumentRefused, ScanFailed
from connectors.channels import browse, chat, marking, outline, pdf
from connectors.channels.post import BadAddress, Post, address
from connectors.channels.problems import Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import messages as m


def router(house: House, pages: Pages, forms: Forms, post: Post) -> APIRouter:
    """The addresses below an application's own."""
    routes = APIRouter(include_in_schema=False)
    facts = house.catalogue.facts

    def speaker(request: Request) -> Speaker:
        return Speaker(house.rooms, pages.language(request))

    def mine(request: Request, reference: str) -> tuple[Application, str]:
        """The application and its access code.

        Raises:
            Problem: where this browser may not see it.
        """
        found = own(house, request, reference)
        if found is None:
            said = "Give its reference and access code on the page “Follow an application”."
            raise Problem(404, "This application can't be shown here", said)
        return found

    @routes.get("/applications/{reference}", response_class=HTMLResponse)
    def follow(request: Request, reference: str) -> Response:
        found = own(house, request, reference)
        if found is None:
            return RedirectResponse("/applications", status_code=303)
        return status_page(request, found[0])

    def status_page(request: Request, application: Application, status: int = 200, **more: str) -> Response:
        return pages.page(
            request,
            "status.html",
            status=status,
            card=cards.status(speaker(request), application),
            news=post.is_there and not application.is_final,
            told=house.cases.is_told(application.reference),
            **more,
        )

    def receipt_of(request: Request, application: Application, access: str) -> m.Receipt:
        return cards.receipt(speaker(request), application, access, [])

    @routes.get("/applications/{reference}/receipt", response_class=HTMLResponse)
    def receipt(request: Request, reference: str) -> Response:
        application, access = mine(request, reference)
        card = receipt_of(request, application, access)
        _, consent = house.cases.sent(application.reference)
        return pages.page(request, "receipt.html", card=card, consent=consent, agreed=_notice(consent.text))

    @routes.get("/applications/{reference}/receipt.pdf")
    async def document(request: Request, reference: str) -> Response:
        application, access = await run_in_threadpool(mine, request, reference)
        made = await run_in_threadpool(_outline, request, application, access)
        headers = {"Content-Disposition": 'attachment; filename="receipt.pdf"', "Cache-Control": "no-store"}
        return Response(await run_in_threadpool(pdf.make, made), media_type="application/pdf", headers=headers)

    def _outline(request: Request, application: Application, access: str) -> outline.Outline:
        language = pages.language(request)
        words = marking.labels(house.words, language)
        card = receipt_of(request, application, access)
        _, consent = house.cases.sent(application.reference)
        notice = _notice(consent.text)
        blocks = outline.receipt(card, words)
        blocks.append(outline.Heading(level=2, text=words("label_agreed_to")))
        blocks.append(outline.Paragraph(text=words("label_agreed_at", when=marking.moment(consent.given_at, language))))
        blocks += outline.message(notice, words) if notice else [outline.Paragraph(text=consent.text)]
        return outline.Outline(title=f"{words('label_receipt')}: {card.name}", language=language, blocks=blocks)

    @routes.get("/applications/{reference}/withdraw", response_class=HTMLResponse)
    def ask_back(request: Request, reference: str) -> Response:
        application, _ = mine(request, reference)
        waiting = [house.cases.get(one) for one in house.cases.waiting_for(application.reference)]
        names = [house.catalogue.services[one.service].name.in_language(pages.language(request)) for one in waiting]
        card = cards.status(speaker(request), application)
        return pages.page(request, "withdraw.html", card=card, waiting=names, is_sent=application.state != "submitted")

    @routes.post("/applications/{reference}/withdraw", response_class=HTMLResponse)
    def take_back(request: Request, reference: str, csrf: Annotated[str, Form()] = "") -> Response:
        forms.check(request, csrf)
        application, access = mine(request, reference)
        try:
            house.delivery.withdraw(application.reference)
        except NotAccepted:
            card = cards.status(speaker(request), house.cases.get(application.reference))
            error = speaker(request).text("withdraw_late", agency=card.agency_name)
            return pages.page(request, "withdraw.html", status=409, card=card, waiting=[], error=error)
        return to_status(request, application, access)

    @routes.get("/applications/{reference}/information", response_class=HTMLResponse)
    def ask_more(request: Request, reference: str) -> Response:
        application, access = mine(request, reference)
        if application.state != "more_information_needed":
            return to_status(request, application, access)
        return _form(request, application, {}, {})

    @routes.post("/applications/{reference}/information", response_class=HTMLResponse)
    async def give_more(request: Request, reference: str) -> Response:
        given: dict[str, str] = {}
        sent: dict[str, tuple[str, bytes]] = {}
        async with request.form() as posted:
            for name, value in posted.multi_items():
                # An input that was left alone comes as a file without a name.
                if isinstance(value, UploadFile) and value.filename:
                    sent[name] = (value.filename, await value.read(LARGEST + 1))
                # A file that was chosen before stands beside the input for another, which is empty.
                elif isinstance(value, str) and (value or name not in given):
                    given[name] = value
        return await run_in_threadpool(_take_more, request, reference, given.pop("csrf", ""), given, sent)

    def _take_more(
        request: Request, reference: str, csrf: str, given: dict[str, str], sent: dict[str, tuple[str, bytes]]
    ) -> Response:
        forms.check(request, csrf)
        application, access = mine(request, reference)
        problems = {}
        for name, (file, content) in sent.items():
            fact = facts.get(name)
            if fact is None or fact.type != "document" or name not in application.wanted:
                continue
            try:
                given[name] = house.documents.add(application.reference, fact, file, content).answer
            except DocumentRefused as error:
                problems[name] = str(error)
            except ScanFailed:
                problems[name] = pages.text(request, "scan_failed_later")
        if problems:
            return _form(request, application, given, problems)
        try:
            house.cases.inform(application.reference, dict(given))
        except AnswersMissing as error:
            return _form(request, application, given, error.problems)
        except CannotStart:
            pass
        return to_status(request, application, access)

    def _form(request: Request, application: Application, values: dict[str, str], problems: dict[str, str]) -> Response:
        fields = [(name, facts.get(name)) for name in application.wanted]
        papers = [fact for _, fact in fields if fact is not None and fact.type == "document"]
        say = functools.partial(pages.text, request)
        return pages.page(
            request,
            "information.html",
            status=422 if problems else 200,
            card=cards.status(speaker(request), application),
            fields=fields,
            accept={fact.id: ",".join(files.endings(fact)) for fact in papers},
            hints={fact.id: files.hint(fact, say) for fact in papers},
            values=values,
            problems=problems,
        )

    @routes.post("/applications/{reference}/email", response_class=HTMLResponse)
    def hear(
        request: Request,
        reference: str,
        csrf: Annotated[str, Form()] = "",
        email: Annotated[str, Form(max_length=254)] = "",
        off: Annotated[str, Form(max_length=5)] = "",
    ) -> Response:
        """Keeps an address, encrypted, until the agency is done; or forgets it."""
        forms.check(request, csrf)
        application, access = mine(request, reference)
        if not post.is_there:
            raise Problem(404, "No email from here", "Look at this page again when you want to know how it stands.")
        try:
            house.cases.notify(application.reference, None if off else address(email))
        except BadAddress:
            return status_page(request, application, 422, error=pages.text(request, "news_wrong"), email=email)
        return to_status(request, application, access)

    def to_status(request: Request, application: Application, access: str) -> Response:
        answer = RedirectResponse(f"/applications/{application.reference}", status_code=303)
        forms.set_cookie(answer, browse.COOKIE, f"{application.reference}.{access}", request)
        return answer

    return routes


def own(house: House, request: Request, reference: str) -> tuple[Application, str] | None:
    """The application with its access code, if this browser may see it: by its code, or in the chat that began it."""
    wanted = spell(reference)
    kept, _, access = request.cookies.get(browse.COOKIE, "").partition(".")
    if kept != wanted:
        conversation = chat.current(house, request)
        started = house.store.context(conversation.id).started if conversation else []
        access = next((one.access_code for one in started if one.reference == wanted), "")
    try:
        return house.cases.find(wanted, access), access
    except UnknownApplication:
        return None


def _notice(text: str) -> m.Notice | None:
    """The notice that was shown, where the consent was given in the chat and so holds it as data."""
    try:
        found = m.Notice.model_validate_json(text.replace("{", '{"choices":[],', 1))
    except ValueError:
        return None
    return found.model_copy(update={"text": ""})
