"""A desk of another make, as docs/console.md shows it: told by webhooks, answering over the API."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from connectors.channels.ports import free_ports
from tests.main_job.running import Running, Talking, until
from tests.main_job.staff import command

pytestmark = [pytest.mark.programs]


class OtherDesk:
    """What an existing desk would add: an address for webhooks, and a client of the API."""

    def __init__(self, running: Running, login: str) -> None:
        self.told: list[dict[str, Any]] = []
        self.refuse = 0
        (port,) = free_ports(1)
        made = command(running, "desk", login, "--team", "general", "--webhook", f"http://127.0.0.1:{port}/told")
        self.token = made.split("token: ")[1].split()[0]
        secret = made.split("webhook secret: ")[1].split()[0]
        desk = self

        class Told(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                event = Webhook(secret).verify(body, dict(self.headers))
                if desk.refuse:
                    desk.refuse -= 1
                    self.send_response(503)
                else:
                    desk.told.append(event)
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Told)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.api = httpx.Client(
            base_url=f"{running.address}/api/v1/desk", headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )

    def wait(self, kind: str, **data: Any) -> dict[str, Any]:
        """The next event of a kind."""

        def found() -> dict[str, Any] | None:
            for one in self.told:
                if one["type"] == kind and all(one["data"].get(key) == value for key, value in data.items()):
                    return one
            return None

        event: dict[str, Any] = until(found, 20, kind)
        return event

    def close(self) -> None:
        self.api.put("/presence", json={"presence": "away"})
        self.api.close()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def desk(running: Running) -> Iterator[OtherDesk]:
    made = OtherDesk(running, f"desk-{secrets.token_hex(3)}")
    yield made
    made.close()


def test_a_handover_goes_out_and_messages_come_back(running: Running, desk: OtherDesk) -> None:
    with running.api() as api:
        talking = Talking(api)
        talking.say("dad passed on tuesday")
        assert talking.say("can i talk to a person")["messages"][0]["live"] == "none", "nobody is there yet"

        assert desk.api.put("/presence", json={"presence": "here", "seconds": 60}).status_code == 204
        assert talking.say("can i talk to a person")["messages"][0]["live"] == "waiting"
        waiting = desk.wait("handover.waiting", conversation=talking.id)
        number = waiting["data"]["handover"]
        assert waiting["data"]["summary"]["life_events"] == ["Someone has died"]
        assert waiting["data"]["summary"]["words"] == ["dad passed on tuesday"]

        taken = desk.api.post(f"/handovers/{number}/take").json()
        assert taken["state"] == "held"
        for _ in range(2):
            said = desk.api.post(
                f"/handovers/{number}/messages", json={"id": "m1", "text": "I am sorry. How can I help?", "name": "Jo"}
            )
            assert said.status_code == 201, said.text
        desk.refuse = 1
        for text in ("who do we tell", "and the bank?"):
            assert talking.say(text)["messages"] == [], "the assistant keeps silent"
        until(lambda: len([one for one in desk.told if one["type"] == "message.created"]) >= 2, 30, "both messages")
        texts = [one["data"]["message"]["text"] for one in desk.told if one["type"] == "message.created"]
        assert texts == ["who do we tell", "and the bank?"], "in order, each once, though one was refused at first"

        turns = api.get(f"/conversations/{talking.id}", headers=talking.headers).json()["turns"]
        assert [turn["text"] for turn in turns if turn["by"] == "adviser" and turn["text"]] == [
            "Jo: I am sorry. How can I help?"
        ]
        assert desk.api.post(f"/handovers/{number}/end", json={"ending": "handed_back"}).json()["state"] == "over"
        desk.wait("handover.over", handover=number)
        assert talking.say("show me my plan")["messages"], "the assistant is there again"
        late = desk.api.post(f"/handovers/{number}/messages", json={"id": "m2", "text": "one more thing"})
        assert late.status_code == 409
        assert json.loads(late.content)["detail"]


def test_only_the_desk_itself_gets_in(running: Running, desk: OtherDesk) -> None:
    with httpx.Client(base_url=f"{running.address}/api/v1/desk") as stranger:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = stranger.get("/handovers", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
    assert desk.api.post("/handovers/999999/take").status_code == 404
