"""The catalogue as CPSV-AP: judged by the official shapes, and read back."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import Graph

import catalogue
from catalogue import exchange
from catalogue.exchange.cpsv import HOME

HERE = Path(__file__).parent
DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(HERE / "cpsv-ap-SHACL.ttl")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return exchange.export(catalogue.load(), DAY)


def violations(document: dict[str, Any], shapes: Graph) -> list[str]:
    """What the shapes find, a line each. Nothing is inferred and nothing is fetched."""
    data = Graph().parse(data=json.dumps(document), format="json-ld")
    conforms, report, _ = validate(data, shacl_graph=shapes, inference="none", advanced=False)
    found = [
        str(row[0])
        for row in report.query(
            "SELECT ?text WHERE { ?r a sh:ValidationResult ; sh:resultPath ?path ; sh:focusNode ?node . "
            "BIND(CONCAT(STR(?node), ' ', STR(?path)) AS ?text) }",
            initNs={"sh": "http://www.w3.org/ns/shacl#"},
        )
    ]
    assert conforms == (not found)
    return found


def test_the_whole_catalogue_conforms_to_the_official_shapes(document: dict[str, Any], shapes: Graph) -> None:
    kinds = [node["@type"] for node in document["@graph"]]
    assert kinds.count("cpsv:PublicService") == len(catalogue.load().services)
    assert kinds.count(["cv:Event", "cv:LifeEvent"]) == 23
    assert kinds.count("cv:PublicOrganisation") >= 40
    assert violations(document, shapes) == []


MANDATORY = {
    "cpsv:PublicService": ("dct:identifier", "dct:title", "dct:description", "cv:hasCompetentAuthority"),
    "cv:LifeEvent": ("dct:identifier", "dct:title"),
    "cv:PublicOrganisation": ("skos:prefLabel", "dct:spatial"),
    "cv:Channel": ("dct:identifier",),
    "cv:Cost": ("dct:identifier",),
    "cv:Requirement": ("dct:identifier", "dct:title"),
    "cv:EvidenceType": ("dct:identifier",),
    "cv:Output": ("dct:identifier", "dct:title"),
}


def test_each_mandatory_field_that_is_taken_out_is_missed(document: dict[str, Any], shapes: Graph) -> None:
    broken = copy.deepcopy(document)
    expected = set()
    prefixes = document["@context"]
    for kind, fields in MANDATORY.items():
        nodes = iter([node for node in broken["@graph"] if kind in node["@type"]])
        for field in fields:
            node = next(nodes)
            del node[field]
            prefix, _, name = field.partition(":")
            expected.add(f"{node['@id']} {prefixes[prefix]}{name}")
    assert set(violations(broken, shapes)) == expected


def test_life_events_carry_the_codes_of_the_eu(document: dict[str, Any]) -> None:
    baby = next(node for node in document["@graph"] if node.get("dct:identifier") == "having_a_baby")
    assert baby["dct:type"]["@id"] == "http://data.europa.eu/ox8/life-event/BIR"
    assert {"@value": "Te whānau pēpi", "@language": "mi"} in baby["dct:title"]


def test_what_is_not_confirmed_says_so_in_words_too(document: dict[str, Any]) -> None:
    for node in document["@graph"]:
        if node["@type"] in ("cv:Channel", "cv:Cost") and node["ara:confidence"] == "unverified":
            assert "check with the agency" in node["dct:description"]["@value"]


def test_the_day_decides_which_cost_is_told() -> None:
    def cost(day: str) -> str:
        made = exchange.export(catalogue.load(), dt.date.fromisoformat(day))
        costs = [node for node in made["@graph"] if node["@id"].startswith(f"{HOME}/services/full-licence#cost")]
        assert len(costs) == 1
        return str(costs[0]["cv:hasValue"]["@value"])

    assert (cost("2027-01-24"), cost("2027-01-26")) == ("98.9", "25.9")


def test_the_table_has_a_line_for_each_service() -> None:
    whole = catalogue.load()
    lines = list(csv.DictReader(io.StringIO(exchange.table(whole, DAY))))
    assert [line["id"] for line in lines] == list(whole.services)
    birth = next(line for line in lines if line["id"] == "register-birth")
    assert birth["eu_life_events"].split()[0] == "BIR"
    assert birth["agency_name"] == "Department of Internal Affairs"
    assert all(cell[:1] not in ("=", "+", "@") for line in lines for cell in line.values())
