from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.agencies.sandbox.outbox import Outbox
from connectors.agencies.webhooks import BadWebhook, Webhooks
from tests.connectors.agencies import running
from tests.connectors.agencies.running import WEBHOOK_SECRET, Receiver, Sandbox, order, until


@contextlib.contextmanager
def dripping(came: threading.Event) -> Iterator[str]:
    """A receiver that sends a letter of its answer every tenth of a second, and never comes to an end.

    It says when something ``came``.
    """
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            came.set()
            with contextlib.suppress(OSError):
                while not ended.wait(0.1):
                    self.wfile.write(b".")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/changes"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def sequences(receiver: Receiver) -> list[int]:
    return [json.loads(body)["data"]["sequence"] for _, body in receiver.got]


def test_every_change_is_sent_in_order(sandbox: Sandbox, receiver: Receiver) -> None:
    made = sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.move(made.id, "more_information_needed", "Where?")
    sandbox.move(made.id, "received")
    sandbox.move(made.id, "completed")
    until(lambda: len(receiver.got) == 4)
    assert sequences(receiver) == [1, 2, 3, 4]
    assert json.loads(receiver.got[1][1])["data"]["wanted"] == ["more_information"]


def test_what_did_not_arrive_is_sent_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [500, 503, 401]
    made = sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.move(made.id, "completed")
    until(lambda: len(receiver.got) == 5)
    assert sequences(receiver) == [1, 1, 1, 1, 2]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 2
    until(lambda: sandbox.filed()[0]["webhooks"] == {"sent": 2, "waiting": 0, "given_up": 0})


def test_gone_is_not_tried_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [410]
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: sandbox.filed()[0]["webhooks"]["given_up"] == 1)
    assert len(receiver.got) == 1


def test_the_outbox_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [503] * 1000
    with running.sandbox(tmp_path) as sandbox:
        made = sandbox.agency(callback_url=receiver.url).start(order())
        sandbox.move(made.id, "completed")
        until(lambda: len(receiver.got) >= 1)
    receiver.statuses, receiver.got = [], []
    with running.sandbox(tmp_path):
        until(lambda: len(receiver.got) == 2)
    assert sequences(receiver) == [1, 2]


def test_one_receiver_that_is_down_keeps_nobody_else_waiting(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.agency(callback_url="http://127.0.0.1:9/nobody").start(order())
    sandbox.agency(callback_url=receiver.url).start(order(reference="ARA-2222-3333"))
    until(lambda: len(receiver.got) == 1)


def test_one_receiver_that_never_ends_its_answer_keeps_nobody_else_waiting(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    with dripping(threading.Event()) as url:
        sandbox.agency(callback_url=url).start(order())
        for number in range(2, 5):
            sandbox.agency(callback_url=receiver.url).start(order(reference=f"ARA-{number}222-3333"))
            until(lambda: len(receiver.got) == number - 1, 3)  # noqa: B023 - it is called before the next round


def test_any_failure_on_the_way_is_tried_again(
    sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, failures = httpx.AsyncClient.post, [AttributeError("as anyio's where a receiver hangs up"), OSError()]

    async def failing(*args: Any, **options: Any) -> httpx.Response:
        if failures:
            raise failures.pop()
        return await post(*args, **options)

    monkeypatch.setattr(httpx.AsyncClient, "post", failing)
    made = sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.move(made.id, "completed")
    until(lambda: sequences(receiver) == [1, 2])
    assert not failures


def test_a_try_that_cannot_be_noted_stays_due(
    sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    note, failures = Outbox._note, [RuntimeError("anything")]

    def failing(outbox: Outbox, id: int, arrived: bool, gone: bool) -> None:
        if failures:
            raise failures.pop()
        note(outbox, id, arrived, gone)

    monkeypatch.setattr(Outbox, "_note", failing)
    sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.agency(callback_url=receiver.url).start(order(reference="ARA-2222-3333"))
    until(lambda: len(receiver.got) == 3)
    until(lambda: all(one["webhooks"]["sent"] == 1 for one in sandbox.filed()))


def test_a_webhook_on_its_way_when_the_sandbox_stops_has_not_been_tried(tmp_path: Path, receiver: Receiver) -> None:
    came = threading.Event()
    with dripping(came) as url, running.sandbox(tmp_path) as sandbox:
        sandbox.agency(callback_url=receiver.url).start(order())
        until(lambda: sandbox.filed()[0]["webhooks"]["sent"] == 1)
        sandbox.agency(callback_url=url).start(order(reference="ARA-2222-3333"))
        assert came.wait(10)
    (kept,) = tmp_path.glob("*.db")
    with contextlib.closing(sqlite3.connect(kept)) as database:
        rows = database.execute("select attempts, sent_at is null from webhook order by id").fetchall()
    assert rows == [(1, 0), (0, 1)]


def test_redirects_are_not_followed(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [302]
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 2)


def test_a_webhook_can_come_twice(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.fault("duplicate_webhook")
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 2)
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert receiver.got[0][1] == receiver.got[1][1]


def test_a_signature_can_be_bad(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.fault("bad_signature")
    receiver.statuses = [401]
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 2)
    (bad, first), (fine, second) = receiver.got
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(first, bad)
    assert Webhooks(WEBHOOK_SECRET).read(second, fine).reference == "ARA-7K2M-9QXP"


def test_logs_hold_no_answers(sandbox: Sandbox, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.statuses = [500]
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 2)
    with pytest.raises(Exception, match="Mend"):
        sandbox.agency().start(order(reference="ARA-2222-3333", full_name="Māia 7"))
    assert caplog.text
    for secret in ("Māia", "maia@", "Example Street", "Hēmi", "Bearer "):
        assert secret not in caplog.text


def test_a_webhook_can_be_overtaken_by_a_later_one(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.fault("reordered_webhook", seconds=60)
    made = sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.move(made.id, "approved")
    until(lambda: len(receiver.got) == 2)
    assert sequences(receiver) == [2, 1]


def test_a_webhook_that_none_overtakes_comes_late(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.fault("reordered_webhook", seconds=0.3)
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 1)
    assert sequences(receiver) == [1]


def test_a_stale_webhook_is_refused_and_comes_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [401]
    sandbox.fault("stale_webhook")
    sandbox.agency(callback_url=receiver.url).start(order())
    until(lambda: len(receiver.got) == 2)
    (stale, body), (fresh, again) = receiver.got
    with pytest.raises(BadWebhook, match="too old"):
        Webhooks(WEBHOOK_SECRET).read(body, stale)
    assert Webhooks(WEBHOOK_SECRET).read(again, fresh).webhook == stale["webhook-id"]
