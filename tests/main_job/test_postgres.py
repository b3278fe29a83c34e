"""The main job on Postgres, as in production: conversations, applications and workflows in one real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.main_job.running import ROOT, Running, Talking, fill, until

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, make_postgres: Callable[[], str]) -> Iterator[Running]:
    """Aratohu, running on a Postgres of its own."""
    data = tmp_path_factory.mktemp("postgres")
    (data / "models").symlink_to(ROOT / ".data" / "models")
    made = Running(data, database_url=make_postgres())
    made.start()
    yield made
    made.stop()


def test_the_main_job_with_the_app_killed_on_the_way(on_postgres: Running) -> None:
    with on_postgres.api() as api:
        talking = Talking(api)
        talking.say("we're having a baby")
        talking.choose("start:register-birth")
        talking.choose("agree")
        fill(talking)
        talking.choose("send")
        receipt = talking.last("receipt")
    on_postgres.kill("app")
    headers = {"X-Access-Code": receipt["access_code"]}

    def status() -> str:
        try:
            with on_postgres.api() as api:
                return str(api.get(f"/applications/{receipt['reference']}", headers=headers).json()["status"])
        except httpx.TransportError:
            return "away"

    until(lambda: status() == "received", 60, "the application's arrival")
    on_postgres.act(receipt["reference"], "completed", "The birth is registered.")
    until(lambda: status() == "completed", 30, "completion")
    assert sum(one["reference"] == receipt["reference"] for one in on_postgres.received()) == 1
    with on_postgres.api() as api:
        talking = Talking(api)
        assert talking.say("dad passed on tuesday")["decision"] == "accept"
    assert not list(Path(on_postgres.data).glob("aratohu.sqlite*"))
    assert not list(Path(on_postgres.data).glob("workflows.sqlite*"))
