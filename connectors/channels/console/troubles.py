"""What could not be delivered to an agency: somebody looks after it, and nothing goes into the void."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from cases.troubles import Troubles
from connectors.channels.console.gate import Gate, back


def router(gate: Gate) -> APIRouter:
    """The list's addresses."""
    routes = APIRouter(include_in_schema=False)
    house = gate.house
    troubles = Troubles(house.database)

    @routes.get("/console/troubles", response_class=HTMLResponse)
    def listing(request: Request) -> Response:
        adviser = gate.who(request)
        return gate.page(
            request, "troubles.html", adviser, troubles=troubles.open_ones(), services=house.catalogue.services
        )

    @routes.post("/console/troubles/{reference}", response_class=HTMLResponse)
    def act(
        request: Request, reference: str, csrf: Annotated[str, Form()] = "", what: Annotated[str, Form()] = ""
    ) -> Response:
        adviser = gate.acting(request, csrf)
        if what == "send":
            troubles.send_anyway(reference)
        else:
            troubles.settle(reference)
        gate.desk.staff.log(adviser.id, "sent anyway" if what == "send" else "settled", reference)
        return back("/console/troubles")

    return routes
