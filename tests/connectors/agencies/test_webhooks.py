from __future__ import annotations

import datetime as dt
import json

import pytest
import standardwebhooks

from connectors.agencies.webhooks import BadWebhook, Webhooks
from storage import now
from tests.connectors.agencies.running import WEBHOOK_SECRET, Receiver, Sandbox, order, until

BODY = json.dumps(
    {
        "type": "application.changed",
        "timestamp": "2026-11-24T02:10:00Z",
        "data": {
            "id": "app_1",
            "reference": "ARA-7K2M-9QXP",
            "agency_reference": "BDM26-004711",
            "service": "register-birth",
            "state": "approved",
            "message": "The birth is ready to go on the register. Ka pai.",
            "sequence": 2,
            "updated_at": "2026-11-24T02:10:00Z",
        },
    }
)


def signed(body: str = BODY, age: float = 0, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    at = now() - dt.timedelta(seconds=age)
    signature = standardwebhooks.Webhook(secret).sign("msg_1", at, body)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature,
    }


def test_a_signed_change_is_read() -> None:
    found = Webhooks(WEBHOOK_SECRET).read(BODY.encode(), signed())
    assert (found.webhook, found.reference, found.report.state) == ("msg_1", "ARA-7K2M-9QXP", "approved")
    assert found.report.sequence == 2


@pytest.mark.parametrize("age", [-3600, -301, 302, 86_400])
def test_too_old_and_too_new_are_refused(age: float) -> None:
    with pytest.raises(BadWebhook, match=r"too (old|new)"):
        Webhooks(WEBHOOK_SECRET).read(BODY.encode(), signed(age=age))


@pytest.mark.parametrize("age", [-200, 200])
def test_a_little_skew_is_fine(age: float) -> None:
    Webhooks(WEBHOOK_SECRET).read(BODY.encode(), signed(age=age))


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(BODY.replace("approved", "declined").encode(), signed())


def test_another_secret_is_refused() -> None:
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(BODY.encode(), signed(secret="whsec_" + "A" * 32))


@pytest.mark.parametrize(
    "changed",
    [
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1"},
        {"Webhook-Signature": "v1,ā"},
        {"Webhook-Signature": "v1,a,b"},
        {"Webhook-Signature": "v2,AAAA"},
        {"Webhook-Timestamp": "nan"},
        {"Webhook-Timestamp": "1e999"},
        {"Webhook-Id": "msg_2"},
    ],
)
def test_malformed_headers_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(BODY.encode(), {**signed(), **changed})


def test_no_headers_and_no_text_are_refused() -> None:
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(BODY.encode(), {})
    with pytest.raises(BadWebhook):
        Webhooks(WEBHOOK_SECRET).read(b"\xff\xfe", signed())


@pytest.mark.parametrize("body", ["", "null", "{}", BODY.replace("ARA-7K2M-9QXP", '","x":"')[:-3]])
def test_signed_nonsense_is_refused(body: str) -> None:
    with pytest.raises(BadWebhook, match="no event"):
        Webhooks(WEBHOOK_SECRET).read(body.encode(), signed(body))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "whsec_a"])
def test_a_bad_secret_is_told(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        Webhooks(secret)


def test_what_the_sandbox_sends_is_genuine(sandbox: Sandbox, receiver: Receiver) -> None:
    made = sandbox.agency(callback_url=receiver.url).start(order())
    sandbox.move(made.id, "approved")
    until(lambda: len(receiver.got) == 2)
    headers, body = receiver.got[1]
    found = Webhooks(WEBHOOK_SECRET).read(body, headers)
    assert (found.reference, found.report.id, found.report.state) == ("ARA-7K2M-9QXP", made.id, "approved")
