"""A desk on SQLite, and on Postgres too where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    if request.param == "postgres":
        url = request.getfixturevalue("make_postgres")().replace("postgresql://", "postgresql+psycopg://")
    else:
        url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    made = House(url)
    yield made
    made.database.close()
