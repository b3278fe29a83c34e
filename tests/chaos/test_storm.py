"""A small storm. The whole one is `make test-chaos`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.storm import Storm

pytestmark = pytest.mark.programs


@pytest.mark.parametrize("kind", ["SQLite", "Postgres"])
def test_every_application_arrives_exactly_once_and_in_order(
    kind: str, tmp_path: Path, make_postgres: Callable[[], str]
) -> None:
    database = make_postgres() if kind == "Postgres" else None
    outcome = Storm(tmp_path, workflows=8, kills=1, database=database).run(240)
    assert outcome.faults == []
    assert (outcome.database, outcome.kills) == (kind, 1)
    assert (outcome.lost, outcome.doubled, outcome.out_of_order) == (0, 0, 0)
    assert outcome.delivered + outcome.withdrawn == 24
