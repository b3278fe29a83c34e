"""Pages without a chat, with the assistant off: nothing here talks to Rasa."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

import catalogue
from connectors.channels.app import assemble
from tests.connectors.channels.app import Browser, built

WHOLE = catalogue.load()


class Visitor(Browser):
    """Somebody who looks for things."""

    def search(self, text: str) -> httpx.Response:
        """Searches as the page's form does."""
        return self.post("/search", self.get("/search"), q=text)


DAYS = {"today": dt.date(2026, 11, 23)}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with built(tmp_path_factory.mktemp("data"), {"public_url": "https://aratohu.example"}) as house:
        house.rooms = replace(house.rooms, today=lambda: DAYS["today"])
        yield Visitor(assemble(house))


def test_every_life_event_service_and_agency_has_a_page(visitor: Visitor) -> None:
    listed = visitor.get("/life-events")
    for event in WHOLE.life_events.values():
        assert f'href="/life-events/{event.id}"' in listed
        page = visitor.get(f"/life-events/{event.id}")
        for service in WHOLE.services_for(event.id):
            assert f'href="/services/{service.id}"' in page
        unsure = sum(one.confidence == "unverified" for one in WHOLE.services_for(event.id))
        assert page.count("No source checked. Ask the agency.") >= unsure
    for agency in WHOLE.agencies.values():
        page = visitor.get(f"/agencies/{agency.id}")
        for service in WHOLE.services.values():
            assert (f'href="/services/{service.id}"' in page) == (service.agency == agency.id)
    for service in WHOLE.services.values():
        page = visitor.get(f"/services/{service.id}")
        assert f'href="/agencies/{service.agency}"' in page
        assert "Last looked at on" in page
        if service.confidence == "unverified":
            assert "No source checked. Ask the agency." in page


@pytest.mark.parametrize("address", ["/life-events/nothing", "/services/nothing", "/agencies/nothing"])
def test_what_is_not_there_leads_on(visitor: Visitor, address: str) -> None:
    answer = visitor.send("GET", address)
    assert answer.status_code == 404
    assert "life event" in answer.text


def test_a_service_page_describes_itself_to_search_engines(visitor: Visitor) -> None:
    for service in WHOLE.services.values():
        page = visitor.get(f"/services/{service.id}")
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert found is not None
        told = json.loads(found[1])
        assert (told["@type"], told["name"]) == ("GovernmentService", service.name.en)
        assert told["url"] == f"https://aratohu.example/services/{service.id}"
        assert told["serviceOperator"]["name"] == WHOLE.agency_of(service).name.en
        unsure = [one for one in service.channels if service.confidence_of(one) == "unverified"]
        for one in unsure:
            confirmed = [other.phone for other in service.channels if other not in unsure]
            shown = json.dumps(told.get("availableChannel"))
            assert one.phone is None or one.phone in confirmed or one.phone not in shown


def test_the_driver_licence_answer_changes_with_the_day(visitor: Visitor) -> None:
    try:
        DAYS["today"] = dt.date(2027, 1, 24)
        before = visitor.get("/services/full-licence")
        DAYS["today"] = dt.date(2027, 1, 26)
        after = visitor.get("/services/full-licence")
    finally:
        DAYS["today"] = dt.date(2026, 11, 23)
    assert "$98.90" in before
    assert "Then you sit a practical test" in before
    assert "$25.90" in after
    assert "Then you sit a practical test" not in after


def test_search_finds_by_nickname_and_says_so(visitor: Visitor) -> None:
    answer = visitor.search("the dole")
    assert answer.status_code == 200
    assert 'href="/services/jobseeker-support"' in answer.text
    assert "Also called “the dole”" in answer.text
    assert 'href="/agencies/msd"' in visitor.search("WINZ").text
    assert 'href="/life-events/someone_died"' in visitor.search("my dad died").text


def test_what_is_searched_for_is_in_no_address_and_harms_no_page(visitor: Visitor) -> None:
    evil = '<script>alert("x")</script>'
    answer = visitor.search(evil)
    assert answer.status_code == 200
    assert answer.request.url.query == b""
    assert evil not in answer.text


def test_a_search_for_nothing_says_what_to_do(visitor: Visitor) -> None:
    answer = visitor.search("   ")
    assert answer.status_code == 422
    assert "Write what you are looking for." in answer.text
    assert "Nothing here fits" in visitor.search("bitcoin price").text


def test_a_search_can_be_linked_to(visitor: Visitor) -> None:
    assert 'href="/services/renew-passport"' in visitor.get("/search?q=passport")


def test_search_over_the_api(visitor: Visitor) -> None:
    found = visitor.send("GET", "/api/v1/search", params={"q": "rego", "kind": "service"}).json()["results"]
    assert found[0]["id"] == "vehicle-licence-rego"
    assert found[0]["page"] == "/services/vehicle-licence-rego"
    assert found[0]["agency_name"] == "NZ Transport Agency"
    mixed = visitor.send("GET", "/api/v1/search", params={"q": "te tari taake", "language": "mi"}).json()["results"]
    assert (mixed[0]["kind"], mixed[0]["name"], mixed[0]["lang"]) == ("agency", "Te Tari Taake", "mi")
    refused = visitor.send("GET", "/api/v1/search", params={"q": "rego", "kind": "pizza"})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_plan_over_the_api_leaves_out_what_answers_rule_out(visitor: Visitor) -> None:
    body = {"life_events": ["retiring"], "answers": {"date_of_birth": "1962-05-01", "housing": "rent"}}
    made = visitor.send("POST", "/api/v1/plans", json=body).json()
    ruled_out = {one["service"]: one["why"] for one in made["not_for_you"]}
    assert "rates-rebate" in ruled_out
    assert made["dates"]["birthday_65"] == "2027-05-01"
    assert not {step["service"] for step in made["steps"]} & set(ruled_out)
    wrong = visitor.send("POST", "/api/v1/plans", json={"life_events": ["retiring"], "answers": {"huosing": "rent"}})
    assert wrong.status_code == 422
    assert "did you mean `housing`?" in wrong.text


def test_the_catalogue_can_be_taken_away(visitor: Visitor) -> None:
    linked = visitor.send("GET", "/catalogue.jsonld")
    assert linked.headers["content-type"] == "application/ld+json"
    ids = {node["@id"] for node in linked.json()["@graph"]}
    assert "https://aratohu.example/services/register-birth" in ids
    table = visitor.send("GET", "/catalogue.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.count("\r\n") == len(WHOLE.services) + 1


@pytest.mark.parametrize(
    "body",
    [
        {"answers": {"date_of_birth": "9999-12-31"}},
        {"answers": {"date_of_birth": "0001-01-01"}, "today": "9999-12-31"},
        {"answers": {"date_of_birth": "soon"}},
        {"answers": {"date_of_birth": True}},
        {"answers": {"region": "atlantis"}},
        {"answers": {"years_in_nz_since_20": 1e308}},
        {"dates": {"birthday_65": "9999-12-31", "nothing": "2026-01-01"}},
        {"today": "0001-01-01"},
    ],
)
def test_strange_plans_are_made_or_refused_and_nothing_breaks(visitor: Visitor, body: dict[str, Any]) -> None:
    answer = visitor.send("POST", "/api/v1/plans", json={"life_events": ["retiring", "having_a_baby"], **body})
    assert answer.status_code in (200, 422), answer.text
