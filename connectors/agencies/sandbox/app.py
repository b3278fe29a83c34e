"""The sandbox as a program: ``uvicorn connectors.agencies.sandbox.app:app``, for this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from connectors.agencies.sandbox import api, desk, forms, payments, problems, site
from connectors.agencies.sandbox.agencies import OFFICES
from connectors.agencies.sandbox.documents import Documents
from connectors.agencies.sandbox.faults import Faults
from connectors.agencies.sandbox.handovers import Handovers
from connectors.agencies.sandbox.office import Office
from connectors.agencies.sandbox.outbox import Outbox
from connectors.agencies.sandbox.register import Register
from connectors.agencies.sandbox.settings import Settings
from connectors.agencies.sandbox.tables import Kept
from connectors.agencies.sandbox.tokens import Tokens
from storage import Database, now

CLIENT_ID = "aratohu"
"""The one client that the sandbox knows, where nobody names another."""

_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
_log = logging.getLogger(__name__)


def create(
    data_dir: Path,
    client_secret: str,
    webhook_secret: str,
    *,
    auto_seconds: float | None = None,
    token_seconds: int = 300,
    first_pause: float = 1.0,
    offices: Mapping[str, Office] = OFFICES,
    home: str = "http://127.0.0.1:8000",
    client_id: str = CLIENT_ID,
) -> FastAPI:
    """The program.

    Args:
        data_dir: where ``sandbox.db`` is kept; made where it is missing.
        webhook_secret: ``whsec_`` and base64.
        auto_seconds: after how long a received application is approved, and an approved one completed, by itself.
        token_seconds: how long an access token is good.
        home: where Aratohu is, for the site of the invented agency.
        first_pause: seconds before a webhook that did not arrive is tried again.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "sandbox.db"
    database = Database(f"sqlite:///{file}")
    Kept.metadata.create_all(database.engine)
    # It holds what people answered.
    file.chmod(0o600)
    faults = Faults()
    outbox = Outbox(database, webhook_secret, faults, first_pause=first_pause)
    register = Register(database, offices, outbox)
    handovers = Handovers(database, offices)
    tokens = Tokens(client_id, client_secret, token_seconds)
    contract = api.make(offices, register, tokens, faults, Documents(database), handovers)

    @contextlib.asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(outbox.run(), name="outbox"),
            asyncio.create_task(_advance(register, auto_seconds), name="auto"),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        database.close()

    app = problems.Documented(
        title="Sandbox agencies: the desk",
        version="1.0",
        description="Acts as the sandbox's agencies, and switches faults on. Everything in it is invented.",
        openapi_url="/desk/openapi.json",
        lifespan=running,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.register, app.state.faults, app.state.offices = register, faults, offices
    app.state.form_key = hashlib.sha256(f"desk forms {client_secret}".encode()).digest()
    problems.install(app)
    app.add_middleware(problems.BodyLimit)
    # Without it, a page elsewhere could reach the desk by a name that it points at this machine.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)

    @app.get("/", include_in_schema=False)
    def front() -> RedirectResponse:
        return RedirectResponse("/desk")

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        return contract.openapi()

    @app.get("/health", include_in_schema=False)
    def health() -> JSONResponse:
        try:
            with database.begin() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return JSONResponse({"status": "down"}, 503)
        return JSONResponse({"status": "up", "agencies": list(offices)})

    app.include_router(desk.routes)
    app.include_router(payments.make(register, webhook_secret))
    app.include_router(forms.make(handovers))
    app.include_router(site.router(home))
    app.mount("/{agency}/v1", contract)
    return app


async def _advance(register: Register, seconds: float | None) -> None:
    while True:
        await asyncio.sleep(1.0 if seconds is None else min(seconds / 2, 1.0))
        try:
            before = None if seconds is None else now() - dt.timedelta(seconds=seconds)
            await asyncio.to_thread(register.advance, before)
        except SQLAlchemyError as error:
            _log.warning("applications could not be moved along (%s)", type(error).__name__)


def _from_environment() -> FastAPI:
    settings = Settings.load()
    return create(
        settings.data_dir,
        settings.sandbox_client_secret.get_secret_value(),
        settings.webhook_secret.get_secret_value(),
        auto_seconds=settings.sandbox_auto_seconds,
        home=settings.public_url,
    )


def __getattr__(name: str) -> FastAPI:
    # Made when a server asks for it, so that importing this module needs no settings and writes no file.
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = _from_environment()
    made: FastAPI = globals()["app"]
    return made
