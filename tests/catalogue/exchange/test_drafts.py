"""Other bodies' catalogues as drafts of ours: the official example, our own export, and what can't be read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml

import catalogue
from catalogue import exchange, files, model
from catalogue.catalogue import Catalogue
from catalogue.exchange.drafts import Draft, drafts
from catalogue.exchange.reading import ExchangeError

HERE = Path(__file__).parent
DAY = dt.date(2026, 11, 23)
EXAMPLE = (HERE / "example-rdf_public_service.jsonld").read_text(encoding="utf-8")


def read(text: str) -> dict[str, Draft]:
    return {draft.path: draft for draft in drafts(text, DAY, catalogue.load().life_events)}


def test_the_official_example_becomes_two_drafts_with_what_is_left_to_do() -> None:
    made = read(EXAMPLE)
    assert list(made) == [
        "agencies/federal-public-service-finance.yml",
        "services/federal-public-service-finance/tax-on-web.yml",
    ]
    service = yaml.safe_load(made["services/federal-public-service-finance/tax-on-web.yml"].text)["services"][0]
    assert service["name"] == "Tax-on-web"
    assert service["who"] == ["Request to provide certificate about childcare costs"]
    assert service["channels"] == [{"kind": "phone", "phone": "+32 257 25757", "confidence": "unverified"}]
    assert service["confidence"] == "unverified"
    to_do = made["services/federal-public-service-finance/tax-on-web.yml"].to_do
    assert "`what` is in the language `fr`: put it into plain English" in to_do
    assert any("put it into a life event" in one for one in to_do)
    assert all(
        f"# To do: {one}." in made["services/federal-public-service-finance/tax-on-web.yml"].text for one in to_do
    )


def test_drafts_are_files_that_the_catalogue_takes(tmp_path: Path) -> None:
    for draft in read(EXAMPLE).values():
        file = tmp_path / draft.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(draft.text, encoding="utf-8")
    whole = Catalogue(*files.read_all(tmp_path), tmp_path)
    assert list(whole.services) == ["tax-on-web"]


def test_our_own_export_comes_back(tmp_path: Path) -> None:
    before = catalogue.load()
    for draft in read(json.dumps(exchange.export(before, DAY))).values():
        file = tmp_path / draft.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(draft.text, encoding="utf-8")
    # Life events are ours alone, and are named and not imported.
    for file in (files.DATA / "life_events").glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    for file in (files.DATA / "facts").glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    after = Catalogue(*files.read_all(tmp_path), tmp_path)
    assert set(after.services) == set(before.services)
    assert set(after.agencies) == set(before.agencies)
    for id, ours in before.services.items():
        theirs = after.services[id]
        assert (theirs.name, theirs.what, theirs.agency) == (
            ours.name.model_copy(update={"mi_reviewed": False}),
            ours.what.model_copy(update={"mi_reviewed": False}),
            ours.agency,
        ), id
        assert (theirs.who, theirs.ready) == (ours.who, ours.ready), id
        assert set(theirs.aliases) == set(ours.aliases), id
        assert set(theirs.after) == set(ours.after), id
        assert {event: (turn.stage, turn.why, turn.only_if) for event, turn in theirs.life_events.items()} == {
            event: (turn.stage, turn.why, turn.only_if) for event, turn in ours.life_events.items()
        }, id
        assert costs(theirs) == costs(ours), id
        assert [(one.kind, one.url, one.phone) for one in theirs.channels] == [
            (one.kind, one.url, one.phone) for one in ours.channels if one.holds_on(DAY)
        ], id
        assert [(one.text, one.checked) for one in theirs.law] == [(one.text, one.checked) for one in ours.law], id
        assert {source.url for source in theirs.sources.values()} == {source.url for source in ours.sources.values()}, (
            id
        )
        assert (theirs.confidence, theirs.assured_date) == (ours.confidence, ours.assured_date), id


def costs(service: model.Service) -> list[tuple[float | None, str | None, str]]:
    return [(one.amount, one.text, service.confidence_of(one)) for one in service.cost if one.holds_on(DAY)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<rdf/>", "this is not JSON"),
        ('"a text"', "this is JSON and not JSON-LD"),
        ("{}", "no cpsv:PublicService"),
        ('{"@context": "https://example.com/context.jsonld", "@graph": []}', "nothing is fetched"),
        ('{"@context": {"@import": "https://example.com/c"}}', "takes in the context"),
        ("[" * 5000 + "]" * 5000, "nested too deep"),
        ('{"@context": [5], "a": 1}', "this is not JSON-LD"),
    ],
)
def test_what_can_not_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(ExchangeError, match=said):
        read(text)


def test_costs_in_other_money_are_words_and_links_without_https_are_left_out() -> None:
    document = exchange.export(catalogue.load(), DAY)
    mine = next(node for node in document["@graph"] if node.get("dct:identifier") == "renew-passport")
    cost = next(node for node in document["@graph"] if node["@id"] == mine["cv:hasCost"][0]["@id"])
    cost["cv:currency"] = {"@id": "http://publications.europa.eu/resource/authority/currency/EUR"}
    channel = next(node for node in document["@graph"] if node["@id"] == mine["cv:hasChannel"][0]["@id"])
    channel["schema:serviceUrl"] = {"@id": "http://passports.example.com"}
    made = next(draft for path, draft in read(json.dumps(document)).items() if path.endswith("/renew-passport.yml"))
    service = yaml.safe_load(made.text)["services"][0]
    assert "amount" not in service["cost"][0]
    assert "EUR" in service["cost"][0]["text"]
    assert "http://passports.example.com" not in str(service["channels"])


def test_a_service_of_another_country_joins_by_the_code_of_its_life_event() -> None:
    document = json.loads(EXAMPLE)
    service = document["@graph"][0]
    service["cv:isGroupedBy"] = {"@id": "ex:event1"}
    document["@graph"].append(
        {
            "@id": "ex:event1",
            "@type": "LifeEvent",
            "dct:identifier": "naissance",
            "dct:type": {"@id": "http://data.europa.eu/ox8/life-event/BIR"},
        }
    )
    made = read(json.dumps(document))["services/federal-public-service-finance/tax-on-web.yml"]
    assert "having_a_baby" in yaml.safe_load(made.text)["services"][0]["life_events"]
    assert any("does it belong to `having_a_baby`?" in one for one in made.to_do)


def test_a_service_that_nobody_can_reach_is_a_draft_to_fill_in(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE)
    del document["@graph"][0]["cv:contactPoint"]
    made = read(json.dumps(document))
    for draft in made.values():
        file = tmp_path / draft.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(draft.text, encoding="utf-8")
    with pytest.raises(files.CatalogueError) as refused:
        files.read(tmp_path)
    (problem,) = refused.value.problems
    assert problem.endswith("`text` is not filled in yet; write where people go")
