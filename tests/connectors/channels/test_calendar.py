"""The calendar file: one entry a last day, with alarms, the same ones each time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from icalendar import Calendar

from connectors.channels import calendar, marking
from conversations import messages as m
from conversations.words import load

WORDS = marking.labels(load(), "en")
MADE = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


def step(service: str, due: dt.date | None) -> m.PlanStep:
    return m.PlanStep(
        service=service,
        name="Register, now; and then",
        what="",
        agency="dia",
        agency_name="Māori Trustee",
        stage="now",
        why="",
        due=due,
        due_text="Within 2 months",
    )


def read(*steps: m.PlanStep) -> list[Any]:
    made = calendar.make(steps, WORDS, "secret-token", MADE)
    assert b"secret-token" not in made
    return list(Calendar.from_ical(made).walk("VEVENT"))


def test_each_last_day_is_an_entry_with_alarms() -> None:
    events = read(step("a", dt.date(2027, 1, 1)), step("b", None))
    assert len(events) == 1
    assert events[0]["dtstart"].dt == dt.date(2027, 1, 1)
    assert str(events[0]["summary"]) == "Last day: Register, now; and then"
    alarms = [alarm["trigger"].dt for alarm in events[0].walk("VALARM")]
    assert alarms == [dt.timedelta(days=-7), dt.timedelta(days=-1)]


def test_the_same_plan_gives_the_same_entries() -> None:
    first, again = read(step("a", dt.date(2027, 1, 1))), read(step("a", dt.date(2027, 1, 2)))
    assert first[0]["uid"] == again[0]["uid"]
    assert read(step("b", dt.date(2027, 1, 1)))[0]["uid"] != first[0]["uid"]
