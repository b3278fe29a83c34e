"""The FastAPI app: citizens' pages, the public API, and what Rasa and the agencies call."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from catalogue.finding import finder
from catalogue.model import Site
from connectors.channels import (
    api,
    browse,
    chat,
    checking,
    embedding,
    exchange,
    finding,
    following,
    going,
    keeping,
    measures,
    problems,
    resume,
    together,
    uploads,
    webhook,
)
from connectors.channels.console import app as console
from connectors.channels.housekeeping import Housekeeping
from connectors.channels.post import Post
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms, Guard
from connectors.channels.settings import Settings
from connectors.channels.wiring import House, build
from conversations.notices import Notices

STATIC = Path(__file__).parent / "static"


def create(settings: Settings) -> FastAPI:
    """The app for ``settings``. Its tables are made and its deliveries run from here on, until its lifespan ends."""
    return assemble(build(settings))


def assemble(house: House) -> FastAPI:
    """The app on the rooms of ``house``."""
    settings = house.settings
    # At its usual level it logs the address of each request, and Rasa's token is part of that.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    forms = Forms(settings.session_secret.get_secret_value(), settings.is_secure)
    shared = {
        "sandbox": settings.sandbox,
        "emergency": next((line for line in house.catalogue.crisis_lines.values() if "danger" in line.first_for), None),
        "conversation_days": settings.conversation_days,
        "application_days": settings.application_days,
    }
    sites = _sites(house)
    notices = Notices(house.database)
    pages = Pages(house.words, forms, shared, sites, _every(2.0, notices.current))
    housekeeping = Housekeeping(house)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        housekeeping.start()
        # The first search should not be the one that waits for the encoder.
        threading.Thread(target=finder(house.catalogue).warm, daemon=True).start()
        try:
            yield
        finally:
            await run_in_threadpool(housekeeping.stop)
            await run_in_threadpool(house.close)

    app = FastAPI(
        title="Aratohu",
        version="1.0.0",
        summary="Government services around what happens in people's lives.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.house = house
    tell = problems.install(
        app,
        lambda request, document: pages.page(
            request, "problem.html", status=document.status, title=document.title, detail=document.detail, problem=True
        ),
    )
    app.include_router(api.router(house))
    app.include_router(checking.router(house.catalogue, house.rooms.today))
    app.include_router(finding.router(house.catalogue))
    app.include_router(exchange.router(house.catalogue, settings.public_url, house.rooms.today))
    app.include_router(measures.api(house))
    app.include_router(measures.router(house, pages))
    app.include_router(webhook.router(house))
    app.include_router(chat.router(house, pages, forms))
    app.include_router(resume.router(house, pages, forms))
    app.include_router(browse.router(house, pages, forms))
    app.include_router(going.router(house, forms))
    app.include_router(following.router(house, pages, forms, Post(settings)))
    app.include_router(together.router(house))
    app.include_router(uploads.router(house, pages, forms))
    console.install(app, house, pages, forms)
    app.include_router(keeping.router(house, pages, forms))
    app.include_router(embedding.router(house, pages, forms, sites))
    app.mount("/static", Static(directory=STATIC, check_dir=False), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
    app.add_middleware(Guard, largest=settings.body_limit, rate=f"{settings.requests_a_minute}/minute", tell=tell)
    return app


class Static(StaticFiles):
    """What pages load. An address that names the build never changes what it stands for."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
        """The file, to be kept for a year where the address names the build."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        if scope.get("query_string", b"").startswith(b"v="):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _sites(house: House) -> dict[str, Site]:
    """The sites on which the chat may stand; the demonstration's is wherever the sandbox agencies run."""
    sites = dict(house.catalogue.sites)
    if house.settings.sandbox and "demonstration" in sites:
        here = house.settings.sandbox_url
        origins = (here, here.replace("127.0.0.1", "localhost"))
        sites["demonstration"] = sites["demonstration"].model_copy(update={"origins": origins})
    return sites


def _every(seconds: float, look: Callable[[], Any]) -> Callable[[], Any]:
    """``look``, but no more often than every ``seconds``: what it gave last is given meanwhile."""
    kept: tuple[float, Any] = (float("-inf"), None)

    def given() -> Any:
        nonlocal kept
        if time.monotonic() - kept[0] >= seconds:
            kept = (time.monotonic(), look())
        return kept[1]

    return given


@functools.cache
def _app() -> FastAPI:
    return create(Settings.load())


def __getattr__(name: str) -> Any:
    # Made when the server asks for it, so that importing this module starts nothing.
    if name == "app":
        return _app()
    raise AttributeError(name)
