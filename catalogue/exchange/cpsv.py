"""The catalogue as CPSV-AP 3.2 JSON-LD, the European vocabulary for public services.

The context is in the document, so that nobody has to fetch anything to read it. What CPSV-AP has no term for, such as
how sure a statement is, stands under ``ara:`` and is left alone by those who don't know it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from catalogue import model
from catalogue.catalogue import Catalogue

Node = dict[str, Any]

HOME = "https://aratohu.example"
"""The address that ids begin with where a deployment gives none of its own."""

OURS = "urn:aratohu:terms:"
EU = "http://publications.europa.eu/resource/authority/"
NEW_ZEALAND = f"{EU}country/NZL"
DOLLAR = f"{EU}currency/NZD"
LANGUAGES = {"en": f"{EU}language/ENG", "mi": f"{EU}language/MRI"}
LIFE_EVENTS = "http://data.europa.eu/ox8/life-event/"
"""What the EU's life-event codes (BIR, WOR, …) are appended to: the scheme in SEMICeu/Taxonomy of 22 March 2023."""

CONTEXT: Node = {
    "adms": "http://www.w3.org/ns/adms#",
    "ara": OURS,
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

CHECK_WITH_AGENCY = "Not confirmed by a source: check with the agency."


def export(catalogue: Catalogue, day: dt.date, home: str = HOME) -> Node:
    """The whole catalogue as one JSON-LD document, with the costs and channels that hold on ``day``.

    Args:
        home: the address of the site whose pages the ids are, without a slash at its end.
    """
    nodes = [_typed(NEW_ZEALAND, "dct:Location"), _typed(DOLLAR, "skos:Concept")]
    nodes += [_typed(uri, "dct:LinguisticSystem") for uri in LANGUAGES.values()]
    codes = sorted({event.eu_code for event in catalogue.life_events.values()})
    nodes += [
        {**_typed(LIFE_EVENTS + code, "skos:Concept"), "skos:notation": code, "skos:inScheme": _ref(LIFE_EVENTS)}
        for code in codes
    ]
    nodes += [_agency(agency, home) for agency in catalogue.agencies.values()]
    nodes += [_life_event(catalogue, event, home) for event in catalogue.life_events.values()]
    for service in catalogue.services.values():
        nodes += _service(service, day, home)
    return {"@context": CONTEXT, "@graph": nodes}


def _agency(agency: model.Agency, home: str) -> Node:
    return _tidy(
        {
            "@id": _agency_id(agency.id, home),
            "@type": "cv:PublicOrganisation",
            "dct:identifier": agency.id,
            "skos:prefLabel": _texts(agency.name),
            "skos:altLabel": [_english(one) for one in filter(None, (agency.abbreviation, *agency.aliases))],
            "dct:spatial": _ref(NEW_ZEALAND),
            "foaf:homepage": _ref(agency.site),
            "ara:kind": agency.kind,
            "ara:host": list(agency.hosts),
            "dct:modified": _day(agency.assured_date),
        }
    )


def _life_event(catalogue: Catalogue, event: model.LifeEvent, home: str) -> Node:
    return _tidy(
        {
            "@id": _life_event_id(event.id, home),
            # Both, because readers can't be expected to infer that one is the other.
            "@type": ["cv:Event", "cv:LifeEvent"],
            "dct:identifier": event.id,
            "dct:title": _texts(event.name),
            "dct:description": _english(event.covers),
            "dct:type": _ref(LIFE_EVENTS + event.eu_code),
            "cv:hasRelatedService": [_ref(_service_id(one.id, home)) for one in catalogue.services_for(event.id)],
            "dct:modified": _day(event.assured_date),
        }
    )


def _service(service: model.Service, day: dt.date, home: str) -> list[Node]:
    me = _service_id(service.id, home)
    parts: dict[str, list[Node]] = {
        "cv:hasChannel": list(_channels(service, day, me)),
        "cv:hasCost": list(_costs(service, day, me)),
        "cv:holdsRequirement": [
            {
                "@id": f"{me}#who-{number}",
                "@type": "cv:Requirement",
                "dct:identifier": f"{service.id}-who-{number}",
                "dct:title": _english(line),
            }
            for number, line in enumerate(service.who, 1)
        ],
        "cv:hasInputType": [
            {
                "@id": f"{me}#ready-{number}",
                "@type": "cv:EvidenceType",
                "dct:identifier": f"{service.id}-ready-{number}",
                "dct:title": _english(line),
            }
            for number, line in enumerate(service.ready, 1)
        ],
        "cpsv:produces": [
            {
                "@id": f"{me}#amount-{number}",
                "@type": "cv:Output",
                "dct:identifier": f"{service.id}-amount-{number}",
                "dct:title": _english("What you may be able to get"),
                "dct:description": _english(_said(service, one, one.text)),
            }
            for number, one in enumerate(service.amount, 1)
            if one.holds_on(day)
        ],
        "cv:hasLegalResource": [
            {
                "@id": f"{me}#law-{number}",
                "@type": "eli:LegalResource",
                "dct:title": _english(law.text),
                "ara:confidence": "seen" if law.checked else "unverified",
            }
            for number, law in enumerate(service.law, 1)
        ],
    }
    languages = ["en", "mi"] if service.name.mi else ["en"]
    node = _tidy(
        {
            "@id": me,
            "@type": "cpsv:PublicService",
            "dct:identifier": service.id,
            "dct:title": _texts(service.name),
            "dct:description": _texts(service.what),
            "cv:hasCompetentAuthority": _ref(_agency_id(service.agency, home)),
            "cv:isGroupedBy": [_ref(_life_event_id(event, home)) for event in service.life_events],
            "ara:turn": [
                _tidy(
                    {
                        "ara:lifeEvent": event,
                        "ara:stage": turn.stage,
                        "ara:why": _english(turn.why),
                        "ara:onlyIf": _english(turn.only_if) if turn.only_if else None,
                    }
                )
                for event, turn in service.life_events.items()
            ],
            "dcat:keyword": [_english(alias) for alias in service.aliases],
            "dct:requires": [_ref(_service_id(other, home)) for other in service.after],
            "cv:relatedService": [
                _ref(_service_id(other, home))
                for other in dict.fromkeys(
                    (*service.after_if_needed, *service.after_one_of, *service.together_with, *service.not_with)
                )
            ],
            "dct:language": [_ref(LANGUAGES[language]) for language in languages],
            "dct:spatial": _ref(NEW_ZEALAND),
            "dct:source": [
                _tidy({"schema:name": one.title, "schema:url": one.url, "ara:asOf": one.as_of})
                for one in service.sources.values()
            ],
            "ara:start": service.start.kind,
            "ara:confidence": service.confidence,
            "dct:modified": _day(service.assured_date),
            **{key: [_ref(part["@id"]) for part in made] for key, made in parts.items()},
        }
    )
    return [node, *(part for made in parts.values() for part in made)]


def _channels(service: model.Service, day: dt.date, me: str) -> Iterable[Node]:
    for number, one in enumerate(service.channels, 1):
        if one.holds_on(day):
            yield _tidy(
                {
                    "@id": f"{me}#channel-{number}",
                    "@type": "cv:Channel",
                    "dct:identifier": f"{service.id}-channel-{number}",
                    "dct:description": _english(_said(service, one, one.text or one.url or one.phone)),
                    "ara:kind": one.kind,
                    "schema:serviceUrl": _ref(one.url),
                    "schema:telephone": one.phone,
                    "ara:confidence": service.confidence_of(one),
                }
            )


def _costs(service: model.Service, day: dt.date, me: str) -> Iterable[Node]:
    for number, one in enumerate(service.cost, 1):
        if one.holds_on(day):
            value = None if one.amount is None else {"@value": str(one.amount), "@type": "xsd:double"}
            said = one.text or ("Free" if one.amount == 0 else f"{one.amount:.2f} New Zealand dollars")
            yield _tidy(
                {
                    "@id": f"{me}#cost-{number}",
                    "@type": "cv:Cost",
                    "dct:identifier": f"{service.id}-cost-{number}",
                    "cv:hasValue": value,
                    "cv:currency": _ref(DOLLAR) if value else None,
                    "dct:description": _english(_said(service, one, said)),
                    "ara:text": one.text,
                    "ara:confidence": service.confidence_of(one),
                }
            )


def _said(service: model.Service, statement: model.Statement, text: str | None) -> str:
    """What a statement says, with what readers must know who don't know our terms."""
    doubt = CHECK_WITH_AGENCY if service.confidence_of(statement) == "unverified" else None
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in (text, statement.note, doubt) if part)


def _service_id(id: str, home: str) -> str:
    return f"{home}/services/{id}"


def _agency_id(id: str, home: str) -> str:
    return f"{home}/agencies/{id}"


def _life_event_id(id: str, home: str) -> str:
    return f"{home}/life-events/{id}"


def _typed(uri: str, kind: str) -> Node:
    return {"@id": uri, "@type": kind}


def _ref(uri: str | None) -> Node | None:
    return {"@id": uri} if uri else None


def _english(text: str) -> Node:
    return {"@value": text, "@language": "en"}


def _texts(text: model.Text) -> list[Node]:
    return [_english(text.en), *([{"@value": text.mi, "@language": "mi"}] if text.mi else [])]


def _day(day: dt.date) -> Node:
    return {"@value": day.isoformat(), "@type": "xsd:date"}


def _tidy(node: Node) -> Node:
    """The node without what is empty."""
    return {key: value for key, value in node.items() if value is not None and value != []}
