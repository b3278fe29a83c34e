"""Kills, and what they must not do."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.main_job.running import Running, Talking, until

pytestmark = pytest.mark.programs

ANSWERS = {
    "certificate_name": "Tama Rangi",
    "certificate_birth_date": "1980-05-06",
    "full_name": "Tama Rangi",
    "postal_address": "3 Kauri Street, Ōtaki 5512",
    "email": "tama@example.nz",
}


def fault(running: Running, kind: str, count: int) -> None:
    body = {"agency": "dia", "kind": kind, "count": count}
    httpx.post(f"{running.desk}/api/faults", json=body, timeout=30).raise_for_status()


def test_an_application_on_its_way_arrives_once_when_the_app_is_killed(running: Running) -> None:
    # The agency takes it in and its answer is lost; then it is away; then the app is killed.
    fault(running, "lost_answer", 1)
    fault(running, "error", 2)
    with running.api() as api:
        taken = api.post(
            "/applications",
            json={"service": "birth-certificate", "answers": ANSWERS, "consent": {"agreed": True}},
            headers={"Idempotency-Key": "killed"},
        ).json()
    running.kill("app")
    headers = {"X-Access-Code": taken["access_code"]}

    def status() -> str:
        try:
            with running.api() as api:
                return str(api.get(f"/applications/{taken['reference']}", headers=headers).json()["status"])
        except httpx.TransportError:
            return "away"

    until(lambda: status() == "received", 90, "the application's arrival")
    time.sleep(2)
    assert sum(one["reference"] == taken["reference"] for one in running.received()) == 1


def test_a_message_is_answered_when_rasa_is_back(running: Running) -> None:
    with running.api() as api:
        talking = Talking(api)
        running.kill("rasa")
        reply = talking.say("dad passed on tuesday")
        assert reply["decision"] == "kept"

        def answered() -> bool:
            turns = api.get(f"/conversations/{talking.id}", headers=talking.headers).json()["turns"]
            return any(message["type"] == "plan" for message in turns[-1]["messages"])

        until(answered, 90, "the answer")
    assert "starting it again" in running.said.read_text()


def test_a_second_start_is_quick(running: Running) -> None:
    running.stop()
    assert running.start() < 20
