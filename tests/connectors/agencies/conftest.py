from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.agencies import running


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[running.Sandbox]:
    """A sandbox of its own, running."""
    with running.sandbox(tmp_path, first_pause=0.05) as made:
        yield made


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Sandbox]:
    """A sandbox for tests that leave nothing in it."""
    with running.sandbox(tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[running.Receiver]:
    """What takes webhooks, running."""
    with running.receiver() as made:
        yield made
