"""One service as schema.org's GovernmentService, for search engines to read in its page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalogue import model
from catalogue.catalogue import Catalogue


def government_service(catalogue: Catalogue, service: model.Service, day: dt.date, home: str) -> dict[str, Any]:
    """The JSON-LD for the page of ``service``. Only what a source confirms: a search engine shows no doubts."""
    agency = catalogue.agency_of(service)
    operator: dict[str, Any] = {"@type": "GovernmentOrganization", "name": agency.name.en}
    if agency.site:
        operator["url"] = agency.site
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": f"{home}/services/{service.id}",
        "url": f"{home}/services/{service.id}",
        "name": service.name.en,
        "description": service.what.en,
        "serviceOperator": operator,
        "areaServed": {"@type": "Country", "name": "New Zealand"},
        "jurisdiction": {"@type": "Country", "name": "New Zealand"},
    }
    if service.aliases:
        made["alternateName"] = list(service.aliases)
    channels = [
        one for one in service.channels if one.holds_on(day) and service.confidence_of(one) == "seen" and _reached(one)
    ]
    if channels:
        made["availableChannel"] = [_channel(one) for one in channels]
    offers = [
        {"@type": "Offer", "price": one.amount, "priceCurrency": "NZD"}
        for one in service.cost
        if one.holds_on(day) and one.amount is not None and service.confidence_of(one) == "seen"
    ]
    if offers:
        made["offers"] = offers
    return made


def _reached(channel: model.Channel) -> bool:
    return channel.url is not None or channel.phone is not None


def _channel(channel: model.Channel) -> dict[str, Any]:
    made: dict[str, Any] = {"@type": "ServiceChannel"}
    if channel.url is not None:
        made["serviceUrl"] = channel.url
    if channel.phone is not None:
        made["servicePhone"] = {"@type": "ContactPoint", "telephone": channel.phone}
    return made
