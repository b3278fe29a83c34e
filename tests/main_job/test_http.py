"""The main job over HTTP alone, and what garbage does to it."""

from __future__ import annotations

import os
from typing import Any

import httpx
import pytest

from tests.main_job.running import BIRTH, Running, Talking, fill, until

pytestmark = pytest.mark.programs


def test_from_a_sentence_to_done(running: Running, api: httpx.Client, talking: Talking) -> None:
    reply = talking.say("we're having a baby")
    assert reply["decision"] == "accept"
    assert reply["life_events"][0]["id"] == "having_a_baby"
    plan = talking.last("plan")
    assert plan["agencies"] >= 3
    services = [step["service"] for step in plan["steps"]]
    assert services.index("register-birth") < services.index("child-ird-number") < services.index("best-start")

    before = len(running.received())
    talking.choose("start:register-birth")
    notice = talking.last("notice")
    assert notice["purpose"]
    talking.choose("agree")
    fill(talking)
    checked = {answer["fact"]: answer["value"] for answer in talking.last("check_answers")["answers"]}
    assert checked["baby_birth_date"] == "1 November 2026"
    # Nothing leaves before it was checked and sent.
    assert len(running.received()) == before
    talking.choose("send")
    receipt = talking.last("receipt")

    headers = {"X-Access-Code": receipt["access_code"]}
    where = f"/applications/{receipt['reference']}"
    until(lambda: api.get(where, headers=headers).json()["status"] == "received", what="received")
    running.act(receipt["reference"], "completed", "The birth is registered.")
    done = until(
        lambda: (one := api.get(where, headers=headers).json())["status"] == "completed" and one, what="completed"
    )
    assert done["message"] == "The birth is registered."
    assert done["agency_reference"]

    talking.say("any news on my application?")
    assert talking.last("status")["state"] == "completed"


def test_an_application_over_the_api(running: Running, api: httpx.Client) -> None:
    body = {
        "service": "birth-certificate",
        "answers": {
            "certificate_name": "Aroha Ngata",
            "certificate_birth_date": "1990-03-27",
            "full_name": "Aroha Ngata",
            "postal_address": "12 Rātā Street, Taupō 3330",
            "email": "aroha@example.nz",
        },
        "consent": {"agreed": True},
    }
    headers = {"Idempotency-Key": "one-certificate"}
    first = api.post("/applications", json=body, headers=headers)
    assert first.status_code == 202
    taken = first.json()
    assert set(taken) == {"reference", "access_code", "status"}
    assert api.post("/applications", json=body, headers=headers).json()["reference"] == taken["reference"]
    other = {**body, "language": "mi"}
    assert api.post("/applications", json=other, headers=headers).status_code == 422
    until(lambda: any(one["reference"] == taken["reference"] for one in running.received()))
    assert sum(one["reference"] == taken["reference"] for one in running.received()) == 1
    where = f"/applications/{taken['reference']}"
    assert api.get(where).status_code == 404
    assert api.get(where, headers={"X-Access-Code": "AAAA-AAAA-AAAA"}).status_code == 404
    assert api.get(where, headers={"Authorization": f"Bearer {taken['access_code']}"}).status_code == 200


def test_the_agency_refuses_what_only_it_can_know(running: Running, api: httpx.Client) -> None:
    body = {
        "service": "marriage-licence",
        "answers": {
            "full_name": "Ana Tau",
            "date_of_birth": "1990-01-01",
            "partner_full_name": "Ben Rua",
            "partner_date_of_birth": "1991-01-01",
            "wedding_date": "2040-01-01",
            "wedding_place": "Nelson",
            "celebrant_name": "Cara Toru",
            "married_before": "neither",
            "postal_address": "1 Trafalgar Street, Nelson 7010",
            "email": "ana@example.nz",
        },
        "consent": {"agreed": True},
    }
    taken = api.post("/applications", json=body, headers={"Idempotency-Key": "too-far-ahead"}).json()
    where, headers = f"/applications/{taken['reference']}", {"X-Access-Code": taken["access_code"]}
    refused = until(lambda: (one := api.get(where, headers=headers).json())["status"] == "not_accepted" and one)
    assert "Date of the wedding" in refused["message"]


def is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert len(problem["detail"]) > 20
    return problem


@pytest.mark.parametrize(
    "text",
    ["", "   \n ", "x" * 10_000, "a\x00b", "\x1b[31mred", "\u200b", "x" * 100_000],
    ids=["empty", "blank", "10,000", "nul", "escape", "invisible", "100,000"],
)
def test_garbage_text_is_a_problem_and_the_conversation_goes_on(talking: Talking, text: str) -> None:
    answer = talking.post(text=text)
    is_problem(answer, 413 if len(text) > 65_536 else 422)
    assert talking.say("hello")["messages"]


@pytest.mark.parametrize(
    "body",
    [{}, {"text": "a", "choice": "b"}, {"choice": "send"}, {"choice": "start:nothing"}, {"words": "hi"}, {"text": 5}],
)
def test_wrong_bodies_are_problems(talking: Talking, body: dict[str, Any]) -> None:
    is_problem(talking.post(**body), 422)


def test_what_is_not_json_is_a_problem(talking: Talking) -> None:
    answer = talking.api.post(
        f"/conversations/{talking.id}/messages",
        content=b"{nope",
        headers={**talking.headers, "Content-Type": "application/json"},
    )
    is_problem(answer, 400)


def test_another_conversations_token_opens_nothing(api: httpx.Client, talking: Talking) -> None:
    other = Talking(api)
    for headers in (other.headers, {}, {"Authorization": "Bearer x"}, {"Authorization": "Basic abc"}):
        is_problem(api.get(f"/conversations/{talking.id}", headers=headers), 401)
        is_problem(api.post(f"/conversations/{talking.id}/messages", json={"text": "hi"}, headers=headers), 401)
    is_problem(api.get("/conversations/nobody", headers=talking.headers), 401)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/services/nothing", None, 404),
        ("GET", "/life-events/nothing", None, 404),
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/services", None, 405),
        ("POST", "/plans", {"life_events": ["nothing"]}, 422),
        ("POST", "/plans", {"life_events": []}, 422),
        ("POST", "/plans", {"life_events": ["having_a_baby"], "dates": {"birth": "soon"}}, 422),
        ("POST", "/conversations", {"language": "fr"}, 422),
        ("POST", "/conversations", {"agency": "nobody"}, 422),
        ("POST", "/applications", {"service": "register-birth", "answers": {}, "consent": {"agreed": True}}, 422),
        ("POST", "/recognise", {"text": ""}, 422),
        ("POST", "/recognise", {}, 422),
    ],
)
def test_every_error_is_a_problem_document(
    api: httpx.Client, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    is_problem(api.request(method, path, json=body), status)


def test_answers_and_consent_are_asked_for(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k"}
    body: dict[str, Any] = {"service": "register-birth", "answers": {"email": "x"}, "consent": {"agreed": True}}
    problem = is_problem(api.post("/applications", json=body, headers=headers), 422)
    fields = {error["field"] for error in problem["errors"]}
    assert {"answers.email", "answers.baby_given_names"} <= fields
    is_problem(api.post("/applications", json={**body, "consent": {"agreed": False}}, headers=headers), 422)
    is_problem(api.post("/applications", json={**body, "service": "nothing"}, headers=headers), 422)
    is_problem(api.post("/applications", json={**body, "service": "probate"}, headers=headers), 422)


def test_the_catalogue_over_the_api(api: httpx.Client) -> None:
    events = api.get("/life-events").json()
    assert {"going_overseas", "getting_married", "getting_an_education"} <= {event["id"] for event in events}
    services = api.get("/services").json()
    assert len(services) >= 30
    service = api.get("/services/register-birth").json()
    assert service["deadline"][0]["text"]
    assert service["sources"]
    plan = api.post("/plans", json={"life_events": ["having_a_baby"], "dates": {"birth": "2026-11-01"}}).json()
    step = next(step for step in plan["steps"] if step["service"] == "register-birth")
    assert step["due"] == "2027-01-01"


def test_what_the_model_makes_of_a_sentence(api: httpx.Client) -> None:
    made = api.post("/recognise", json={"text": "dad passed on tuesday"}).json()
    assert made["decision"] == "accept"
    assert made["life_events"][0]["id"] == "someone_died"


def test_health_readiness_and_the_contract(running: Running, api: httpx.Client) -> None:
    assert api.get("/health").json() == {"status": "ok"}
    assert api.get("/ready").json() == {"status": "ready", "parts": {"assistant": True, "database": True}}
    contract = httpx.get(f"{running.address}/api/openapi.json").json()
    assert contract["openapi"].startswith("3.1")
    assert "PlanCard" in contract["components"]["schemas"]


def test_no_log_holds_what_people_wrote(running: Running, talking: Talking) -> None:
    word = f"xyzzy{os.getpid()}quux"
    talking.say(f"my partner {word} and i are getting married in march")
    talking.say(f"{word} {word}")
    for file in running.data.rglob("*"):
        if file.is_file() and file.suffix in (".log", ".txt"):
            assert word.encode() not in file.read_bytes(), file
    # What is kept of it in the app's own database is encrypted.
    for file in running.data.glob("aratohu.sqlite*"):
        assert word.encode() not in file.read_bytes(), file


def test_internal_addresses_ask_for_their_secrets(running: Running) -> None:
    with httpx.Client(base_url=running.address) as client:
        assert client.post("/internal/rasa/actions", json={"next_action": "action_say"}).status_code == 401
        assert client.post("/internal/agencies/dia/changes", json={}).status_code == 401


def test_a_form_is_interrupted_and_goes_on_where_it_was(talking: Talking) -> None:
    talking.say("we've got a little one on the way")
    talking.choose("start:register-birth")
    talking.choose("agree")
    assert talking.last("question")["fact"] == "baby_given_names"
    talking.say("Aroha Grace")
    for aside in ("how much does it cost?", "what do i need for that?", "thanks", "why do you ask?", "show me my plan"):
        talking.say(aside)
        assert talking.messages[-1]["type"] == "question", (aside, talking.messages)
        assert talking.messages[-1]["fact"] == "baby_family_name", aside
    talking.say("go back")
    assert talking.last("question")["fact"] == "baby_given_names"
    talking.say("i want to talk to a real person")
    assert talking.last("handover")["code"]
    talking.say("there's blood everywhere he's going to kill me")
    assert talking.messages[0]["type"] == "crisis"
    assert not any(message["type"] == "question" for message in talking.messages)
    talking.choose("continue")
    fill(talking, {**BIRTH, "baby_given_names": "Aroha"})
    assert talking.last("check_answers")


def test_the_figures_count_and_name_nobody(running: Running, api: httpx.Client) -> None:
    """What was published of old stands beside what happens here; a few people are not pointed out."""
    told = api.get("/measures").json()
    assert told["published"]["means"]["2015-Q1"] == 45.8
    newest = told["quarters"][0]
    assert newest["mean"] is None
    assert {one["step"] for one in newest["steps"]} == {"recognised", "planned", "checked", "started", "completed"}
    numbers = [one["number"] for one in newest["steps"]]
    assert all(number is None or number == 0 or number >= 5 for number in numbers)
    page = httpx.get(f"{running.address}/measures")
    assert page.status_code == 200
    assert "45.8" in page.text
