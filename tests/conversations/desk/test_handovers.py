"""Who has a conversation: one at most, whatever happens at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations import Turn
from conversations.desk.handovers import Handover, TooLate
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.teams import GENERAL, Team
from conversations.store import NotHeld
from storage import now
from tests.conversations.desk.house import ALWAYS, House


def asked(house: House, **opening: str) -> Handover:
    handover = house.desk.handovers.ask(house.opened(**opening), "asked")
    assert handover is not None
    return handover


def spoken(text: str) -> Turn:
    return Turn(number=0, by="adviser", at=now(), text=text)


def test_nobody_is_offered_when_nobody_is_there(house: House) -> None:
    id = house.opened()
    assert not house.desk.handovers.is_there(id)
    assert house.desk.handovers.ask(id, "asked") is None
    adviser = house.adviser()
    assert house.desk.handovers.is_there(id)
    house.desk.staff.be(adviser.id, "away")
    assert not house.desk.handovers.is_there(id)
    house.desk.staff.be(adviser.id, "here")
    house.gone(adviser)
    assert not house.desk.handovers.is_there(id)


def test_of_two_who_take_at_the_same_moment_exactly_one_gets_it(either: House) -> None:
    house = either
    advisers = [house.adviser("aroha"), house.adviser("ben")]
    for _ in range(200):
        for adviser in advisers:
            # A slow machine must not make them look gone.
            house.desk.staff.beat(adviser.id)
        handover = asked(house)
        start = threading.Barrier(2)

        def take(adviser: Adviser, handover: Handover = handover, start: threading.Barrier = start) -> str | None:
            start.wait(10)
            try:
                return house.desk.handovers.take(handover.id, adviser).adviser
            except TooLate:
                return None

        with ThreadPoolExecutor(2) as pool:
            got = [one for one in pool.map(take, advisers) if one is not None]
        assert len(got) == 1
        held = house.desk.handovers.get(handover.id)
        assert (held.state, held.adviser) == ("held", got[0])
        assert house.store.get(handover.conversation).adviser == got[0]
        joined = [turn for turn in house.store.turns(handover.conversation) if turn.by == "adviser"]
        assert len(joined) == 1


def test_asked_for_twice_at_the_same_moment_it_waits_once(either: House) -> None:
    house = either
    house.adviser()
    id = house.opened()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: house.desk.handovers.ask(id, "asked"), range(8)))
    assert len({one.id for one in made if one is not None}) == 1
    assert len(house.desk.handovers.queue()) == 1


def test_only_who_has_it_can_speak(house: House) -> None:
    aroha, ben = house.adviser("aroha"), house.adviser("ben")
    handovers = house.desk.handovers
    handover = asked(house)
    with pytest.raises(NotHeld):
        handovers.say(handover, aroha, spoken("too early"))
    held = handovers.take(handover.id, aroha)
    said = handovers.say(held, aroha, spoken("kia ora"), nonce="1")
    assert handovers.say(held, aroha, spoken("kia ora"), nonce="1").number == said.number
    with pytest.raises(NotHeld):
        handovers.say(held, ben, spoken("me too"))
    with pytest.raises(NotHeld):
        house.store.add(held.conversation, Turn(number=0, by="assistant", at=now()))
    handovers.give(held.id, aroha, ben)
    with pytest.raises(NotHeld):
        handovers.say(held, aroha, spoken("one more thing"))
    handovers.say(held, ben, spoken("hello, ben here"))
    with pytest.raises(TooLate):
        handovers.hand_back(held.id, aroha)
    assert handovers.hand_back(held.id, ben).state == "over"
    house.store.add(held.conversation, Turn(number=0, by="assistant", at=now()))
    assert house.store.get(held.conversation).holder == "assistant"


def test_a_lost_connection_brings_the_conversation_back_to_the_queue(house: House) -> None:
    aroha, ben = house.adviser("aroha"), house.adviser("ben")
    handovers = house.desk.handovers
    held = handovers.take(asked(house).id, aroha)
    handovers.say(held, aroha, spoken("one moment"))
    house.store.add(held.conversation, Turn(number=0, by="person", at=now(), text="are you there?"))
    assert handovers.sweep() == []
    house.gone(aroha, seconds=41)
    assert handovers.sweep() == [held.conversation]
    assert handovers.sweep() == []
    again = handovers.get(held.id)
    assert (again.state, again.adviser, again.asked_at) == ("waiting", None, held.asked_at)
    texts = [turn.text for turn in house.store.turns(held.conversation) if turn.text]
    assert texts == ["one moment", "are you there?"]
    with pytest.raises(NotHeld):
        handovers.say(again, aroha, spoken("back again"))
    assert handovers.take(again.id, ben).adviser == ben.id


def test_a_call_stays_with_its_adviser_whose_connection_is_lost(house: House) -> None:
    aroha = house.adviser()
    call = house.desk.handovers.open_call(aroha, "call", "en", "msd")
    house.gone(aroha, seconds=300)
    assert house.desk.handovers.sweep() == []
    assert house.desk.handovers.get(call.id).adviser == aroha.id


def test_where_all_have_gone_the_person_waits_no_longer(house: House) -> None:
    aroha = house.adviser()
    handover = asked(house)
    house.gone(aroha, seconds=200)
    assert house.desk.handovers.sweep() == []
    with house.database.begin() as session:
        from conversations.desk.tables import HandoverRow

        row = session.get(HandoverRow, handover.id)
        assert row is not None
        row.asked_at = row.asked_at.replace(year=row.asked_at.year - 1)
    assert house.desk.handovers.sweep() == [handover.conversation]
    over = house.desk.handovers.get(handover.id)
    assert (over.state, over.ended) == ("over", "nobody")
    code = house.store.code(handover.conversation)
    assert code in house.store.turns(handover.conversation)[-1].messages[0].text


def test_another_agency_gets_it_only_once_the_person_agrees(house: House) -> None:
    house.desk.teams.save(Team(id="ir", name="Inland Revenue", agency="ir", hours=ALWAYS, on_holidays=True))
    house.desk.teams.save(Team(id="second", name="Second line", hours=ALWAYS, on_holidays=True))
    aroha, tama = house.adviser("aroha"), house.adviser("tama", teams=["ir"])
    handovers = house.desk.handovers
    held = handovers.take(asked(house).id, aroha)
    assert handovers.pass_on(held.id, aroha, "second", "more time").state == "waiting"
    held = handovers.take(held.id, aroha)
    asking = handovers.pass_on(held.id, aroha, "ir", "a tax question")
    assert (asking.state, asking.passing_to) == ("held", "ir")
    assert handovers.queue(tama) == []
    handovers.agree(held.conversation, agrees=False)
    assert handovers.get(held.id).passing_to is None
    handovers.pass_on(held.id, aroha, "ir", "a tax question")
    handovers.agree(held.conversation, agrees=True)
    passed = handovers.queue(tama)[0]
    assert (passed.team, passed.agency, passed.detail["passed_on"]) == ("ir", "ir", "a tax question")
    with pytest.raises(NotAllowed):
        handovers.pass_on(handovers.take(passed.id, tama).id, tama, "nowhere")


def test_a_conversation_goes_to_the_team_of_its_agency_and_overflows(house: House) -> None:
    teams = house.desk.teams
    teams.save(Team(id="msd", name="MSD", agency="msd", hours=ALWAYS, on_holidays=True, overflow=GENERAL))
    general = house.adviser("general")
    overflowed = asked(house, agency="msd")
    assert overflowed.team == GENERAL, "nobody of the agency is there, so its overflow takes it"
    house.adviser("mere", teams=["msd"])
    handover = asked(house, agency="msd")
    assert handover.team == "msd"
    assert handover.id not in [one.id for one in house.desk.handovers.queue(general)]
    with house.database.begin() as session:
        from conversations.desk.tables import HandoverRow

        row = session.get(HandoverRow, handover.id)
        assert row is not None
        row.asked_at = row.asked_at.replace(year=row.asked_at.year - 1)
    assert handover.id in [one.id for one in house.desk.handovers.queue(general)], "it has waited for five minutes"


def test_the_urgent_go_first_and_the_place_is_told(house: House) -> None:
    house.adviser()
    handovers = house.desk.handovers
    first, second = asked(house), asked(house)
    urgent = handovers.ask(house.opened(), "crisis", urgent=True)
    assert urgent is not None
    assert [one.id for one in handovers.queue()] == [urgent.id, first.id, second.id]
    assert [handovers.waiting(one).place for one in (urgent, first, second)] == [1, 2, 3]
    assert handovers.waiting(second).minutes > handovers.waiting(urgent).minutes


def test_who_leaves_waits_no_more_and_can_ask_again(house: House) -> None:
    house.adviser()
    handover = asked(house)
    house.desk.handovers.leave(handover.conversation)
    assert house.desk.handovers.get(handover.id).ended == "left"
    again = house.desk.handovers.ask(handover.conversation, "asked")
    assert again is not None
    assert again.id != handover.id
    assert [one.ended for one in house.desk.handovers.of(handover.conversation)] == ["left", None]


def test_a_call_back_is_kept_when_nobody_is_there(house: House) -> None:
    id = house.opened()
    kept = house.desk.handovers.call_back(id, "021 123 4567", "soon")
    assert kept.channel == "call_back"
    assert house.store.get(id).holder == "assistant", "the assistant goes on meanwhile"
    aroha = house.adviser()
    assert house.desk.handovers.queue(aroha)[0].detail["call_back"]["phone"] == "021 123 4567"
