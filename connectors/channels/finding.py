"""Searching the catalogue over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from catalogue import Catalogue
from catalogue.finding import LONGEST, Found, Kind, finder
from connectors.channels.problems import RESPONSES
from conversations.messages import Language

KINDS: tuple[Kind, ...] = ("life_event", "service", "agency")

PATHS: dict[Kind, str] = {"life_event": "life-events", "service": "services", "agency": "agencies"}


class Hit(BaseModel):
    """Something that was found."""

    kind: Kind
    id: str
    name: str
    lang: Language = Field(description="the language that the name is in")
    called: str | None = Field(description="the other name that matched, such as “the dole”")
    what: str | None = Field(description="what the service does; None for others")
    agency: str | None = Field(description="id of the agency that is answerable; None for others than services")
    agency_name: str | None
    page: str = Field(description="path of its page")


class Hits(BaseModel):
    """What a search found, the likeliest first."""

    results: list[Hit]


def router(catalogue: Catalogue) -> APIRouter:
    """The one address of the search."""
    routes = APIRouter(prefix="/api/v1", responses=RESPONSES)

    @routes.get("/search", tags=["catalogue"])
    def search(
        q: Annotated[str, Query(min_length=1, max_length=LONGEST, description="a name, a nickname, a few words")],
        kind: Annotated[list[Kind] | None, Query(description="what to look for; everything where left out")] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 10,
        language: Language = "en",
    ) -> Hits:
        """Finds life events, services and agencies by any of their names, misspelt or not, and by meaning.

        Nothing about the search is kept.
        """
        found = finder(catalogue).find(q, kind or KINDS, limit)
        return Hits(results=[hit(catalogue, one, language) for one in found])

    return routes


def hit(catalogue: Catalogue, found: Found, language: Language) -> Hit:
    """What was found, with its names in ``language``."""
    service = catalogue.services[found.id] if found.kind == "service" else None
    agency = catalogue.agency_of(service) if service else None
    if service:
        name = service.name
    else:
        name = (catalogue.agencies if found.kind == "agency" else catalogue.life_events)[found.id].name
    return Hit(
        kind=found.kind,
        id=found.id,
        name=name.in_language(language),
        lang="mi" if language == "mi" and name.mi else "en",
        called=found.called,
        what=service.what.in_language(language) if service else None,
        agency=agency.id if agency else None,
        agency_name=agency.name.in_language(language) if agency else None,
        page=f"/{PATHS[found.kind]}/{found.id}",
    )
