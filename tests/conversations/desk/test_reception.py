"""What people and staff read about the desk."""

from __future__ import annotations

from conversations.desk.reception import describe
from conversations.desk.teams import Team
from tests.conversations.desk.house import House


def test_who_is_first_in_the_queue_waits_about_a_minute(house: House) -> None:
    house.adviser()
    said = [house.reception.card(house.opened(), "asked").text or "" for _ in range(2)]
    assert "about a minute" in said[0]
    assert "number 2 in the queue" in said[1]
    assert "about 1 minutes" not in "".join(said)


def test_opening_hours_in_words_take_days_with_the_same_hours_together() -> None:
    hours = {"0": ["09:00", "17:00"], "1": ["09:00", "17:00"], "2": ["09:00", "17:00"], "3": ["10:00", "12:00"]}
    assert describe(Team(id="a", name="A", hours={**hours, "5": ["10:00", "12:00"]})) == (
        "Mon–Wed 09:00–17:00, Thu 10:00–12:00, Sat 10:00–12:00"
    )
    assert describe(Team(id="a", name="A", hours={})) == "closed"
