"""What the tests of the main job share."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.main_job.running import ROOT, Running, Talking
from tests.main_job.staff import Console


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Aratohu, running for all tests. The model is the project's own; training it again would prove nothing more."""
    data = tmp_path_factory.mktemp("data")
    models = ROOT / ".data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    # What a first start would do, before the clock of the start is running.
    subprocess.run([ROOT / "aratohu", "train"], check=True, timeout=1800, stdin=subprocess.DEVNULL)
    # Copied, since learning puts models of its own beside it.
    (data / "models").mkdir()
    newest = max(models.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    for file in (newest, models / "fingerprint"):
        shutil.copy2(file, data / "models")
    made = Running(data)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def api(running: Running) -> Iterator[httpx.Client]:
    """A client of the running app's public API."""
    with running.api() as client:
        yield client


@pytest.fixture
def staffed(running: Running) -> Iterator[Callable[..., Console]]:
    """Makes consoles of new advisers with the roles that are named."""
    made: list[Console] = []

    def make(*roles: str) -> Console:
        made.append(Console(running, *roles))
        return made[-1]

    yield make
    for console in made:
        console.http.close()


@pytest.fixture
def talking(api: httpx.Client) -> Talking:
    """A new conversation with the running app."""
    return Talking(api)
