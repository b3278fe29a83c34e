"""The chat on an agency's page: what the loader asks for, and the frame that it opens.

An agency puts one script tag on its page (docs/embedding.md). The loader learns name, colour, hours and phone from
here, in an answer that only the origins of that agency's site can read, and opens a frame that only they may show.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from catalogue.model import Site
from connectors.channels.problems import Problem
from connectors.channels.rendering import STATIC, Pages, framed_policy
from connectors.channels.security import FRAMED_COOKIE, Forms
from connectors.channels.wiring import House


class Launcher(BaseModel):
    """What the loader shows on the agency's page."""

    name: str
    colour: str
    phone: str | None
    hours: str | None
    open: str
    close: str
    title: str
    alone: str


def router(house: House, pages: Pages, forms: Forms, sites: dict[str, Site]) -> APIRouter:
    """The addresses for agencies' pages."""
    routes = APIRouter(include_in_schema=False)

    def known(id: str) -> Site:
        if id not in sites:
            raise Problem(404, "No such site", "Ask whoever runs Aratohu to add your site to the list.")
        return sites[id]

    @routes.get("/embed.js")
    def loader() -> Response:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=3600"}
        return FileResponse(STATIC / "embed.js", media_type="text/javascript", headers=headers)

    @routes.get("/embed/{id}.json")
    def launcher(request: Request, id: str) -> Response:
        """For the loader: only a listed origin gets it."""
        site = known(id)
        origin = request.headers.get("origin", "")
        if origin not in site.origins:
            said = f"{origin or 'A page without an origin'} is not on the list of this site."
            raise Problem(403, "This page may not show Aratohu", said)
        language = pages.language(request)
        agency = house.catalogue.agencies[site.agency]
        phone = next((one for one in agency.phones if one.confidence != "unverified"), None)
        name = (site.name or agency.name).in_language(language)

        def say(key: str) -> str:
            return pages.text(request, key, agency=name)

        made = Launcher(
            name=name,
            colour=site.colour,
            phone=phone.number if phone else None,
            hours=phone.hours if phone else None,
            open=say("embed_open"),
            close=say("embed_close"),
            title=say("embed_title"),
            alone=say("embed_alone"),
        )
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Vary": "Origin",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return JSONResponse(made.model_dump(), headers=headers)

    @routes.get("/embed/{id}")
    def frame(request: Request, id: str) -> Response:
        """Where the frame begins: it is told once whose page it stands on."""
        site = known(id)
        if request.headers.get("sec-fetch-dest") != "iframe":
            return RedirectResponse("/", status_code=303)
        answer = RedirectResponse("/chat", status_code=303)
        forms.set_cookie(answer, FRAMED_COOKIE, site.id, request)
        answer.headers["Content-Security-Policy"] = framed_policy(site)
        return answer

    return routes
