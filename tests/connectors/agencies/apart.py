"""An agency apart: DIA alone, with one service and credentials of its own, as a program on a port of its own."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI

from connectors.agencies.sandbox import app
from connectors.agencies.sandbox.agencies import OFFICES

CLIENT_ID = "aratohu-at-dia"
SERVICE = "birth-certificate"


def create() -> FastAPI:
    """The program, with folder and secrets from the environment."""
    office = OFFICES["dia"]
    one = office.model_copy(update={"services": tuple(offer for offer in office.services if offer.id == SERVICE)})
    return app.create(
        Path(os.environ["APART_DIR"]),
        os.environ["APART_CLIENT_SECRET"],
        os.environ["APART_WEBHOOK_SECRET"],
        client_id=CLIENT_ID,
        offices={"dia": one},
        auto_seconds=None,
    )
