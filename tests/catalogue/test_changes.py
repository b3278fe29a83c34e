"""What changed for people, in words that they would use."""

from pathlib import Path

import pytest

from catalogue import files, rules
from catalogue.catalogue import Catalogue
from catalogue.changes import changes, rule_changes
from tests.catalogue.test_files import AGENCY, EVENT, SERVICE, lay


def told(tmp_path: Path, service: str = SERVICE, agency: str = AGENCY, event: str = EVENT) -> list[str]:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    before = Catalogue(*files.read_all(lay(tmp_path / "old")), tmp_path / "old")
    after = Catalogue(*files.read_all(lay(tmp_path / "new", service, agency, event)), tmp_path / "new")
    return [f"{one.about}: {one.text}" for one in changes(before, after)]


def test_nothing_changed(tmp_path: Path) -> None:
    assert told(tmp_path, SERVICE.replace("assured_date: 2026-11-23", "assured_date: 2026-11-24")) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{amount: 0}", "{amount: 5}", "Cost: was “free”, is now “$5.00”."),
        (
            "{amount: 0}",
            "{amount: 5, from: 2027-01-25, confidence: unverified}",
            "Cost: was “free”, is now “$5.00 from 25 January 2027 (not confirmed)”.",
        ),
        ("  cost:", "  who: [You keep a cat.]\n  cost:", "Who can get it: new “You keep a cat.”."),
        (
            "  cost:",
            "  deadline: {text: Soon, within: 2 days, after: arrival_of_cat}\n  cost:",
            "Deadline: new “2 days after arrival of cat: Soon”.",
        ),
        ("stage: now", "stage: later", "In the plan for “Getting a cat” its turn was “now”, and is now “later”."),
        (
            "why: The cat is hungry.",
            "why: The cat is hungry., only_if: it is",
            "In the plan for “Getting a cat” it is there only if it is. It was there for everybody.",
        ),
        (
            '- {kind: online, url: "https://cats.example.nz/feed"}',
            "- {kind: phone, phone: 0800 228 000}",
            "Way in: was “https://cats.example.nz/feed”, is now “0800 228 000”.",
        ),
        ("confidence: seen", "confidence: unverified", "No source confirms it any more."),
        ("name: Feed the cat", "name: Dinner for cats", "It was called “Feed the cat”."),
    ],
)
def test_a_change_of_a_service(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in SERVICE
    # Where the page goes, so does the link to it.
    kind = "kind: phone}" if "kind: phone," in after else "kind: link}"
    found = told(tmp_path, SERVICE.replace(before, after, 1).replace("kind: link}", kind))
    assert any(one.endswith(f": {said}") for one in found), found


def test_services_and_agencies_come_and_go(tmp_path: Path) -> None:
    other = SERVICE.replace("feed-the-cat", "walk-the-cat").replace("Feed the cat", "Walk the cat")
    assert told(tmp_path, other) == [
        "Walk the cat: New service of Ministry of Cats, in: Getting a cat.",
        "Feed the cat: This service is gone.",
    ]


def test_a_number_and_an_opening_that_change(tmp_path: Path) -> None:
    phone = "  phones: [{label: Paws, number: 0800 228 000, confidence: unverified}]\n  assured_date:"
    found = told(
        tmp_path,
        agency=AGENCY.replace("  assured_date:", phone),
        event=EVENT.replace("A cat, then.", "How lovely."),
    )
    assert found == [
        "Ministry of Cats: Phone: new “Paws 0800 228 000”.",
        "Getting a cat: It now opens with: “How lovely.”",
    ]


def test_a_rate_and_a_criterion_that_change(tmp_path: Path) -> None:
    old = files.DATA
    new = tmp_path / "data"
    for name in ("rules", "rates", "facts"):
        for path in (old / name).rglob("*.yml"):
            copy = new / path.relative_to(old)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            copy.write_text(
                text.replace("You have been in KiwiSaver for 3 years", "You have been in KiwiSaver for 4 years")
            )
    found = list(rule_changes(rules.load(), rules.load(new), {"kiwisaver-first-home-withdrawal": "First home"}))
    assert [(one.about, one.text) for one in found] == [
        (
            "First home",
            "Who can get it: was “You have been in KiwiSaver for 3 years or more.”, is now “You have been in KiwiSaver "
            "for 4 years or more.”.",
        )
    ]
