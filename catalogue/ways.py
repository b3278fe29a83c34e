"""How a service starts: by whom, where, and what to have at hand. All of it comes from the catalogue."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel

from catalogue.catalogue import Catalogue
from catalogue.model import Channel, Service


class Way(BaseModel):
    """How a service starts.

    Attributes:
        kind: ``api``: from here. ``link``: on the agency's page ``url``, which is on the allow-list. ``phone``: by
            calling ``phone``. ``in_person``: at one of ``places``.
        url_checked: whether a source shows the page; ``phone_checked`` and ``places_checked`` are the same for theirs.
        ready: what to have at hand, or to bring.
        takes_answers: the facts that the agency's form takes over from here, against a link that opens once.
        off: whether the assistant leaves it to people just now; then every other way is told, and ``kind`` is the
            first of them.
    """

    service: str
    kind: Literal["api", "link", "phone", "in_person"]
    url: str | None = None
    url_checked: bool = True
    phone: str | None = None
    phone_checked: bool = True
    places: list[str] = []
    places_checked: bool = True
    ready: list[str] = []
    takes_answers: list[str] = []
    off: bool = False


def way(catalogue: Catalogue, service: Service, day: dt.date, *, off: bool = False) -> Way:
    """How ``service`` starts on ``day``. The page, number or place that a source shows goes before others.

    Args:
        off: whether it can't be started from here just now. Then the agency's own line does where the service has none.
    """
    holding = [one for one in service.channels if one.holds_on(day)]

    def best(channels: list[Channel]) -> Channel | None:
        return min(channels, key=lambda one: service.confidence_of(one) != "seen", default=None)

    def seen(channel: Channel | None) -> bool:
        return channel is None or service.confidence_of(channel) == "seen"

    page = best([one for one in holding if one.url and catalogue.is_official(one.url)])
    line = best([one for one in holding if one.phone])
    places = [one for one in holding if one.kind == "in_person" and one.text]
    phone, phone_checked = (line.phone, seen(line)) if line else (None, True)
    if off and phone is None:
        lines = [one for one in catalogue.agency_of(service).phones if one.holds_on(day)]
        if lines:
            phone = f"{lines[0].number} ({lines[0].hours})" if lines[0].hours else lines[0].number
            phone_checked = lines[0].confidence != "unverified"
    kind = service.start.kind
    if off and kind == "api":
        kind = "link" if page else "phone" if phone else "in_person"
    return Way(
        service=service.id,
        kind=kind,
        url=page.url if page else None,
        url_checked=seen(page),
        phone=phone if off or kind in ("phone", "in_person") else None,
        phone_checked=phone_checked,
        places=[one.text for one in places if one.text] if off or kind == "in_person" else [],
        places_checked=all(seen(one) for one in places),
        ready=list(service.ready),
        takes_answers=list(service.start.form) if kind == "link" and not off else [],
        off=off,
    )
