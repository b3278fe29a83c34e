"""On behalf of a person: check what they may get, start a service with their consent, follow it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from actions import cards
from actions.speaker import Speaker
from cases import AnswersMissing, CannotStart
from cases import Consent as SentConsent
from catalogue import AnswerError, Fact, Service, answers, lines, rules, ticks
from catalogue.answers import Value
from catalogue.lines import Line
from connectors.channels.console.gate import Gate, back
from connectors.channels.problems import Problem
from conversations import Started, Turn
from conversations import messages as m
from conversations.desk.handover import Handover
from conversations.desk.staff import Adviser
from storage import now

NOTICE = "2026-11-voice"
"""The version of the wording that advisers read out."""


def router(gate: Gate) -> APIRouter:
    """The addresses of what is done on behalf."""
    routes = APIRouter(include_in_schema=False)
    desk, house = gate.desk, gate.house
    store, catalogue = house.store, house.catalogue

    @routes.post("/console/conversations/{id}/event", response_class=HTMLResponse)
    def add_event(
        request: Request, id: str, csrf: Annotated[str, Form()] = "", event: Annotated[str, Form(max_length=64)] = ""
    ) -> Response:
        """Puts a life event into the person's plan."""
        _mine(gate.acting(request, csrf), id)
        known = catalogue.life_events
        if event in known:
            with store.turn(id), store.change(id) as context:
                context.add_life_events([event])
                context.life_events = [one for one in context.life_events if one not in known[event].never_with]
            store.news.tell(id)
        return back(f"/console/conversations/{id}")

    @routes.post("/console/conversations/{id}/fact", response_class=HTMLResponse)
    async def add_fact(request: Request, id: str) -> Response:
        """Takes an answer to the next question of a check."""
        form = await request.form()
        ticked = [str(one) for one in form.getlist("tick")]
        given = {name: str(value) for name, value in form.items()}
        return await run_in_threadpool(_take_fact, request, id, given, ticked)

    @routes.get("/console/conversations/{id}/check", response_class=HTMLResponse)
    def check(request: Request, id: str) -> Response:
        adviser = gate.who(request)
        _mine(adviser, id)
        return _check(request, adviser, id)

    @routes.get("/console/conversations/{id}/start/{service}", response_class=HTMLResponse)
    def prepare(request: Request, id: str, service: str) -> Response:
        adviser = gate.who(request)
        _mine(adviser, id)
        return _prepare(request, adviser, id, _service(service), {}, {})

    @routes.post("/console/conversations/{id}/start/{service}", response_class=HTMLResponse)
    async def start(request: Request, id: str, service: str) -> Response:
        form = await request.form()
        return await run_in_threadpool(_start, request, id, service, {name: str(value) for name, value in form.items()})

    def _take_fact(request: Request, id: str, given: dict[str, str], ticked: list[str]) -> Response:
        adviser = gate.acting(request, given.get("csrf", ""))
        _mine(adviser, id)
        asked = _asked(given.get("fact", ""))
        if not asked:
            return back(f"/console/conversations/{id}/check")
        text = given.get("value", "").strip()
        said: Mapping[str, Value | None]
        try:
            if len(asked) > 1:
                kind, chosen = "unsure" if given.get("unknown") else "tick", "+".join(ticked)
                choice = f"{kind}:{chosen or ('none' if given.get('unknown') else '')}"
                is_own = store.context(id).about == "self"
                said = ticks.read(asked, choice, house.rooms.today(), is_own=is_own)
            elif given.get("unknown"):
                said = {asked[0].id: None}
            else:
                said = ticks.read_alone(asked[0], text, house.rooms.today())
        except AnswerError as error:
            return _check(request, adviser, id, error=str(error), given=text, ticked=ticked)
        with store.turn(id), store.change(id) as context:
            context.note(said)
        return back(f"/console/conversations/{id}/check")

    def _asked(ids: str) -> list[Line]:
        """The lines that a form on the page asks about; none where it is no form of ours."""
        try:
            return [lines.find(catalogue.facts, one) for one in ids.split("+")]
        except (KeyError, ValueError):
            return []

    def _check(
        request: Request, adviser: Adviser, id: str, *, error: str = "", given: str = "", ticked: Sequence[str] = ()
    ) -> Response:
        context, book = store.context(id), rules.load()
        services = [
            one.id for event in context.life_events for one in catalogue.services_for(event) if one.id in book.services
        ]
        known = {name: value for name, value in context.known.items() if lines.is_known(book.facts, name)}
        alone = catalogue.alone_in(context.life_events)
        results = book.check_all(list(dict.fromkeys(services)), known, house.rooms.today(), alone)
        order = ("yes", "unknown", "no")
        return gate.page(
            request,
            "check.html",
            adviser,
            status=422 if error else 200,
            id=id,
            error=error,
            given=given,
            ticked=ticked,
            asking=results.next,
            today=house.rooms.today(),
            results=sorted(results.results, key=lambda one: order.index(one.verdict)),
            services=catalogue.services,
        )

    def _start(request: Request, id: str, name: str, given: dict[str, str]) -> Response:
        adviser = gate.acting(request, given.get("csrf", ""))
        handover = _mine(adviser, id)
        service = _service(name)
        form = _form(service)
        texts = {fact.id: given.get(f"fact-{fact.id}", "").strip() for fact in form}
        if not given.get("consent"):
            problems = {"consent": "Read the notice out, and tick this once the person has agreed."}
            return _prepare(request, adviser, id, service, texts, problems)
        read: dict[str, Any] = {}
        problems = {}
        for fact in form:
            if not texts[fact.id]:
                continue
            try:
                read[fact.id] = answers.read(fact, texts[fact.id], house.rooms.today())
            except AnswerError as error:
                problems[fact.id] = str(error)
        if problems:
            return _prepare(request, adviser, id, service, texts, problems)
        moment = now()
        said = _notice(service, store.get(id).language)
        by = "in the chat" if handover.channel == "chat" else "by voice"
        consent = SentConsent(
            given_at=moment, notice=NOTICE, text=f"Given {by}, recorded by adviser {adviser.id}. Read out: {said}"
        )
        try:
            application, access = house.cases.start(
                service.id,
                read,
                consent,
                key=f"{id}:{service.id}:{given.get('nonce', '')}"[:128],
                conversation=id,
                language=store.get(id).language,
            )
        except AnswersMissing as error:
            return _prepare(request, adviser, id, service, texts, dict(error.problems))
        except CannotStart as error:
            raise Problem(422, "This service can't be started from here", str(error)) from None
        with store.turn(id), store.change(id) as context:
            if application.reference not in [one.reference for one in context.started]:
                context.started.append(Started(reference=application.reference, access_code=access, service=service.id))
            context.facts.update(read)
            if context.draft is not None and context.draft.service == service.id:
                context.draft, context.asking = None, None
        receipt = _receipt(service, application.reference, access, list(read), store.get(id).language)
        desk.handovers.say(
            handover,
            adviser,
            Turn(number=0, by="adviser", at=now(), messages=[receipt]),
            f"receipt-{application.reference}",
        )
        store.offer(id, [choice.id for choice in receipt.choices])
        desk.staff.log(adviser.id, "started", application.reference)
        return back(f"/console/conversations/{id}#end")

    def _prepare(
        request: Request,
        adviser: Adviser,
        id: str,
        service: Service,
        texts: dict[str, str],
        problems: dict[str, str],
    ) -> Response:
        context = store.context(id)
        form = _form(service)
        shown = {
            fact.id: texts.get(fact.id)
            or (answers.show(fact, context.facts[fact.id]) if fact.id in context.facts else "")
            for fact in form
        }
        return gate.page(
            request,
            "start.html",
            adviser,
            status=422 if problems else 200,
            id=id,
            service=service,
            form=form,
            required=set(service.start.form),
            values=shown,
            problems=problems,
            notice_en=_notice(service, "en"),
            notice_mi=_notice(service, "mi"),
            handover=desk.handovers.queue.open_one(id),
            why_off=desk.reception.switched_off().get(service.id),
            nonce=texts.get("nonce") or secrets.token_urlsafe(12),
        )

    def _form(service: Service) -> list[Fact]:
        return [catalogue.facts[name] for name in (*service.start.form, *service.start.optional)]

    def _notice(service: Service, language: str) -> str:
        """What is read out before anything is sent: to whom it goes, why, who else sees it, what if not."""
        agency = catalogue.agency_of(service).name.in_language(language)
        facts = ", ".join(catalogue.facts[name].label.in_language(language) for name in service.start.form)
        return house.words.text(
            "voice_notice",
            language,
            service=service.name.in_language(language),
            agency=agency,
            purpose=service.start.purpose or "",
            recipients=(service.start.recipients or agency).rstrip("."),
            refusal=service.start.refusal or "",
            facts=facts,
        )

    def _receipt(service: Service, reference: str, access: str, sent: list[str], language: str) -> m.Receipt:
        speaker = Speaker(house.rooms, language)
        agency = cards.agency_name(speaker, service)
        return m.Receipt(
            text=house.words.text("sent", language, agency=agency),
            service=service.id,
            name=service.name.in_language(language),
            agency_name=agency,
            reference=reference,
            access_code=access,
            sent_at=now(),
            sent=[catalogue.facts[name].label.in_language(language) for name in sent],
            choices=[
                speaker.choice(f"status:{reference}", "choose_status", kind="primary"),
                speaker.choice("show_plan", "choose_plan"),
            ],
        )

    def _mine(adviser: Adviser, id: str) -> Handover:
        there = desk.handovers.queue.open_one(id)
        if there is None or there.adviser != adviser.id:
            raise Problem(409, "Not yours now", "Take the conversation first. Only who has it can act for the person.")
        return there

    def _service(name: str) -> Service:
        service = catalogue.services.get(name)
        if service is None or service.start.kind != "api":
            raise Problem(404, "Not here", "This service can't be started from here. The agency's own page can.")
        return service

    return routes
