"""Thresholds: that a line turns where the verdict turns, on leap days and to the cent; and where there is none."""

import datetime as dt
from typing import Any

import pytest

from catalogue import bounds
from catalogue.rules import Rulebook
from tests.catalogue.rules.test_properties import BOOK

DAY = dt.date(2026, 11, 23)
GRANT = {"dependent_children": 0, "relationship": "single", "housing": "rent", "main_payment": "none"}


def lines(service: str, facts: dict[str, Any], day: dt.date = DAY) -> list[str]:
    """The lines about bounds that can be asked for now."""
    found = BOOK.check_all([service], facts, day)
    return [line.id for name in found.ask for line in found.lines.get(name, ()) if line.bound is not None]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (dt.date(2026, 11, 23), "2008-11-23"),
        # Who was born on 29 February is 18 on 1 March, and not on 28 February.
        (dt.date(2026, 2, 28), "2008-02-28"),
        (dt.date(2026, 3, 1), "2008-03-01"),
        (dt.date(2028, 2, 29), "2010-02-28"),
    ],
)
def test_an_age_turns_on_the_birthday(day: dt.date, last: str) -> None:
    known = {"guardians_consent": False, "has_been_in_relationship": False}
    assert lines("register-name-change", known, day) == [f"date_of_birth@../{last}"]
    born = dt.date.fromisoformat(last)
    for birth, verdict in ((born, "yes"), (born + dt.timedelta(days=1), "no")):
        criteria = BOOK.check("register-name-change", {**known, "date_of_birth": birth}, day).criteria
        assert next(one.verdict for one in criteria if one.id == "age") == verdict


def test_an_amount_turns_to_the_cent(book: Rulebook) -> None:
    """25 000 a year are 480.769 a week: 480.76 are under it, and 480.77 are not."""
    (line,) = (one for one in lines("accommodation-supplement", GRANT) if one.startswith("weekly_income"))
    edge = bounds.read(book.facts["weekly_income"], line.partition("@")[2]).high
    for income, verdict in ((edge, "yes"), (round(edge + 0.01, 2), "no")):
        criteria = book.check("accommodation-supplement", {**GRANT, "weekly_income": income}, DAY).criteria
        assert next(one.verdict for one in criteria if one.id == "income") == verdict


def test_a_threshold_that_hangs_on_other_facts_waits_for_them(book: Rulebook) -> None:
    open_ = {name: value for name, value in GRANT.items() if name != "relationship"}
    found = book.check_all(["accommodation-supplement"], open_, DAY)
    assert found.lines["weekly_income"] == ()
    assert "weekly_income" not in [line.fact.id for line in found.next]
    # Nobody can say how they live: then nothing is left to wait for.
    asked = book.check_all(["accommodation-supplement"], {**open_, "relationship": None}, DAY)
    assert "weekly_income" in asked.ask
    assert "weekly_income" not in asked.lines


def test_what_is_known_of_a_range_is_not_asked_again() -> None:
    assert lines("kiwisaver-retirement", {}) == ["date_of_birth@../1961-11-23", "kiwisaver_years@0.01/.."]
    known = {"date_of_birth": "../1961-11-23", "kiwisaver_years": "0.5/3"}
    assert lines("kiwisaver-retirement", known) == []
    assert BOOK.check("kiwisaver-retirement", known, DAY).verdict == "yes"
    wide = {"date_of_birth": "1950-01-01/1970-01-01"}
    assert lines("kiwisaver-retirement", wide) == ["date_of_birth@../1961-11-23", "kiwisaver_years@0.01/.."]


def test_the_same_number_takes_two_lines() -> None:
    """Neither more nor less: a count that must be 2 has a threshold on each side of it."""
    care = {"main_carer": True, "licensed_childcare": True, "child_birth_date": "2024-06-01", "child_at_school": False}
    wanted = {"dependent_children@../2", "dependent_children@2/..", "dependent_children@3/.."}
    assert wanted & set(lines("childcare-subsidy", {**care, "weekly_income": 2300}))


def test_an_amount_that_can_be_estimated_needs_the_value(book: Rulebook) -> None:
    """FamilyBoost is worked out from fees and income: a line would settle whether, and not how much."""
    family = {"main_carer": True, "child_birth_date": "2024-06-01", "tax_resident": True, "licensed_childcare": True}
    found = book.check_all(["family-boost"], family, dt.date(2025, 10, 1))
    assert {"ece_fees_quarter", "family_income"} <= set(found.ask)
    assert "ece_fees_quarter" not in found.lines
    assert "family_income" not in found.lines


def test_who_has_none_of_it_leaves_a_line_about_a_number(book: Rulebook) -> None:
    """A jobless person does not tick that they work less than 30 hours: a count is said from below."""
    ids = lines("jobseeker-support", {})
    assert "work_hours@30/.." in ids
    found = book.check("jobseeker-support", {"work_hours@30/..": False}, DAY)
    assert next(one.verdict for one in found.criteria if one.id == "work_gap") == "yes"
    numbers = {name for name, fact in book.facts.items() if fact.type == "number"}
    for service in book.services:
        for id in lines(service, {}):
            name, _, bound = id.partition("@")
            assert name not in numbers or bound.endswith("/.."), id
