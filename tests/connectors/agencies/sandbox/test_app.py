from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from connectors.agencies.sandbox import app
from connectors.agencies.sandbox.settings import Settings, SettingsError
from tests.connectors.agencies import running
from tests.connectors.agencies.running import CLIENT_SECRET, WEBHOOK_SECRET, Receiver, Sandbox, order, until

ROOT = Path(__file__).parents[4]


def test_it_is_made_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("ARATOHU_SANDBOX_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("ARATOHU_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setenv("ARATOHU_PORT", "8000")
    try:
        assert isinstance(app.app, FastAPI)
        assert app.app is app.app
    finally:
        vars(app).pop("app")
    file = tmp_path / "new" / "sandbox.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", "/tmp")  # noqa: S108 - nothing is written
    monkeypatch.delenv("ARATOHU_SANDBOX_CLIENT_SECRET", raising=False)
    monkeypatch.setenv("ARATOHU_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setenv("ARATOHU_SANDBOX_AUTO_SECONDS", "-1")
    with pytest.raises(SettingsError, match="AUTO_SECONDS, ARATOHU_SANDBOX_CLIENT_SECRET") as caught:
        Settings.load()
    assert WEBHOOK_SECRET not in str(caught.value)


def test_importing_it_needs_nothing() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import connectors.agencies.sandbox.app"], cwd=ROOT, env={}, check=False, timeout=60
    )
    assert ran.returncode == 0


def test_it_says_that_it_is_well(sandbox: Sandbox) -> None:
    answer = sandbox.http.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "up")


def test_applications_move_by_themselves_where_asked_for(tmp_path: Path, receiver: Receiver) -> None:
    with running.sandbox(tmp_path) as sandbox:
        made = sandbox.agency(callback_url=receiver.url).start(order())
        waiting = sandbox.agency(callback_url=receiver.url).start(order(reference="ARA-2222-3333"))
        sandbox.move(waiting.id, "more_information_needed", "Where?")
    with running.sandbox(tmp_path, auto_seconds=0.2) as sandbox:
        agency = sandbox.agency()
        until(lambda: agency.read(made.id).state == "completed")
        assert [change["state"] for change in sandbox.filed()[1]["application"]["history"]] == [
            "received",
            "approved",
            "completed",
        ]
        assert agency.read(waiting.id).state == "more_information_needed"
        until(lambda: len(receiver.got) == 5)


def test_applications_stay_where_they_are_else(sandbox: Sandbox) -> None:
    made = sandbox.agency().start(order())
    assert sandbox.agency().read(made.id).state == "received"


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with running.sandbox(tmp_path) as sandbox:
        made = sandbox.agency().start(order())
        token = sandbox.token()
    with running.sandbox(tmp_path) as sandbox:
        assert sandbox.agency().start(order()).id != ""
        assert sandbox.http.get(f"/dia/v1/applications/{made.id}", headers=token).status_code == 200
