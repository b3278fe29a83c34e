"""Who can take a conversation."""

from __future__ import annotations

from conversations.desk.tables import HandoverRow
from conversations.desk.teams import GENERAL, Team
from tests.conversations.desk.house import ALWAYS, House


def test_a_conversation_goes_to_the_team_of_its_agency_and_overflows(house: House) -> None:
    teams = house.desk.teams
    teams.save(Team(id="msd", name="MSD", agency="msd", hours=ALWAYS, on_holidays=True, overflow=GENERAL))
    general = house.adviser("general")
    overflowed = house.asked(agency="msd")
    assert overflowed.team == GENERAL, "nobody of the agency is there, so its overflow takes it"
    house.adviser("mere", teams=["msd"])
    handover = house.asked(agency="msd")
    assert handover.team == "msd"
    assert handover.id not in [one.id for one in house.desk.handovers.queue.waiting(general)]
    with house.database.begin() as session:
        row = session.get(HandoverRow, handover.id)
        assert row is not None
        row.asked_at = row.asked_at.replace(year=row.asked_at.year - 1)
    assert handover.id in [one.id for one in house.desk.handovers.queue.waiting(general)], (
        "it has waited for five minutes"
    )
