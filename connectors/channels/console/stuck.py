"""Applications that could not be delivered: the list, and what an adviser can do about each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from cases.troubles import Troubles
from connectors.channels.console.gate import Gate, back

KINDS = {
    "unreachable": "The agency can't be reached",
    "refused": "The agency did not take the answers",
    "dependency": "What comes first was not done",
    "overdue": "The agency's own day has long passed",
}


def router(gate: Gate) -> APIRouter:
    """The list's addresses."""
    routes = APIRouter(include_in_schema=False)
    house, desk = gate.house, gate.desk
    troubles = Troubles(house.database)

    @routes.get("/console/stuck", response_class=HTMLResponse)
    def listed(request: Request) -> Response:
        adviser = gate.who(request)
        services, agencies = house.catalogue.services, house.catalogue.agencies
        rows = [(one, services[one.service].name.en, agencies[one.agency].name.en) for one in troubles.open_ones()]
        return gate.page(request, "stuck.html", adviser, rows=rows, kinds=KINDS)

    @routes.post("/console/stuck", response_class=HTMLResponse)
    def act(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        reference: Annotated[str, Form(max_length=32)] = "",
        what: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        adviser = gate.acting(request, csrf)
        if what == "send":
            if troubles.send_anyway(reference):
                house.delivery.send(reference)
        else:
            troubles.settle(reference)
        desk.staff.log(adviser.id, f"stuck-{'send' if what == 'send' else 'settle'}", reference)
        return back("/console/stuck")

    return routes
