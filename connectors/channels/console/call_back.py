"""The citizen's page on which they ask to be called back; works without JavaScript."""

from __future__ import annotations

from typing import Annotated

import phonenumbers
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors.channels.chat import current
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import Turn
from storage import now

WHEN = ("soon", "morning", "afternoon")


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The page's addresses."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/chat/call-back", response_class=HTMLResponse)
    def ask(request: Request) -> Response:
        if current(house, request) is None:
            return RedirectResponse("/", status_code=303)
        return pages.page(request, "call-back.html", times=WHEN, phone="", name="")

    @routes.post("/chat/call-back", response_class=HTMLResponse)
    def asked(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        phone: Annotated[str, Form(max_length=40)] = "",
        name: Annotated[str, Form(max_length=80)] = "",
        when: Annotated[str, Form()] = "soon",
    ) -> Response:
        forms.check(request, csrf)
        conversation = current(house, request)
        if conversation is None:
            return RedirectResponse("/", status_code=303)
        number = _number(phone)
        if number is None:
            error = pages.text(request, "call_back_bad_phone")
            return pages.page(
                request, "call-back.html", status=422, times=WHEN, phone=phone, name=name, error=error, when=when
            )
        chosen = when if when in WHEN else "soon"
        house.desk.handovers.call_back(conversation.id, number, chosen, name.strip() or None)
        language = conversation.language
        said = house.words.say(
            "desk_call_back_kept",
            language,
            when=house.words.text(f"call_back_{chosen}", language).lower(),
            code=house.store.code(conversation.id),
        )
        house.store.add(
            conversation.id, Turn(number=0, by="assistant", at=now(), messages=[said], decision="desk"), by_desk=True
        )
        return RedirectResponse("/chat#composer", status_code=303)

    return routes


def _number(text: str) -> str | None:
    try:
        read = phonenumbers.parse(text, "NZ")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(read):
        return None
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
