from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import standardwebhooks

from cases.agency import NotAccepted
from connectors.agencies.http import HttpAgency
from tests.connectors.agencies.running import WEBHOOK_SECRET, Sandbox, order

BACK = "http://127.0.0.1:9/back?to=1"


def said(answer: httpx.Response) -> dict[str, str]:
    """What the person takes back with them. The signature is checked."""
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert (parts.netloc, parts.path) == ("127.0.0.1:9", "/back")
    found = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    headers = {"webhook-id": found["payment"], "webhook-timestamp": found["timestamp"]}
    headers["webhook-signature"] = found["signature"]
    standardwebhooks.Webhook(WEBHOOK_SECRET).verify(found["result"], headers, json_parse=False)
    return found


def certificate(sandbox: Sandbox) -> tuple[HttpAgency, str]:
    agency = sandbox.agency()
    made = agency.start(order("birth-certificate"))
    assert made.payment is not None
    assert (made.payment.state, made.payment.amount, made.payment.what) == ("due", 33, "Birth certificate")
    return agency, made.id


def test_a_fee_is_due_until_it_is_paid(sandbox: Sandbox) -> None:
    agency, id = certificate(sandbox)
    assert agency.read(id).next == "Pay $33.00. Then we go on."
    back = said(sandbox.pay(id))
    assert (back["result"], back["to"]) == ("paid", "1")
    paid = agency.read(id)
    assert paid.payment is not None
    assert (paid.payment.state, paid.state, paid.sequence) == ("paid", "received", 2)
    assert paid.payment.receipt
    assert paid.message == "We have your payment of $33.00. Thank you."
    assert "Pay" not in (paid.next or "")
    assert sandbox.move(id, "completed")["payment"]["receipt"] == paid.payment.receipt


def test_who_comes_back_pays_once(sandbox: Sandbox) -> None:
    agency, id = certificate(sandbox)
    page = agency.pay(id, BACK)
    assert agency.pay(id, BACK) == page
    assert page.url is not None
    answers: list[httpx.Response] = []

    def press(url: str) -> None:
        answers.append(httpx.post(url, data={"choice": "pay"}, trust_env=False))

    threads = [threading.Thread(target=press, args=(page.url,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [said(answer)["result"] for answer in answers] == ["paid"] * 8
    again = agency.pay(id, BACK)
    assert (again.id, again.state, again.url) == (page.id, "paid", None)
    assert "This is paid" in sandbox.http.get(page.url).text
    assert said(sandbox.http.post(page.url, data={"choice": "back"}))["result"] == "paid"
    assert agency.read(id).sequence == 2


def test_going_back_without_paying_pays_nothing(sandbox: Sandbox) -> None:
    agency, id = certificate(sandbox)
    assert said(sandbox.pay(id, "back"))["result"] == "cancelled"
    payment = agency.read(id).payment
    assert payment is not None
    assert payment.state == "due"


def test_nothing_is_decided_before_it_is_paid(sandbox: Sandbox) -> None:
    agency, id = certificate(sandbox)
    for state in ("approved", "completed"):
        answer = sandbox.http.post(f"/desk/api/applications/{id}/move", json={"state": state})
        assert answer.status_code == 409
        assert "not paid" in answer.json()["title"]
    assert sandbox.move(id, "declined", "There is no such record.")["payment"] is None
    with pytest.raises(NotAccepted, match="no open bill"):
        agency.pay(id, BACK)


def test_what_was_taken_back_can_no_longer_be_paid(sandbox: Sandbox) -> None:
    agency, id = certificate(sandbox)
    url = agency.pay(id, BACK).url
    assert url is not None
    agency.withdraw(id)
    assert "There is nothing to pay" in sandbox.http.get(url).text
    assert said(sandbox.http.post(url, data={"choice": "pay"}))["result"] == "cancelled"
    assert agency.read(id).payment is None


def test_there_is_nothing_to_pay_where_there_is_no_fee(sandbox: Sandbox) -> None:
    agency = sandbox.agency()
    made = agency.start(order())
    assert made.payment is None
    with pytest.raises(NotAccepted):
        agency.pay(made.id, BACK)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//x", "http://a:b@127.0.0.1/", "https:///x", "http://a.example/;x", "http://ā.example/"],
)
def test_nobody_is_sent_to_what_is_no_address(sandbox: Sandbox, url: str) -> None:
    agency, id = certificate(sandbox)
    with pytest.raises(NotAccepted) as caught:
        agency.pay(id, url)
    assert set(caught.value.problems) == {"return_url"}


def test_a_page_for_no_bill_says_so(shared: Sandbox) -> None:
    assert shared.http.get("/pay/pay_none").status_code == 404
    assert shared.http.post("/pay/pay_none", data={"choice": "pay"}).status_code == 404
