"""The program that is killed: the whole house of the app, and of its addresses those that applications need."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from connectors.channels import api, problems, together, webhook
from connectors.channels.settings import Settings
from connectors.channels.wiring import build


def create() -> FastAPI:
    """The program, from the environment's settings."""
    house = build(Settings.load())

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        house.close()

    app = FastAPI(lifespan=lifespan)
    problems.install(app, lambda request, document: JSONResponse(document.model_dump(mode="json"), document.status))
    app.include_router(together.router(house))
    app.include_router(api.router(house))
    app.include_router(webhook.router(house))
    return app
