"""The check over the API, without an assistant."""

import asyncio
import datetime as dt
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import catalogue
from catalogue import rules
from connectors.channels import checking, problems

DAY = "2026-11-23"


class Client:
    """Calls an app in this process, one request at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def send(self, method: str, url: str, body: Any = None) -> httpx.Response:
        # As text of our own, because a client's JSON need not be that of httpx.
        content = None if body is None else json.dumps(body)
        headers = {"content-type": "application/json"}

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://app.example") as client:
                return await client.request(method, url, content=content, headers=headers)

        return asyncio.run(call())


@pytest.fixture(scope="module")
def client() -> Client:
    app = FastAPI()
    app.include_router(checking.router(catalogue.load(), lambda: dt.date.fromisoformat(DAY)))
    problems.install(app, lambda request, document: problems.answer(problems.Problem(500, "no pages", "")))
    return Client(app)


def checked(client: Client, **body: Any) -> dict[str, Any]:
    response = client.send("POST", "/api/v1/check", body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def refused(client: Client, **body: Any) -> list[str]:
    response = client.send("POST", "/api/v1/check", body)
    assert response.status_code == 422
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    return [one["field"] for one in response.json()["errors"]]


def test_it_says_what_the_rules_say(client: Client) -> None:
    facts = {"date_of_birth": "1990-03-27"}
    found = checked(client, services=["nz-super"], facts=facts)
    said = rules.check("nz-super", facts, dt.date.fromisoformat(DAY)).as_json()
    assert found["results"] == [said]
    assert found["results"][0]["verdict"] == "no"
    assert found["results"][0]["decided_by"] == ["age"]


def test_with_nothing_known_it_says_what_to_ask(client: Client) -> None:
    found = checked(client, services=["nz-super"])
    assert found["results"][0]["verdict"] == "unknown"
    assert found["ask"][0] == "date_of_birth"
    assert (
        found["next"]
        == found["results"][0]["next"]
        == {
            "kind": "fact",
            "facts": ["date_of_birth"],
            "lines": [],
        }
    )


def test_yes_or_no_facts_that_belong_together_are_asked_in_one_list(client: Client) -> None:
    found = checked(client, services=["home-help"])
    lines = ["someone_can_help_at_home", "domestic_emergency", "other_child_under_5"]
    assert found["next"]["kind"] == "checklist"
    assert sorted(found["next"]["facts"]) == sorted([*lines, "births_at_once"])
    settled = checked(client, services=["home-help"], facts=dict.fromkeys(lines, True))
    assert (settled["results"][0]["verdict"], settled["next"]) == ("no", None)


def test_a_line_is_answered_by_its_id_without_the_value(client: Client) -> None:
    """Whoever calls need not know how a bound is written: the id comes back as it went out."""
    facts: dict[str, Any] = {}
    found = checked(client, services=["kiwisaver-retirement"], facts=facts)
    assert found["next"] == {
        "kind": "checklist",
        "facts": ["date_of_birth", "kiwisaver_years"],
        "lines": [
            {"id": "date_of_birth@../1961-11-23", "fact": "date_of_birth", "text": "I am 65 or older"},
            {"id": "kiwisaver_years@0.01/..", "fact": "kiwisaver_years", "text": "I am in KiwiSaver"},
        ],
    }
    for is_true, verdict in ((True, "yes"), (False, "no"), ("~unknown", "unknown")):
        answers = {line["id"]: is_true for line in found["next"]["lines"]}
        settled = checked(client, services=["kiwisaver-retirement"], facts={**facts, **answers})
        assert (settled["results"][0]["verdict"], settled["next"]) == (verdict, None)


def test_a_fact_can_be_known_by_where_it_lies(client: Client) -> None:
    facts = {"date_of_birth": "1900-01-01/1961-11-23", "kiwisaver_years": "3/.."}
    found = checked(client, services=["kiwisaver-retirement"], facts=facts)["results"][0]
    assert (found["verdict"], found["because"]) == ("yes", ["date_of_birth", "kiwisaver_years"])


def test_bounds_that_can_not_be_used_are_named(client: Client) -> None:
    services = ["kiwisaver-retirement"]
    assert refused(client, services=services, facts={"date_of_birth": "1961/.."}) == ["facts.date_of_birth"]
    assert refused(client, services=services, facts={"kiwisaver_years@x/..": True}) == ["facts.kiwisaver_years@x/.."]
    assert refused(client, services=services, facts={"kiwisaver_years@3/..": 5}) == ["facts.kiwisaver_years@3/.."]
    both = {"kiwisaver_years@3/..": True, "kiwisaver_years@../1": True}
    assert refused(client, services=services, facts=both) == ["facts"]


def test_the_day_counts(client: Client) -> None:
    facts = {"date_of_birth": "1961-11-24"}
    assert checked(client, services=["nz-super"], facts=facts)["results"][0]["verdict"] == "no"
    later = checked(client, services=["nz-super"], facts=facts, date="2026-11-24")["results"][0]
    assert later["verdict"] == "unknown"


def test_not_knowing_and_not_saying_are_told_apart(client: Client) -> None:
    for value, where in ((None, "unknown"), ("~unknown", "unknown"), ("~refused", "refused")):
        found = checked(client, services=["nz-super"], facts={"date_of_birth": value})["results"][0]
        assert found["verdict"] == "unknown"
        assert found[where] == ["date_of_birth"]
        assert "date_of_birth" not in found["ask"]


def test_a_life_event_checks_its_services_and_names_those_without_a_rule(client: Client) -> None:
    found = checked(client, life_events=["having_a_baby"], services=["nz-super"])
    services = [one["service"] for one in found["results"]]
    assert services[0] == "nz-super"
    assert "best-start" in services
    assert "register-birth" in found["without_rule"]


def test_a_service_without_a_rule_is_told_as_such(client: Client) -> None:
    assert checked(client, services=["register-birth"]) == {
        "results": [],
        "ask": [],
        "next": None,
        "without_rule": ["register-birth"],
    }


def test_what_is_wrong_is_named_by_its_field(client: Client) -> None:
    assert refused(client, services=["nz-super", "gold-card-for-cats"]) == ["services.1"]
    assert refused(client, life_events=["moving_to_mars"]) == ["life_events.0"]
    assert refused(client, services=["nz-super"], facts={"date_of_birht": "1990-03-27", "housing": "tent"}) == [
        "facts.date_of_birht",
        "facts.housing",
    ]
    assert refused(client, services=["nz-super"], facts={"weekly_income": 10**400}) == ["facts.weekly_income"]
    assert refused(client)
    assert refused(client, services=["nz-super"], date="soon")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_is_too_far(client: Client, day: str) -> None:
    every = [*rules.load().services]
    assert len(checked(client, services=every, facts={"date_of_birth": "1990-03-27"}, date=day)["results"]) == len(
        every
    )


def test_it_stands_in_the_contract(client: Client) -> None:
    contract = client.send("GET", "/openapi.json").json()
    assert "Checked" in contract["components"]["schemas"]
    assert "/api/v1/check" in contract["paths"]
