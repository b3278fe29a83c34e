"""Ways out: to an agency's own page, and to its payment page and back. Where they lead is never up to the address."""

from __future__ import annotations

import contextlib
import math
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from cases import AgencyUnavailable, NotAccepted, PaymentPage, UnknownApplication
from cases.cases import spell
from catalogue.ways import way
from connectors.agencies.webhooks import BadWebhook
from connectors.channels import browse
from connectors.channels.following import own
from connectors.channels.problems import Problem
from connectors.channels.security import Forms
from connectors.channels.wiring import House


def router(house: House, forms: Forms) -> APIRouter:
    """The addresses of the ways out."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/go/{service}")
    def go(request: Request, service: str) -> Response:
        chosen = house.catalogue.services.get(service)
        found = way(house.catalogue, chosen, house.rooms.today()) if chosen else None
        if found is None or found.url is None:
            raise Problem(404, "This leads nowhere", "Look the service up again. It has no page of its own.")
        if "prefetch" not in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
            # A click is a handover, never a completion: what follows is between the person and the agency.
            house.ledger.note("handed_over", service)
        return RedirectResponse(found.url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    @routes.get("/applications/{reference}/pay")
    def leave_to_pay(request: Request, reference: str) -> Response:
        mine = own(house, request, reference)
        if mine is None:
            return RedirectResponse("/applications", 303)
        application, access = mine
        page = start_payment(house, application.reference)
        answer = RedirectResponse(page.url or f"/applications/{application.reference}", 303)
        # Whoever comes back from paying sees the application, also when they followed it in a chat until now.
        forms.set_cookie(answer, browse.COOKIE, f"{application.reference}.{access}")
        return answer

    @routes.get("/applications/{reference}/paid")
    def come_back(
        reference: str,
        payment: Annotated[str, Query(max_length=200)] = "",
        result: Annotated[str, Query(max_length=20)] = "",
        timestamp: Annotated[str, Query(max_length=20)] = "",
        signature: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        try:
            webhooks = house.signatures.of(house.cases.sent_to(spell(reference))[0])
        except UnknownApplication:
            webhooks = None
        if webhooks is None:
            raise Problem(404, "No such application", "Check the reference on your receipt.")
        try:
            paid = webhooks.came_back(payment, result, timestamp, signature)
        except BadWebhook:
            said = "Nothing was changed. Look at your application to see if it is paid."
            raise Problem(400, "This did not come from the payment page", said) from None
        if paid:
            # The agency's word counts, and not what stands in an address. Where it is away, it says so by itself later.
            with contextlib.suppress(AgencyUnavailable):
                house.delivery.refresh(spell(reference))
        return RedirectResponse(f"/applications/{spell(reference)}", 303)

    return routes


def start_payment(house: House, reference: str) -> PaymentPage:
    """The payment of an application: one, however often it is asked for.

    Raises:
        Problem: where there is none, or the agency can't be reached.
    """
    try:
        return house.delivery.pay(reference, f"{house.settings.public_url}/applications/{reference}/paid")
    except AgencyUnavailable as error:
        wait = {"Retry-After": str(math.ceil(error.retry_after))} if error.retry_after else None
        said = "The agency can't be reached. Nothing was paid and nothing is lost. Try again in a few minutes."
        raise Problem(503, "Paying does not work just now", said, headers=wait) from None
    except NotAccepted:
        raise Problem(409, "There is nothing to pay", "Look at the application: it is paid, or closed.") from None
