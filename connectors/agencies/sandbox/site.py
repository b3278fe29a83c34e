"""The web site of an invented agency, to show the chat on a page that is not ours; and one where it is refused."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.templating import Jinja2Templates

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")


def router(home: str) -> APIRouter:
    """The site's addresses.

    Args:
        home: where Aratohu is, from whose address the one script comes.
    """
    routes = APIRouter(include_in_schema=False)
    # What an agency's own policy has to allow: one script, one frame, one request.
    policy = (
        f"default-src 'none'; style-src 'self'; script-src {home}; frame-src {home}; connect-src {home}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )

    def page(request: Request, site: str) -> Response:
        # The page may be looked at by either name of this machine; the script then comes by the same one or another.
        context = {"home": home, "site": site, "is_listed": site == "demonstration"}
        return _templates.TemplateResponse(request, "site.html", context, headers={"Content-Security-Policy": policy})

    @routes.get("/site", response_class=HTMLResponse)
    def listed(request: Request) -> Response:
        """The chat stands here: this site is on its agency's list."""
        return page(request, "demonstration")

    @routes.get("/site/refused", response_class=HTMLResponse)
    def refused(request: Request) -> Response:
        """The chat does not come: this page claims to be Inland Revenue's, on whose list it is not."""
        return page(request, "ir")

    @routes.get("/site/site.css")
    def style() -> Response:
        return FileResponse(_HERE / "static" / "site.css", media_type="text/css")

    return routes
