from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.connectors.agencies import running
from tests.connectors.agencies.running import CLIENT_SECRET, Sandbox, good

START = "/dia/v1/applications"


def body(**changed: Any) -> dict[str, Any]:
    return {
        "service": "register-birth",
        "reference": "ARA-7K2M-9QXP",
        "answers": good("register-birth"),
        "consent": {"given_at": "2020-01-01T00:00:00Z", "notice": "2026-11"},
        **changed,
    }


def start(sandbox: Sandbox, given: dict[str, Any] | None = None, key: str = "key-1") -> httpx.Response:
    headers = {**sandbox.token(), "Idempotency-Key": key}
    return sandbox.http.post(START, json=given or body(), headers=headers)


def is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    return said


def test_capabilities_say_what_to_send(shared: Sandbox) -> None:
    said = shared.http.get("/dia/v1/capabilities", headers=shared.token()).json()
    (licence,) = [one for one in said["services"] if one["service"] == "marriage-licence"]
    assert (said["agency"], said["contract"]) == ("dia", "1.1")
    assert licence["fee"] == 150
    assert "wedding_date" in licence["required"]


def test_the_same_key_and_body_give_the_same_application(sandbox: Sandbox) -> None:
    first, second = start(sandbox), start(sandbox)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.headers["Location"] == f"{START}/{first.json()['id']}"
    sandbox.move(first.json()["id"], "approved")
    assert start(sandbox).json()["state"] == "approved"


def test_many_at_once_with_one_key_make_one(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: start(sandbox), range(16)))
    assert {answer.status_code for answer in made} == {200, 201}
    assert [answer.status_code for answer in made].count(201) == 1
    assert len({answer.json()["id"] for answer in made}) == 1


def test_the_same_key_with_another_body_is_refused(sandbox: Sandbox) -> None:
    start(sandbox)
    said = is_problem(start(sandbox, body(language="mi")), 422)
    assert said["errors"][0]["field"] == "Idempotency-Key"


def test_a_reference_is_used_once(sandbox: Sandbox) -> None:
    start(sandbox)
    is_problem(start(sandbox, key="key-2"), 409)


def test_a_refused_start_leaves_nothing_behind(sandbox: Sandbox) -> None:
    is_problem(start(sandbox, body(answers={})), 422)
    assert sandbox.filed() == []
    assert start(sandbox).status_code == 201


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"service": "child-ird-number"}, "service"),
        ({"answers": {**good("register-birth"), "full_name": None}}, "answers.full_name"),
        ({"answers": {**good("register-birth"), "full_name": ["a"]}}, "answers.full_name"),
        ({"answers": {**good("register-birth"), "full_name": "1"}}, "full_name"),
        ({"consent": None}, "consent"),
        ({"consent": {"given_at": "2026-01-01T00:00:00", "notice": "1"}}, "consent.given_at"),
        ({"consent": {"given_at": "2199-01-01T00:00:00Z", "notice": "1"}}, "consent.given_at"),
        ({"callback_url": "https://agency.example/hook"}, "callback_url"),
        ({"callback_url": "http://169.254.169.254/latest"}, "callback_url"),
        ({"callback_url": "http://127.0.0.1@agency.example/"}, "callback_url"),
        ({"callback_url": "http://127.0.0.1.agency.example/"}, "callback_url"),
        ({"callback_url": "http://[::1/"}, "callback_url"),
        ({"callback_url": "http://127.0.0.1:99999/"}, "callback_url"),
        ({"callback_url": "file:///etc/passwd"}, "callback_url"),
        ({"servce": "x"}, "servce"),
        ({"reference": "x" * 65}, "reference"),
    ],
)
def test_what_is_wrong_is_named(shared: Sandbox, changed: dict[str, Any], field: str) -> None:
    said = is_problem(start(shared, body(**changed)), 422)
    assert any(error["field"].startswith(field) for error in said["errors"]), said


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost:1/x", "http://[::1]:1/x"])
def test_webhooks_may_go_to_this_machine(sandbox: Sandbox, url: str) -> None:
    assert start(sandbox, body(callback_url=url)).status_code == 201


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"", 422), (b"null", 422), (b"\xff", 400), (b'{"\\ud800": 1}', 422), (b" " * 70_000, 413)],
)
def test_garbage_is_refused(shared: Sandbox, content: bytes, status: int) -> None:
    headers = {**shared.token(), "Idempotency-Key": "k", "Content-Type": "application/json"}
    is_problem(shared.http.post(START, content=content, headers=headers), status)


def test_a_key_is_needed(shared: Sandbox) -> None:
    said = is_problem(shared.http.post(START, json=body(), headers=shared.token()), 400)
    assert said["errors"][0]["field"] == "Idempotency-Key"


def test_agencies_keep_to_themselves(sandbox: Sandbox) -> None:
    made = start(sandbox).json()
    address = f"/ir/v1/applications/{made['id']}"
    is_problem(sandbox.http.get(address, headers=sandbox.token("ir")), 404)
    is_problem(sandbox.http.get(address, headers=sandbox.token("dia")), 401)
    is_problem(sandbox.http.get("/xyz/v1/capabilities", headers=sandbox.token()), 404)
    is_problem(sandbox.http.get("/dia/v1/nothing", headers=sandbox.token()), 404)
    is_problem(sandbox.http.delete(START, headers=sandbox.token()), 405)
    # Listing everything is not to be had: an application is found by its reference.
    is_problem(sandbox.http.get(START, headers=sandbox.token()), 422)


def test_what_was_asked_for_is_sent_once(sandbox: Sandbox) -> None:
    made = start(sandbox).json()
    address = f"{START}/{made['id']}/information"
    headers = {**sandbox.token(), "Idempotency-Key": "more-1"}
    sent = {"answers": {"more_information": "It was in Exampleville.", "baby_birth_place": "Exampleville"}}
    is_problem(sandbox.http.post(address, json=sent, headers=headers), 409)
    moved = sandbox.http.post(
        f"/desk/api/applications/{made['id']}/move",
        json={"state": "more_information_needed", "message": "Where?", "wanted": ["more_information"]},
    ).json()
    assert moved["wanted"] == ["more_information"]
    assert moved["expected_by"] is None
    wrong = {"answers": {"baby_birth_date": "soon", "shoe_size": 42}}
    said = is_problem(sandbox.http.post(address, json=wrong, headers=headers), 422)
    assert {error["field"] for error in said["errors"]} == {"baby_birth_date", "shoe_size"}
    for _ in range(2):
        answer = sandbox.http.post(address, json=sent, headers=headers)
        assert answer.status_code == 200
        assert (answer.json()["state"], answer.json()["sequence"], answer.json()["wanted"]) == ("received", 3, [])
    (filed,) = sandbox.filed()
    assert filed["answers"]["more_information"] == "It was in Exampleville."
    assert filed["answers"]["baby_birth_place"] == "Exampleville"


def test_history_tells_every_state(sandbox: Sandbox) -> None:
    made = start(sandbox).json()
    sandbox.move(made["id"], "approved")
    sandbox.move(made["id"], "completed")
    found = sandbox.http.get(f"{START}/{made['id']}", headers=sandbox.token()).json()
    assert [change["state"] for change in found["history"]] == ["received", "approved", "completed"]
    assert found["sequence"] == 3


@pytest.mark.parametrize("last", ["declined", "completed"])
def test_final_is_final(sandbox: Sandbox, last: str) -> None:
    made = start(sandbox).json()
    sandbox.move(made["id"], last, "So it is.")
    is_problem(sandbox.http.post(f"{START}/{made['id']}/withdraw", headers=sandbox.token()), 409)
    move = sandbox.http.post(f"/desk/api/applications/{made['id']}/move", json={"state": "approved"})
    is_problem(move, 409)


def test_a_token_for_basic_and_for_form_credentials(sandbox: Sandbox) -> None:
    grant = {"grant_type": "client_credentials"}
    in_form = {**grant, "client_id": "aratohu", "client_secret": CLIENT_SECRET}
    answer = sandbox.http.post("/dia/v1/oauth/token", data=in_form)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    # Our client sends Basic; that it works is shown wherever it is used.
    assert sandbox.agency().read(start(sandbox).json()["id"]).state == "received"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "aratohu", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "ā", "client_secret": "ā"}, 401, "invalid_client"),
        ({"grant_type": "password", "client_id": "aratohu", "client_secret": "x"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        (
            {
                "grant_type": "client_credentials",
                "client_id": "aratohu",
                "client_secret": CLIENT_SECRET,
                "scope": "everything",
            },
            400,
            "invalid_scope",
        ),
    ],
)
def test_no_token_without_credentials(shared: Sandbox, form: dict[str, str], status: int, error: str) -> None:
    answer = shared.http.post("/dia/v1/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("basic", ["Basic", "Basic %%%", "Basic YXJhdG9odQ==", "Bearer x"])
def test_a_broken_basic_header_is_no_credential(shared: Sandbox, basic: str) -> None:
    answer = shared.http.post(
        "/dia/v1/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": basic}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer ÿ"])
def test_calls_need_a_good_token(shared: Sandbox, header: str) -> None:
    answer = shared.http.get("/dia/v1/capabilities", headers={b"Authorization": header.encode("latin-1")})
    is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_tokens_run_out(tmp_path: Path) -> None:
    with running.sandbox(tmp_path, token_seconds=1) as sandbox:
        token = sandbox.token()
        assert sandbox.http.get("/dia/v1/capabilities", headers=token).status_code == 200
        time.sleep(2.1)
        answer = sandbox.http.get("/dia/v1/capabilities", headers=token)
        is_problem(answer, 401)
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_the_document_is_the_contract(shared: Sandbox) -> None:
    said = shared.http.get("/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert set(said["paths"]) == {
        "/oauth/token",
        "/capabilities",
        "/applications",
        "/applications/{id}",
        "/applications/{id}/information",
        "/applications/{id}/withdraw",
        "/applications/{id}/payment",
        "/documents",
        "/handovers",
    }
    start = said["paths"]["/applications"]["post"]
    assert set(start["responses"]) == {"200", "201", "400", "401", "404", "409", "413", "422", "429", "503"}
    assert "application/problem+json" in start["responses"]["422"]["content"]
    assert said["webhooks"]["application.changed"]
    assert said["components"]["schemas"]["NewApplication"]["examples"]
    assert "clientCredentials" in json.dumps(said["components"]["securitySchemes"])
