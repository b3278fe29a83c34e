"""An agency that is connected by configuration alone: three programs, real HTTP, and webhooks back."""

from __future__ import annotations

import base64
import datetime as dt
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
import yaml
from click.testing import CliRunner, Result

from connectors.channels.command.group import commands
from connectors.channels.ports import free_ports
from connectors.channels.settings import PREFIX
from tests.connectors.agencies.apart import CLIENT_ID, SERVICE
from tests.connectors.agencies.running import CLIENT_SECRET, WEBHOOK_SECRET, good, until
from tests.main_job.running import ROOT

pytestmark = pytest.mark.programs

SECRET = secrets.token_urlsafe(32)
SIGNING = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass
class Connected:
    """The app, the sandbox that it has anyway, and the agency apart."""

    app: httpx.Client
    sandbox: httpx.Client
    apart: httpx.Client
    environment: dict[str, str]
    said: Path
    file: Path

    def start(self, service: str) -> tuple[str, dict[str, str]]:
        """Starts a service over the API; gives its reference and the header that opens it."""
        body = {"service": service, "answers": good(service), "consent": {"agreed": True}}
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        made = self.app.post("/api/v1/applications", json=body, headers=headers).raise_for_status().json()
        return made["reference"], {"X-Access-Code": made["access_code"]}

    def status(self, reference: str, code: dict[str, str]) -> str:
        """Where an application is, as the person sees it."""
        return str(self.app.get(f"/api/v1/applications/{reference}", headers=code).raise_for_status().json()["status"])

    def command(self, *words: str, **changed: str) -> Result:
        """``./aratohu`` with the app's settings."""
        return CliRunner().invoke(commands, words, env={**self.environment, **changed})


def filed(agency: httpx.Client) -> dict[str, dict[str, Any]]:
    """What an agency has, by reference."""
    found = agency.get("/desk/api/applications").raise_for_status().json()
    return {one["application"]["reference"]: one["application"] for one in found}


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    folder = tmp_path_factory.mktemp("connected")
    ports = dict(zip(("app", "sandbox", "apart"), free_ports(3), strict=True))
    file = folder / "agencies.yml"
    (folder / "dia.secret").write_text(f"{SECRET}\n")
    connection = {
        "address": f"http://127.0.0.1:{ports['apart']}/dia/v1",
        "client_id": CLIENT_ID,
        "client_secret": "file:dia.secret",
        "webhook_secret": "env:DIA_WEBHOOK_SECRET",
        "services": [SERVICE],
    }
    file.write_text(yaml.safe_dump({"dia": connection}))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment = {
        **plain,
        "DIA_WEBHOOK_SECRET": SIGNING,
        "ARATOHU_AGENCIES": str(file),
        "ARATOHU_DATA_DIR": str(folder / "data"),
        "ARATOHU_PORT": str(ports["app"]),
        "ARATOHU_SANDBOX_PORT": str(ports["sandbox"]),
        "ARATOHU_SANDBOX_CLIENT_SECRET": CLIENT_SECRET,
        "ARATOHU_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "ARATOHU_RASA_URL": "http://127.0.0.1:9",
        # News must come by webhook: asking comes too late for these tests.
        "ARATOHU_FOLLOW_SECONDS": "3600",
    }
    apart = {
        **plain,
        "APART_DIR": str(folder / "apart"),
        "APART_CLIENT_SECRET": SECRET,
        "APART_WEBHOOK_SECRET": SIGNING,
    }
    said = folder / "said.txt"
    programs = []
    with said.open("ab") as out:
        for name, app, environ, *more in (
            ("apart", "tests.connectors.agencies.apart:create", apart, "--factory"),
            ("sandbox", "connectors.agencies.sandbox.app:app", environment),
            ("app", "connectors.channels.app:app", environment),
        ):
            command = [sys.executable, "-m", "uvicorn", app, "--port", str(ports[name]), *more]
            programs.append(subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out))
    http = {
        name: httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        for name, port in ports.items()
    }
    try:
        for name, path in (("apart", "/health"), ("sandbox", "/health"), ("app", "/api/v1/health")):
            until(lambda client=http[name], path=path: is_up(client, path), 60)  # type: ignore[misc]
        yield Connected(http["app"], http["sandbox"], http["apart"], environment, said, file)
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(30)
        for client in http.values():
            client.close()


def is_up(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False


def signed(secret: str, body: bytes) -> dict[str, str]:
    at = dt.datetime.now(dt.UTC)
    signature = standardwebhooks.Webhook(secret).sign("msg_1", at, body.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def test_an_application_goes_to_the_connected_agency_and_its_webhooks_come_back(connected: Connected) -> None:
    reference, code = connected.start(SERVICE)
    until(lambda: connected.status(reference, code) == "received", 20)
    assert reference in filed(connected.apart)
    assert reference not in filed(connected.sandbox)
    asked = connected.app.post(f"/api/v1/applications/{reference}/payment", headers=code)
    assert asked.is_success, asked.text
    page = asked.json()["url"]
    back = httpx.post(page, data={"choice": "pay"}, timeout=30, trust_env=False)
    assert connected.app.get(back.headers["location"]).status_code == 303
    id = filed(connected.apart)[reference]["id"]
    moved = connected.apart.post(f"/desk/api/applications/{id}/move", json={"state": "completed", "message": "Sent."})
    moved.raise_for_status()
    until(lambda: connected.status(reference, code) == "completed", 20)


def test_other_agencies_stay_with_the_sandbox(connected: Connected) -> None:
    reference, code = connected.start("jobseeker-support")
    until(lambda: connected.status(reference, code) == "received", 20)
    assert reference in filed(connected.sandbox)
    assert reference not in filed(connected.apart)


def test_what_the_connected_agency_does_not_take_starts_on_its_own_page(connected: Connected) -> None:
    ways = {one["id"]: one["start"] for one in connected.app.get("/api/v1/services").raise_for_status().json()}
    assert (ways[SERVICE], ways["register-birth"], ways["jobseeker-support"]) == ("api", "link", "api")
    body = {"service": "register-birth", "answers": good("register-birth"), "consent": {"agreed": True}}
    refused = connected.app.post("/api/v1/applications", json=body, headers={"Idempotency-Key": "elsewhere"})
    assert refused.status_code == 422, refused.text
    assert not any(one["service"] == "register-birth" for one in filed(connected.sandbox).values())


def test_the_sandbox_cannot_sign_for_the_connected_agency(connected: Connected) -> None:
    path = "/internal/agencies/dia/changes"
    body = b"{}"
    # With its own secret the agency gets as far as being told that this is no event.
    theirs = connected.app.post(path, content=body, headers=signed(SIGNING, body))
    sandbox = connected.app.post(path, content=body, headers=signed(WEBHOOK_SECRET, body))
    assert (theirs.status_code, sandbox.status_code) == (401, 401)
    assert "no event" in theirs.json()["detail"]
    assert "no event" not in sandbox.json()["detail"]


def test_it_is_listed_and_checked_without_a_secret(connected: Connected) -> None:
    listed = connected.command("agency", "list")
    assert listed.exit_code == 0, listed.stderr
    assert f"services: {SERVICE}" in listed.stdout
    assert "Played by the sandbox:" in listed.stdout
    checked = connected.command("agency", "check")
    assert checked.exit_code == 0, checked.output
    assert f"{SERVICE}: offered, and the form asks for all that it needs" in checked.stdout
    told = listed.output + checked.output + connected.said.read_text("utf-8")
    assert SECRET not in told
    assert SIGNING not in told


def test_the_check_says_what_to_do_about_a_wrong_secret(connected: Connected) -> None:
    wrong = yaml.safe_load(connected.file.read_text()) | {}
    wrong["dia"]["client_secret"] = "env:OTHER"
    file = connected.file.with_name("wrong.yml")
    file.write_text(yaml.safe_dump(wrong))
    checked = connected.command("agency", "check", ARATOHU_AGENCIES=str(file), OTHER="not-the-right-one")
    assert checked.exit_code == 1
    assert "Check client_id and client_secret" in checked.stdout
    assert "not-the-right-one" not in checked.output


def test_the_check_names_what_the_agency_does_not_offer(connected: Connected) -> None:
    more = yaml.safe_load(connected.file.read_text())
    more["dia"]["services"].append("death-certificate")
    file = connected.file.with_name("more.yml")
    file.write_text(yaml.safe_dump(more))
    checked = connected.command("agency", "check", "dia", ARATOHU_AGENCIES=str(file))
    assert checked.exit_code == 1
    assert "death-certificate: it does not offer this" in checked.stdout


def test_a_wrong_file_stops_the_start_and_says_why(connected: Connected) -> None:
    file = connected.file.with_name("typed.yml")
    file.write_text(yaml.safe_dump({"dia": {"address": "agency.example", "client_secret": SECRET}}))
    started = connected.command("run", ARATOHU_AGENCIES=str(file))
    assert started.exit_code == 2
    assert "dia.client_id: it is missing" in started.output
    assert SECRET not in started.output
