"""Opening hours, with New Zealand's holidays."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from catalogue.days import AOTEAROA
from conversations.desk.teams import Team


def at(day: str, time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=AOTEAROA)


@pytest.mark.parametrize(
    ("day", "time", "is_open"),
    [
        ("2026-11-25", "08:29", False),
        ("2026-11-25", "08:30", True),
        ("2026-11-25", "16:59", True),
        ("2026-11-25", "17:00", False),
        ("2026-11-28", "10:00", False),
        ("2026-10-26", "10:00", False),
        ("2027-02-08", "10:00", False),
        ("2026-12-28", "10:00", False),
        ("2027-07-09", "10:00", True),
    ],
)
def test_open_in_working_hours_and_not_on_holidays(day: str, time: str, *, is_open: bool) -> None:
    assert Team(id="general", name="Everyone").is_open(at(day, time)) is is_open


def test_an_anniversary_day_counts_in_its_region() -> None:
    monday = at("2027-01-25", "10:00")
    assert Team(id="a", name="A", region="AUK").is_open(monday)
    assert not Team(id="w", name="W", region="WGN").is_open(at("2027-01-25", "10:00"))


def test_when_it_opens_next_leaps_over_weekend_and_holiday() -> None:
    assert Team(id="g", name="G").opens(at("2026-12-24", "18:00")) == at("2026-12-29", "08:30")
    assert Team(id="g", name="G", hours={}).opens(at("2026-12-24", "18:00")) is None


@pytest.mark.parametrize("hours", [{"0": ["17:00", "08:00"]}, {"7": ["08:00", "17:00"]}, {"0": ["8", "17"]}])
def test_hours_that_make_no_sense_are_refused(hours: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError):
        Team(id="g", name="G", hours=hours)
