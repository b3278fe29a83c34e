"""The FastAPI app: citizens' pages, the public API, and what Rasa and the agencies call."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from catalogue.finding import finder
from connectors.channels import api, browse, chat, checking, exchange, finding, measures, problems, resume, webhook
from connectors.channels.console import app as console
from connectors.channels.housekeeping import Housekeeping
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms, Guard
from connectors.channels.settings import Settings
from connectors.channels.wiring import House, build

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
    pages = Pages(house.words, forms, shared)
    keeping = Housekeeping(house)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        keeping.start()
        # The first search should not be the one that waits for the encoder.
        threading.Thread(target=finder(house.catalogue).warm, daemon=True).start()
        try:
            yield
        finally:
            await run_in_threadpool(keeping.stop)
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
    problems.install(
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
    console.install(app, house, pages, forms)
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    app.add_middleware(Guard, largest=settings.body_limit, rate=f"{settings.requests_a_minute}/minute")
    return app


@functools.cache
def _app() -> FastAPI:
    return create(Settings.load())


def __getattr__(name: str) -> Any:
    # Made when the server asks for it, so that importing this module starts nothing.
    if name == "app":
        return _app()
    raise AttributeError(name)
