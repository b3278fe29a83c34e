"""Agencies that nobody plays yet: what starts by the agency contract and has no office is played from the catalogue.

So a new service can be started in the sandbox as soon as it is data, before its agency or we have written anything.
A stand-in takes no payment: who collects a fee, and how, is the agency's to say.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue import Catalogue, Fact, Service
from catalogue.answers import MEDIA_TYPES
from connectors.agencies.sandbox.office import Office

_KINDS = {
    "name": "name",
    "date": "date",
    "yes_no": "yes_no",
    "money": "money",
    "ird_number": "ird_number",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "bank_account": "bank_account",
}
"""From the type of a fact to the kind of a field; what is not here is taken as words, or as an amount."""

_WORDS = {
    "received": "We have your application.",
    "more_information_needed": "We need more from you before we can go on.",
    "approved": "We have said yes to your application.",
    "declined": "We can't say yes to your application.",
    "completed": "Your application is done.",
    "withdrawn": "You took your application back.",
}


def offices(catalogue: Catalogue, played: Mapping[str, Office]) -> dict[str, Office]:
    """All offices: those that are ``played``, with what else their agencies offer, and a stand-in for each other."""
    made = dict(played)
    for id, agency in catalogue.agencies.items():
        services = [one for one in catalogue.services.values() if one.agency == id and one.start.kind == "api"]
        office = played.get(id)
        missing = [one for one in services if office is None or office.offer(one.id) is None]
        if not missing:
            continue
        # Its own number to count from, the same at every start.
        base = {
            "id": id,
            "name": agency.name.en,
            "first_number": 1000 + zlib.crc32(id.encode()) % 9000,
            "words": _WORDS,
        }
        stand_in = Office.model_validate(
            {
                **base,
                "fields": _fields(catalogue, missing),
                "documents": _documents(catalogue, missing),
                "services": [_offer(catalogue, one) for one in missing],
            }
        )
        made[id] = stand_in if office is None else _joined(office, stand_in)
    return made


def _joined(office: Office, more: Office) -> Office:
    """The office with more services; what it knows about a field already stays as it is."""
    return office.model_copy(
        update={
            "fields": {**more.fields, **office.fields},
            "documents": {**more.documents, **office.documents},
            "services": (*office.services, *more.services),
        }
    )


def _offer(catalogue: Catalogue, service: Service) -> dict[str, Any]:
    named = {fact.id: fact for fact in catalogue.facts.values()}
    # What is asked only of some can't be required of all.
    required = [fact for fact in service.start.form if not named[fact].only_if]
    return {
        "id": service.id,
        "name": service.name.en,
        "required": required,
        "optional": [fact for fact in (*service.start.form, *service.start.optional) if fact not in required],
        "usual_days": 5,
        "own_reference": f"{service.agency.upper()}/{{year}}/{{number:06}}",
    }


def _fields(catalogue: Catalogue, services: Iterable[Service]) -> dict[str, Any]:
    return {fact.id: _field(fact) for fact in _asked(catalogue, services) if fact.type != "document"}


def _documents(catalogue: Catalogue, services: Iterable[Service]) -> dict[str, Any]:
    papers = [fact for fact in _asked(catalogue, services) if fact.type == "document"]
    return {
        fact.id: {
            "name": fact.label.en,
            "media_types": [MEDIA_TYPES[kind] for kind in fact.kinds],
            "largest_mb": fact.largest_mb,
        }
        for fact in papers
    }


def _asked(catalogue: Catalogue, services: Iterable[Service]) -> list[Fact]:
    return [catalogue.facts[one] for service in services for one in (*service.start.form, *service.start.optional)]


def _field(fact: Fact) -> str | list[str]:
    if fact.type == "choice":
        return [option.id for option in fact.options]
    return _KINDS.get(fact.type, "money" if fact.type == "number" else "text")
