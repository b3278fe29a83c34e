"""What the assistant may learn: nothing personal, and never on one word alone."""

from __future__ import annotations

import datetime as dt

import pytest

from conversations import Turn
from conversations.desk.corrections import Stripper
from conversations.desk.staff import NotAllowed
from storage import now
from tests.conversations.desk.house import House


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("my name is Hinemoa Parata and i got fired", "my name is someone and i got fired"),
        ("I'm ringing for my son Tane, he was born 3/4/1994", "I'm ringing for my son, he was born a date"),
        ("ring me on 021 123 4567 or jo@example.nz", "ring me on a number or an email address"),
        ("we moved to 12a Cuba Street last week", "we moved to an address last week"),
        ("the rego of ABC123 ran out", "the rego of a number plate ran out"),
        ("i went to Work and Income with Mere Te Ao", "i went to Work and Income with someone"),
        ("ird is 49-091-850, rent $450, born in 1990", "ird is a number, rent $450, born in 1990"),
        ("dad passed on tuesday", "dad passed on tuesday"),
    ],
)
def test_what_could_tell_whose_words_it_is_is_taken_out(house: House, text: str, stripped: str) -> None:
    assert Stripper(house.catalogue).strip(text) == stripped


def test_four_eyes(house: House) -> None:
    aroha = house.adviser("aroha", roles=["adviser", "reviewer"])
    ben = house.adviser("ben")
    rita = house.adviser("rita", roles=["reviewer"])
    corrections = house.desk.corrections
    made = corrections.add(aroha, "wrong_event", "the boss showed us the door", right="losing_a_job", was="retiring")
    with pytest.raises(NotAllowed, match="Somebody else"):
        corrections.review(made.id, aroha, approve=True)
    with pytest.raises(NotAllowed, match="Only reviewers"):
        corrections.review(made.id, ben, approve=True)
    approved = corrections.review(made.id, rita, approve=True, text="the boss, Tom Hill, showed us the door")
    assert (approved.state, approved.reviewer) == ("approved", rita.id)
    assert approved.text == "the boss, someone, showed us the door"
    with pytest.raises(NotAllowed, match="already"):
        corrections.review(made.id, rita, approve=False)
    with pytest.raises(NotAllowed, match="from the list"):
        corrections.add(ben, "wrong_event", "text", right="nothing_such")


def test_gaps_are_what_several_asked_and_nobody_answered(house: House) -> None:
    for number in range(4):
        id = house.opened()
        words = (
            "can I keep bees in town",
            "am i allowed to keep bees in town?",
            "keep bees in the town",
            "bees in town keep",
        )
        asked = house.store.add(id, Turn(number=0, by="person", at=now(), text=words[number]))
        house.store.add(
            id, Turn(number=0, by="assistant", at=now(), decision="out_of_scope", answers=asked.number, messages=[])
        )
    once = house.opened()
    asked = house.store.add(once, Turn(number=0, by="person", at=now(), text="flights to nadi"))
    house.store.add(
        once, Turn(number=0, by="assistant", at=now(), decision="out_of_scope", answers=asked.number, messages=[])
    )
    house.desk.corrections.add(house.adviser(), "missing_answer", "how long do ashes take to come back")
    found = house.desk.gaps.find(now() - dt.timedelta(days=1))
    assert [(gap.kind, gap.asked) for gap in found] == [("no service", 4), ("answer missing", 1)]
    assert "bees" in found[0].example
