"""What waits: in which order, and what the person who waits is told."""

from __future__ import annotations

from tests.conversations.desk.house import House


def test_the_urgent_go_first_and_the_place_is_told(house: House) -> None:
    house.adviser()
    handovers = house.desk.handovers
    first, second = house.asked(), house.asked()
    urgent = handovers.ask(house.opened(), "crisis", urgent=True)
    assert urgent is not None
    assert [one.id for one in handovers.queue.waiting()] == [urgent.id, first.id, second.id]
    assert [handovers.queue.place(one).place for one in (urgent, first, second)] == [1, 2, 3]
    assert handovers.queue.place(second).minutes > handovers.queue.place(urgent).minutes
