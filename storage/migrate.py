"""Brings a database to the newest tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


def config(url: str) -> Config:
    """Alembic's configuration for ``url``; there is no ini file to keep in step."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    # A percent sign in a password would be read as interpolation.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def migrate(url: str) -> None:
    """Runs every migration that ``url`` does not have yet. Does nothing to an up-to-date database."""
    command.upgrade(config(url), "head")
