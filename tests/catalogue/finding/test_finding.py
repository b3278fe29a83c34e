"""Finding by name, nickname, abbreviation, old name, te reo Māori, misspelling and meaning, on lists written first."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import catalogue
from catalogue import encoder
from catalogue.finding import Finder, Kind

HERE = Path(__file__).parent
FINDER = Finder(catalogue.load())
"""One that goes by words alone."""


@pytest.fixture(scope="module")
def finder() -> Finder:
    meaning = encoder.installed()
    assert meaning is not None
    return Finder(catalogue.load(), meaning)


def read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def missed(finder: Finder, searches: list[dict[str, Any]], kind: Kind) -> list[str]:
    """The searches that have nothing right among the first three."""
    return [
        one["said"]
        for one in searches
        if not {found.id for found in finder.find(one["said"], (kind,), 3)} & set(one["finds"])
    ]


def test_services_are_among_the_first_three(finder: Finder) -> None:
    groups = read("searches.yml")
    searches = [one for group in groups.values() for one in group]
    assert len({one["said"] for one in searches}) >= 150
    assert all(id in catalogue.load().services for one in searches for id in one["finds"])
    found = missed(finder, searches, "service")
    assert len(found) <= 0.05 * len(searches), found
    for name, group in groups.items():
        assert len(missed(finder, group, "service")) <= 0.1 * len(group), name


def test_agencies_are_among_the_first_three(finder: Finder) -> None:
    searches = read("agencies.yml")
    found = missed(finder, searches, "agency")
    assert len(found) <= 0.05 * len(searches), found


def test_without_the_encoder_names_are_still_found() -> None:
    groups = read("searches.yml")
    named = [one for name, group in groups.items() if name != "meaning" for one in group]
    found = missed(FINDER, named, "service")
    assert len(found) <= 0.05 * len(named), found


def test_a_nickname_is_told_and_the_real_name_is_not(finder: Finder) -> None:
    assert finder.find("the dole")[0].called == "the dole"
    assert finder.find("Paid parental leave")[0].called is None


def test_life_events_services_and_agencies_can_be_asked_for_at_once(finder: Finder) -> None:
    found = finder.find("having a baby", ("life_event", "service", "agency"))
    assert (found[0].kind, found[0].id) == ("life_event", "having_a_baby")


@pytest.mark.parametrize("text", ["", "   ", "?!", "asdf qwer", "flights to nadi under $400", "bitcoin price"])
def test_what_is_not_ours_finds_nothing(finder: Finder, text: str) -> None:
    assert finder.find(text, ("life_event", "service", "agency")) == []


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300))
def test_any_text_can_be_searched_for(text: str) -> None:
    for one in FINDER.find(text):
        assert one.id in catalogue.load().services


def test_a_search_takes_little_time(finder: Finder) -> None:
    finder.warm()

    def seconds() -> float:
        start = time.process_time()
        finder.find("help to pay the rent and the bond")
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.1


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("renw my pasport asap", "renew-passport", ("asap",)),
        ("passport for my baby", "child-passport", ()),
        ("i lost my passport at the airport", "lost-passport", ("airport",)),
        ("a bus to town", None, ()),
        # One word of a longer name says nothing: "make a will" is no name for making something.
        ("make a cake", None, ()),
    ],
)
def test_a_name_that_stands_whole_in_a_text(text: str, first: str | None, rest: tuple[str, ...]) -> None:
    named = FINDER.named(text)
    assert (named[0].id if named else None) == first
    assert (named[0].rest if named else ()) == rest
