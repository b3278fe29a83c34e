"""Who has a conversation: one at most, whatever happens at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations import Turn
from conversations.desk.handover import Handover, TooLate
from conversations.desk.staff import Adviser
from conversations.store import NotHeld
from storage import now
from tests.conversations.desk.house import House, spoken


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
        handover = house.asked()
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
        held = house.desk.handovers.queue.get(handover.id)
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
    assert len(house.desk.handovers.queue.waiting()) == 1


def test_only_who_has_it_can_speak(house: House) -> None:
    aroha, ben = house.adviser("aroha"), house.adviser("ben")
    handovers = house.desk.handovers
    handover = house.asked()
    with pytest.raises(NotHeld):
        handovers.say(handover, aroha, spoken("too early"))
    held = handovers.take(handover.id, aroha)
    said = handovers.say(held, aroha, spoken("kia ora"), nonce="1")
    assert handovers.say(held, aroha, spoken("kia ora"), nonce="1").number == said.number
    with pytest.raises(NotHeld):
        handovers.say(held, ben, spoken("me too"))
    with pytest.raises(NotHeld):
        house.store.add(held.conversation, Turn(number=0, by="assistant", at=now()))
    handovers.passing.give(held.id, aroha, ben)
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
    held = handovers.take(house.asked().id, aroha)
    handovers.say(held, aroha, spoken("one moment"))
    house.store.add(held.conversation, Turn(number=0, by="person", at=now(), text="are you there?"))
    assert handovers.sweep() == []
    house.gone(aroha, seconds=41)
    assert handovers.sweep() == [held.conversation]
    assert handovers.sweep() == []
    again = handovers.queue.get(held.id)
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
    assert house.desk.handovers.queue.get(call.id).adviser == aroha.id


def test_where_all_have_gone_the_person_waits_no_longer(house: House) -> None:
    aroha = house.adviser()
    handover = house.asked()
    house.gone(aroha, seconds=200)
    assert house.desk.handovers.sweep() == []
    with house.database.begin() as session:
        from conversations.desk.tables import HandoverRow

        row = session.get(HandoverRow, handover.id)
        assert row is not None
        row.asked_at = row.asked_at.replace(year=row.asked_at.year - 1)
    assert house.desk.handovers.sweep() == [handover.conversation]
    over = house.desk.handovers.queue.get(handover.id)
    assert (over.state, over.ended) == ("over", "nobody")
    code = house.store.code(handover.conversation)
    assert code in house.store.turns(handover.conversation)[-1].messages[0].text


def test_who_leaves_waits_no_more_and_can_ask_again(house: House) -> None:
    house.adviser()
    handover = house.asked()
    house.desk.handovers.leave(handover.conversation)
    assert house.desk.handovers.queue.get(handover.id).ended == "left"
    again = house.desk.handovers.ask(handover.conversation, "asked")
    assert again is not None
    assert again.id != handover.id
    assert [one.ended for one in house.desk.handovers.queue.of(handover.conversation)] == ["left", None]


def test_a_call_back_is_kept_when_nobody_is_there(house: House) -> None:
    id = house.opened()
    kept = house.desk.handovers.call_back(id, "021 123 4567", "soon")
    assert kept.channel == "call_back"
    assert house.store.get(id).holder == "assistant", "the assistant goes on meanwhile"
    aroha = house.adviser()
    assert house.desk.handovers.queue.waiting(aroha)[0].detail["call_back"]["phone"] == "021 123 4567"
