"""Pages without a chat: life events, services, and following an application."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from actions import cards
from actions.speaker import Speaker
from cases import UnknownApplication
from catalogue import make_plan
from catalogue.exchange import government_service
from catalogue.finding import LONGEST, Kind, finder
from catalogue.model import Phone
from connectors.channels.finding import hit
from connectors.channels.problems import Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations.messages import Said

_SHOWN: dict[Kind, int] = {"life_event": 3, "service": 10, "agency": 3}
"""How much of each kind a search shows."""

COOKIE = "aratohu-application"


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The pages' addresses."""
    routes = APIRouter(include_in_schema=False)
    lines = [line for line in house.catalogue.crisis_lines.values() if line.confidence != "unverified"]

    @routes.get("/life-events", response_class=HTMLResponse)
    def life_events(request: Request) -> Response:
        return pages.page(request, "life-events.html", events=list(house.catalogue.life_events.values()))

    @routes.get("/life-events/{id}", response_class=HTMLResponse)
    def life_event(request: Request, id: str) -> Response:
        event = house.catalogue.life_events.get(id)
        if event is None:
            raise Problem(404, "No such life event", "Choose one from the list of life events.")
        plan = make_plan(house.catalogue, [id], today=house.rooms.today())
        services = [house.catalogue.services[step.service] for step in plan.steps]
        return pages.page(
            request,
            "life-event.html",
            event=event,
            steps=plan.steps,
            services=services,
            agencies=house.catalogue.agencies,
        )

    @routes.get("/services/{id}", response_class=HTMLResponse)
    def service(request: Request, id: str) -> Response:
        chosen = house.catalogue.services.get(id)
        if chosen is None:
            raise Problem(404, "No such service", "Choose one from the list of life events.")
        card = cards.service(Speaker(house.rooms, pages.language(request)), chosen)
        linked = government_service(house.catalogue, chosen, house.rooms.today(), house.settings.public_url)
        return pages.page(
            request,
            "service.html",
            service=chosen,
            agency=house.catalogue.agency_of(chosen),
            card=card,
            events=[house.catalogue.life_events[event] for event in chosen.life_events],
            linked=linked,
        )

    @routes.get("/agencies/{id}", response_class=HTMLResponse)
    def agency(request: Request, id: str) -> Response:
        chosen = house.catalogue.agencies.get(id)
        if chosen is None:
            raise Problem(404, "No such agency", "Search for it, or choose a life event from the list.")
        day = house.rooms.today()
        phones = [
            Said(text=" ".join(filter(None, (f"{one.label}: {one.number}", one.hours))), checked=_is_seen(one))
            for one in chosen.phones
            if one.holds_on(day)
        ]
        services = [one for one in house.catalogue.services.values() if one.agency == id]
        return pages.page(request, "agency.html", agency=chosen, phones=phones, services=services)

    @routes.get("/search", response_class=HTMLResponse)
    def search(request: Request, q: Annotated[str, Query(max_length=1000)] = "") -> Response:
        return _results(request, q, asked="q" in request.query_params)

    # Our own form posts: what people write can be personal, and addresses are kept in histories and logs.
    @routes.post("/search", response_class=HTMLResponse)
    def search_for(
        request: Request, csrf: Annotated[str, Form()] = "", q: Annotated[str, Form(max_length=1000)] = ""
    ) -> Response:
        forms.check(request, csrf)
        return _results(request, q, asked=True)

    def _results(request: Request, text: str, *, asked: bool) -> Response:
        text = " ".join(text.split())[:LONGEST]
        language = pages.language(request)
        found = {
            kind: [hit(house.catalogue, one, language) for one in finder(house.catalogue).find(text, (kind,), most)]
            for kind, most in _SHOWN.items()
        }
        return pages.page(
            request,
            "search.html",
            q=text,
            found=found if any(found.values()) else None,
            error=pages.text(request, "search_empty") if asked and not text else None,
            status=422 if asked and not text else 200,
        )

    @routes.get("/applications", response_class=HTMLResponse)
    def find(request: Request) -> Response:
        return pages.page(request, "find-application.html", error=None, reference="")

    @routes.post("/applications", response_class=HTMLResponse)
    def found(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        reference: Annotated[str, Form(max_length=64)] = "",
        access_code: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        forms.check(request, csrf)
        try:
            application = house.cases.find(reference, access_code)
        except UnknownApplication:
            error = pages.text(request, "follow_not_found")
            return pages.page(request, "find-application.html", status=422, error=error, reference=reference)
        answer = RedirectResponse(f"/applications/{application.reference}", status_code=303)
        # In a cookie and not in the address: the code opens the application.
        forms.set_cookie(answer, COOKIE, f"{application.reference}.{access_code}", request)
        return answer

    @routes.get("/people", response_class=HTMLResponse)
    def people(request: Request) -> Response:
        agencies = sorted((one for one in house.catalogue.agencies.values() if one.phones), key=lambda one: one.name.en)
        return pages.page(request, "people.html", lines=lines, agencies=agencies)

    @routes.get("/safety", response_class=HTMLResponse)
    def safety(request: Request) -> Response:
        return pages.page(request, "safety.html", lines=lines)

    @routes.get("/privacy", response_class=HTMLResponse)
    def privacy(request: Request) -> Response:
        return pages.page(request, "privacy.html")

    @routes.get("/accessibility", response_class=HTMLResponse)
    def accessibility(request: Request) -> Response:
        return pages.page(request, "accessibility.html")

    return routes


def _is_seen(phone: Phone) -> bool:
    return phone.confidence != "unverified"
