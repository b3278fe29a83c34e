"""Passing a conversation on."""

from __future__ import annotations

import pytest

from conversations.desk.staff import NotAllowed
from conversations.desk.teams import Team
from tests.conversations.desk.house import ALWAYS, House


def test_another_agency_gets_it_only_once_the_person_agrees(house: House) -> None:
    house.desk.teams.save(Team(id="ir", name="Inland Revenue", agency="ir", hours=ALWAYS, on_holidays=True))
    house.desk.teams.save(Team(id="second", name="Second line", hours=ALWAYS, on_holidays=True))
    aroha, tama = house.adviser("aroha"), house.adviser("tama", teams=["ir"])
    handovers = house.desk.handovers
    held = handovers.take(house.asked().id, aroha)
    assert handovers.passing.pass_on(held.id, aroha, "second", "more time").state == "waiting"
    held = handovers.take(held.id, aroha)
    asking = handovers.passing.pass_on(held.id, aroha, "ir", "a tax question")
    assert (asking.state, asking.passing_to) == ("held", "ir")
    assert handovers.queue.waiting(tama) == []
    handovers.passing.agree(held.conversation, agrees=False)
    assert handovers.queue.get(held.id).passing_to is None
    handovers.passing.pass_on(held.id, aroha, "ir", "a tax question")
    handovers.passing.agree(held.conversation, agrees=True)
    passed = handovers.queue.waiting(tama)[0]
    assert (passed.team, passed.agency, passed.detail["passed_on"]) == ("ir", "ir", "a tax question")
    with pytest.raises(NotAllowed):
        handovers.passing.pass_on(handovers.take(passed.id, tama).id, tama, "nowhere")
