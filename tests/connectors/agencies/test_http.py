from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from cases.agency import AgencyUnavailable, NotAccepted
from connectors.agencies.http import HttpAgency
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Receiver, Sandbox, order

APPLICATION = {
    "id": "app/1",
    "reference": "ARA-7K2M-9QXP",
    "agency_reference": "BDM26-004711",
    "service": "birth-certificate",
    "state": "received",
    "message": "We have your order.",
    "sequence": 1,
    "updated_at": "2026-11-24T02:10:00Z",
    "something_new": True,
}


class Scripted:
    """An agency that gives tokens and answers what it is told to, one answer after another; the last one stays."""

    def __init__(self, *answers: httpx.Response | Exception, tokens: httpx.Response | None = None) -> None:
        self.answers = list(answers)
        self.tokens = tokens
        self.calls: list[httpx.Request] = []
        self.given = 0
        self.life = 300

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            self.given += 1
            return self.tokens or httpx.Response(
                200, json={"access_token": f"token{self.given}", "token_type": "Bearer", "expires_in": self.life}
            )
        self.calls.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def client(self) -> HttpAgency:
        return HttpAgency(
            "https://agency.example/v1/", "aratohu", "s", "http://127.0.0.1/x", transport=httpx.MockTransport(self)
        )


def answer(status: int = 200, headers: dict[str, str] | None = None, **changed: Any) -> httpx.Response:
    return httpx.Response(status, json={**APPLICATION, **changed}, headers=headers)


def problem(status: int, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"title": "No", "status": status, **more})


def unavailable(agency: Scripted, call: Callable[[HttpAgency], object]) -> AgencyUnavailable:
    with pytest.raises(AgencyUnavailable) as caught:
        call(agency.client)
    return caught.value


def start(agency: HttpAgency) -> object:
    return agency.start(order())


def test_an_application_goes_all_the_way(sandbox: Sandbox) -> None:
    agency = sandbox.agency()
    made = agency.start(order())
    assert (made.state, made.sequence) == ("received", 1)
    assert made.agency_reference.startswith("BDM")
    assert made.expected_by is not None
    assert made.expected_by > dt.datetime.now(dt.UTC).date()
    sandbox.move(made.id, "approved")
    assert agency.read(made.id).state == "approved"
    sandbox.move(made.id, "completed", "It is in the post.")
    done = agency.read(made.id)
    assert (done.state, done.message, done.sequence, done.expected_by) == ("completed", "It is in the post.", 3, None)


def test_what_the_agency_receives_is_what_was_ordered(sandbox: Sandbox, receiver: Receiver) -> None:
    given = order()
    sandbox.agency(callback_url=receiver.url).start(given)
    (filed,) = sandbox.filed()
    assert filed["answers"] == given.answers
    assert filed["consent"]["notice"] == "2026-11"
    assert filed["application"]["reference"] == given.reference


def test_starting_twice_gives_one_application(sandbox: Sandbox) -> None:
    given = order()
    first, second = sandbox.agency().start(given), sandbox.agency().start(given)
    assert first == second
    assert len(sandbox.filed()) == 1


def test_wrong_answers_are_named(sandbox: Sandbox) -> None:
    with pytest.raises(NotAccepted) as caught:
        sandbox.agency().start(order(baby_given_names="R2D2", full_name=None))
    assert set(caught.value.problems) == {"baby_given_names", "full_name"}
    assert "letters" in caught.value.problems["baby_given_names"]


def test_taking_back_works_twice_and_not_too_late(sandbox: Sandbox) -> None:
    agency = sandbox.agency()
    made = agency.start(order())
    assert agency.withdraw(made.id).state == "withdrawn"
    assert agency.withdraw(made.id).sequence == 2
    done = agency.start(order(reference="ARA-2222-3333"))
    sandbox.move(done.id, "completed")
    with pytest.raises(NotAccepted, match="completed"):
        agency.withdraw(done.id)


def test_an_unknown_application_is_no_reason_to_lose_it(sandbox: Sandbox) -> None:
    with pytest.raises(AgencyUnavailable, match="404"):
        sandbox.agency().read("../capabilities")


def test_one_token_serves_many_calls() -> None:
    agency = Scripted(answer())
    client = agency.client
    for _ in range(3):
        client.read("1")
    assert agency.given == 1
    assert agency.calls[0].headers["Authorization"] == "Bearer token1"


def test_a_token_is_renewed_before_it_runs_out() -> None:
    agency = Scripted(answer())
    agency.life = 0
    client = agency.client
    client.read("1")
    client.read("1")
    assert agency.given == 2


def test_a_refused_token_is_renewed_once() -> None:
    agency = Scripted(problem(401), answer())
    agency.client.read("1")
    assert [call.headers["Authorization"] for call in agency.calls] == ["Bearer token1", "Bearer token2"]
    stubborn = Scripted(problem(401))
    assert "401" in str(unavailable(stubborn, lambda client: client.read("1")))
    assert len(stubborn.calls) == 2


def test_an_order_is_sent_as_the_contract_says() -> None:
    agency = Scripted(answer(201))
    agency.client.start(order())
    (call,) = agency.calls
    body = json.loads(call.content)
    assert str(call.url) == "https://agency.example/v1/applications"
    assert call.headers["Idempotency-Key"] == body["reference"] == "ARA-7K2M-9QXP"
    assert body["callback_url"] == "http://127.0.0.1/x"
    assert body["consent"]["given_at"].endswith(("Z", "+00:00"))
    assert "text" not in body["consent"]


def test_an_id_cannot_lead_to_another_address() -> None:
    agency = Scripted(answer())
    agency.client.read("../x?y")
    assert agency.calls[0].url.raw_path == b"/v1/applications/..%2Fx%3Fy"


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 425, 429, 500, 502, 503, 504])
def test_what_no_answer_would_mend_is_tried_later(status: int) -> None:
    assert str(status) in str(unavailable(Scripted(problem(status)), start))


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_what_an_answer_would_mend_is_not_accepted(status: int) -> None:
    said = problem(status, detail="Mend it.", errors=[{"field": "email", "message": "Wrong."}])
    with pytest.raises(NotAccepted, match="Mend it") as caught:
        start(Scripted(said).client)
    assert caught.value.problems == {"email": "Wrong."}


def test_a_refusal_without_a_reason_has_one() -> None:
    with pytest.raises(NotAccepted, match="did not say why"):
        start(Scripted(httpx.Response(422, text="<html>")).client)


def test_reading_is_never_not_accepted() -> None:
    unavailable(Scripted(problem(409)), lambda client: client.read("1"))


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.ReadError("x")]
)
def test_a_broken_connection_is_tried_later(error: Exception) -> None:
    assert unavailable(Scripted(error), start).retry_after is None


@pytest.mark.parametrize(
    "said", [httpx.Response(200, text="{"), httpx.Response(200, json=[]), answer(state="lost"), answer(id="")]
)
def test_an_answer_that_cannot_be_read_is_tried_later(said: httpx.Response) -> None:
    assert "can't be read" in str(unavailable(Scripted(said), start))


def test_an_answer_about_somebody_else_is_not_taken() -> None:
    assert "another application" in str(unavailable(Scripted(answer(reference="ARA-2222-3333")), start))


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("99999999999999999999999", 86_400, 86_400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400, 86_400),
    ],
)
def test_the_agencys_wish_to_wait_is_heard(said: str, least: float, most: float) -> None:
    error = unavailable(Scripted(answer(503, headers={"Retry-After": said})), start)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


def test_the_agencys_wish_may_be_a_date() -> None:
    when = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    said = {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
    error = unavailable(Scripted(answer(503, headers=said)), start)
    assert error.retry_after == pytest.approx(3600, abs=30)


@pytest.mark.parametrize("said", ["", "soon", "-5", "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_an_unreadable_wish_is_none(said: str) -> None:
    assert unavailable(Scripted(answer(429, headers={"Retry-After": said})), start).retry_after is None


@pytest.mark.parametrize(
    "tokens", [problem(401), problem(503), httpx.Response(200, text="no JSON"), httpx.Response(200, json={"a": 1})]
)
def test_without_a_token_it_is_tried_later(tokens: httpx.Response) -> None:
    agency = Scripted(answer(), tokens=tokens)
    assert "no access token" in str(unavailable(agency, start))
    assert not agency.calls


def test_reasons_hold_no_answers() -> None:
    said = problem(503, detail="Māia O’Brien-Ngata, maia@example.org")
    assert "maia" not in str(unavailable(Scripted(said), start)).lower()


def test_nobody_there_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    agency = HttpAgency(f"http://127.0.0.1:{port}/dia/v1", "aratohu", "s")
    with contextlib.closing(agency), pytest.raises(AgencyUnavailable, match="no connection"):
        agency.start(order())


def test_a_slow_agency_is_tried_later(tmp_path: Path) -> None:
    with running.sandbox(tmp_path) as sandbox:
        sandbox.fault("slow", seconds=1)
        with pytest.raises(AgencyUnavailable, match="no answer in time"):
            sandbox.agency(timeout=0.2).start(order())
