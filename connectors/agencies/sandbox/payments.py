"""The sandbox's payment page, in the shape of a hosted provider: the person is sent here, pays, and is sent back.

No card numbers: pressing the button is the payment. The address of a bill is a secret of its own, and a bill is paid
once, however often the button is pressed.
"""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode, urlsplit, urlunsplit

import standardwebhooks
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from connectors.agencies.sandbox.bills import Bill
from connectors.agencies.sandbox.pages import TEMPLATES, page_headers
from connectors.agencies.sandbox.register import Register
from storage import now


def make(register: Register, secret: str) -> APIRouter:
    """The page's routes. ``secret`` signs what the person takes back with them; it is that of the webhooks."""
    routes = APIRouter(include_in_schema=False)
    signer = standardwebhooks.Webhook(secret)

    @routes.get("/pay/{id}")
    def page(request: Request, id: str) -> Response:
        return _page(request, register.bill(id))

    @routes.post("/pay/{id}")
    def press(request: Request, id: str, choice: Annotated[str, Form(max_length=20)] = "") -> Response:
        bill = register.bill(id)
        if bill is None or choice not in ("pay", "back"):
            return _page(request, bill)
        if choice == "pay":
            register.settle(id)
            bill = register.bill(id) or bill
        result = "paid" if bill.receipt else "cancelled"
        return RedirectResponse(signed(signer, bill, result, now()), HTTPStatus.SEE_OTHER)

    return routes


def signed(signer: standardwebhooks.Webhook, bill: Bill, result: str, at: dt.datetime) -> str:
    """Where the person goes back to, with what came of it."""
    parts = urlsplit(bill.return_url)
    said = {
        "payment": bill.id,
        "result": result,
        "timestamp": str(int(at.timestamp())),
        "signature": signer.sign(bill.id, at, result),
    }
    query = "&".join(part for part in (parts.query, urlencode(said)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _page(request: Request, bill: Bill | None) -> Response:
    status = HTTPStatus.OK if bill else HTTPStatus.NOT_FOUND
    back = urlsplit(bill.return_url) if bill else None
    headers = page_headers(f"{back.scheme}://{back.netloc}" if back else "")
    return TEMPLATES.TemplateResponse(request, "pay.html", {"bill": bill}, status, headers)
