"""Another body's services as drafts of our files: all that its document says, and what a person must still do."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, SKOS, Namespace
from rdflib.term import Node

from catalogue import model
from catalogue.exchange.cpsv import CHECK_WITH_AGENCY, OURS
from catalogue.exchange.reading import CV, Document, ExchangeError
from catalogue.files import FILL

ARA = Namespace(OURS)
SCHEMA = Namespace("https://schema.org/")
_ELI = "http://data.europa.eu/eli/ontology#"

_STAGES = set(model.STAGES)


@dataclass(frozen=True)
class Draft:
    """A file to be: where it goes below the catalogue's folder, its YAML, and what is left to do in it."""

    path: str
    text: str
    to_do: tuple[str, ...]


def drafts(text: str, day: dt.date, life_events: Mapping[str, model.LifeEvent]) -> list[Draft]:
    """Draft files for the services and agencies in a CPSV-AP JSON-LD document.

    Everything is marked unverified, unless the document itself says that it was seen in a source and names that.

    Args:
        day: the day of the import, which drafts bear as their ``assured_date`` where the document has none.
        life_events: ours, by id: those that the document names, or their EU codes, are taken up.

    Raises:
        ExchangeError: where the document can't be read or holds no public service.
    """
    document = Document(text)
    services = document.services()
    if not services:
        raise ExchangeError("there is no cpsv:PublicService in it; check its @type and @context")
    agencies: dict[Node, tuple[str, Draft]] = {}
    for node in document.organisations():
        agencies[node] = _agency(document, node, day, {id for id, _ in agencies.values()})
    made: list[Draft] = []
    ids = _ids(document, services)
    for service in services:
        authority = document.one(service, CV.hasCompetentAuthority)
        if authority is not None and authority not in agencies:
            agencies[authority] = _agency(document, authority, day, {id for id, _ in agencies.values()})
        agency = agencies[authority][0] if authority is not None else "name-the-agency"
        made.append(_service(document, service, ids, agency, day, life_events))
    return [draft for _, draft in agencies.values()] + made


def _service(
    document: Document,
    service: Node,
    ids: Mapping[Node, str],
    agency: str,
    day: dt.date,
    life_events: Mapping[str, model.LifeEvent],
) -> Draft:
    id = ids[service]
    to_do: list[str] = []
    name = _words(document.words(service, DCTERMS.title), f"service {id}", "name", to_do)
    what = _words(document.words(service, DCTERMS.description), name, "what", to_do)
    sources = _sources(document, service)
    seen = document.text(service, ARA.confidence) == "seen" and bool(sources)
    if agency == "name-the-agency":
        to_do.append("the document names no competent authority: put the agency's id into `agency`")
    turns = _turns(document, service, life_events, to_do)
    channels, cost = list(_channels(document, service)), list(_costs(document, service))
    if not seen:
        to_do.append("find a source for each statement, add it to `sources`, and set `confidence: seen`")
    kind = document.text(service, ARA.start)
    start = kind if kind in ("link", "phone", "in_person") else _start(channels)
    if not any(channel["kind"] in ("online", "in_person") or "phone" in channel for channel in channels):
        to_do.append("the document says no way to reach it: say where people go, or give a link or a number")
        channels.append({"kind": "in_person", "text": f"{FILL} where people go", "confidence": "unverified"})
    if kind == "api":
        to_do.append("it starts over the agency contract: set `start` with its `form`, `purpose` and `refusal`")
    content = {
        "id": id,
        "name": name,
        "agency": agency,
        "aliases": [str(one) for one in document.all(service, DCAT.keyword)],
        "what": what,
        "who": [one for part in _parts(document, service, CV.holdsRequirement) if (one := document.name(part))],
        "ready": [one for part in _parts(document, service, CV.hasInputType) if (one := document.name(part))],
        "cost": cost,
        "channels": channels,
        "life_events": turns,
        "after": [ids[one] for one in document.all(service, DCTERMS.requires) if one in ids],
        "start": {"kind": start},
        "law": [
            {"text": one, "checked": document.text(law, ARA.confidence) == "seen"}
            for law in _parts(document, service, CV.hasLegalResource)
            if (one := document.name(law))
        ],
        "sources": sources,
        "confidence": "seen" if seen else "unverified",
        "assured_date": document.text(service, DCTERMS.modified) or day.isoformat(),
    }
    return _draft(f"services/{agency}/{id}.yml", "services", content, to_do)


def _agency(document: Document, node: Node, day: dt.date, taken: set[str]) -> tuple[str, Draft]:
    to_do: list[str] = []
    words = document.words(node, SKOS.prefLabel, DCTERMS.title)
    id = _slug(document.text(node, DCTERMS.identifier) or words.get("en") or next(iter(words.values()), "agency"))
    id = _free(id, taken)
    home = document.one(node, FOAF.homepage)
    hosts = [str(one) for one in document.all(node, ARA.host)]
    host = (urlsplit(str(home)).hostname or "").removeprefix("www.") if home else ""
    kind = document.text(node, ARA.kind)
    if kind is None:
        to_do.append("say what `kind` of organisation it is")
    if not hosts and not host:
        to_do.append("list the hosts of its own web pages in `hosts`: links to others are refused")
    content = {
        "id": id,
        "name": _words(words, f"agency {id}", "name", to_do),
        "kind": kind or "provider",
        "aliases": [str(one) for one in document.all(node, SKOS.altLabel)],
        "site": str(home) if home else None,
        "hosts": hosts or ([host] if host else []),
        "assured_date": document.text(node, DCTERMS.modified) or day.isoformat(),
    }
    return id, _draft(f"agencies/{id}.yml", "agencies", content, to_do)


def _turns(
    document: Document, service: Node, life_events: Mapping[str, model.LifeEvent], to_do: list[str]
) -> dict[str, Any]:
    """The service's place in our life events: as the document says where it knows ours, else by the EU's codes."""
    told = {
        document.text(turn, ARA.lifeEvent): turn
        for turn in document.all(service, ARA.turn)
        if document.text(turn, ARA.lifeEvent) in life_events
    }
    turns: dict[str, Any] = {}
    for event in document.all(service, CV.isGroupedBy):
        own = _slug(document.text(event, DCTERMS.identifier) or "").replace("-", "_")
        # The last part alone: the codes have had more than one address.
        codes = {str(one).rstrip("/").rsplit("/", 1)[-1] for one in document.all(event, DCTERMS.type)}
        found = [own] if own in life_events else [one.id for one in life_events.values() if one.eu_code in codes]
        for id in found:
            turn = told.get(id)
            stage = document.text(turn, ARA.stage) if turn is not None else None
            why = document.text(turn, ARA.why) if turn is not None else None
            only_if = document.text(turn, ARA.onlyIf) if turn is not None else None
            turns[id] = {"stage": stage if stage in _STAGES else "soon", "why": why or "Say why it is there."}
            if only_if:
                turns[id]["only_if"] = only_if
            if why is None:
                to_do.append(f"`life_events`: does it belong to `{id}`? If so, say when (`stage`) and `why`")
    if not turns:
        to_do.append("put it into a life event: `life_events: {having_a_baby: {stage: soon, why: …}}`")
    return turns


def _channels(document: Document, service: Node) -> Iterable[dict[str, Any]]:
    for channel in _parts(document, service, CV.hasChannel):
        url = document.one(channel, SCHEMA.serviceUrl, FOAF.page, FOAF.homepage)
        phone = document.text(channel, SCHEMA.telephone, CV.telephone)
        said = _plain(document.text(channel, DCTERMS.description))
        given = {"url": str(url) if str(url).startswith("https://") else None, "phone": phone}
        kind = document.text(channel, ARA.kind) or ("online" if given["url"] else "phone" if phone else "in_person")
        text = None if said in (None, f"{url}.", f"{phone}.") else said
        if given["url"] or phone or text:
            yield _statement(document, channel, {"kind": kind, **given, "text": text})
    for contact in _parts(document, service, CV.contactPoint):
        phone = document.text(contact, CV.telephone)
        if phone:
            yield {"kind": "phone", "phone": phone, "confidence": "unverified"}


def _costs(document: Document, service: Node) -> Iterable[dict[str, Any]]:
    for cost in _parts(document, service, CV.hasCost):
        value = document.text(cost, CV.hasValue)
        currency = document.one(cost, CV.currency)
        text = document.text(cost, ARA.text)
        if text is None and document.text(cost, ARA.confidence) is None:
            text = document.text(cost, DCTERMS.description)
        amount = float(value) if value and (currency is None or str(currency).endswith("NZD")) else None
        if value and amount is None:
            text = " ".join(filter(None, (f"{value} {str(currency).rsplit('/', 1)[-1]}", text)))
        if amount is not None or text:
            yield _statement(document, cost, {"amount": amount, "text": text})


def _sources(document: Document, service: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for source in document.all(service, DCTERMS.source):
        title = document.text(source, SCHEMA.name) or str(source)
        url = document.text(source, SCHEMA.url) or (str(source) if isinstance(source, URIRef) else None)
        if url:
            key = _free(_slug(title).replace("-", "_")[:30].strip("_"), set(found))
            found[key] = {"title": title, "url": url, "as_of": document.text(source, ARA.asOf) or "undated"}
    return found


def _statement(document: Document, node: Node, content: dict[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in content.items() if value is not None}
    if document.text(node, ARA.confidence) != "seen":
        made["confidence"] = "unverified"
    return made


def _start(channels: list[dict[str, Any]]) -> str:
    kinds = [channel["kind"] for channel in channels]
    if "online" in kinds:
        return "link"
    return "phone" if any("phone" in channel for channel in channels) else "in_person"


def _parts(document: Document, subject: Node, path: URIRef) -> list[Node]:
    """The parts in the order of their numbers, where their identifiers end in one."""
    return sorted(document.all(subject, path), key=lambda part: _number(document.text(part, DCTERMS.identifier)))


def _number(identifier: str | None) -> tuple[int, str]:
    found = re.search(r"(\d+)$", identifier or "")
    return int(found[1]) if found else 0, identifier or ""


def _words(words: Mapping[str, str], fallback: Any, field: str, to_do: list[str]) -> Any:
    """English and te reo Māori as we write them. Other languages stand in for English until somebody puts it right."""
    if "en" not in words and words:
        language = next(iter(words))
        to_do.append(f"`{field}` is in the language `{language}`: put it into plain English")
    elif not words:
        to_do.append(f"`{field}` is not in the document: write it in plain English")
    english = words.get("en") or next(iter(words.values()), None)
    if english is None:
        return fallback
    return {"en": english, "mi": words["mi"]} if "mi" in words else english


def _plain(text: str | None) -> str | None:
    return (text or "").replace(CHECK_WITH_AGENCY, "").strip() or None


def _ids(document: Document, services: Iterable[Node]) -> dict[Node, str]:
    ids: dict[Node, str] = {}
    for service in services:
        words = document.text(service, DCTERMS.identifier) or document.name(service) or "service"
        ids[service] = _free(_slug(words), set(ids.values()))
    return ids


def _free(id: str, taken: set[str]) -> str:
    number, free = 2, id
    while free in taken:
        free, number = f"{id}-{number}", number + 1
    return free


def _slug(text: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain.rsplit("/", 1)[-1]).strip("-")[:60].strip("-") or "unnamed"


def _draft(path: str, kind: str, content: dict[str, Any], to_do: list[str]) -> Draft:
    filled = {key: value for key, value in content.items() if value not in (None, [], {})}
    body = yaml.safe_dump({kind: [filled]}, sort_keys=False, allow_unicode=True, width=110)
    notes = "".join(f"# To do: {one}.\n" for one in to_do)
    return Draft(path, f"# A draft, made from another body's CPSV-AP document.\n{notes}{body}", tuple(to_do))
