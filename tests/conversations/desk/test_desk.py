"""Summaries, notes, looks, written answers, switches, notices and reviews."""

from __future__ import annotations

import datetime as dt

import pytest

from catalogue.model import Text
from conversations import Draft, Turn
from conversations import messages as m
from conversations.desk.handover import Handover
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.summary import summarise
from conversations.desk.written import WrittenAnswer
from storage import now
from tests.conversations.desk.house import House

TODAY = dt.date(2026, 11, 25)


def done(house: House, adviser: Adviser) -> Handover:
    handover = house.desk.handovers.ask(house.opened(), "asked")
    assert handover is not None
    house.desk.handovers.take(handover.id, adviser)
    return house.desk.handovers.close(handover.id, adviser, "answered")


def test_a_summary_says_what_an_adviser_needs(house: House) -> None:
    id = house.opened(agency="dia")
    store = house.store
    said = store.add(id, Turn(number=0, by="person", at=now(), text="we've got a little one on the way"))
    store.add(id, Turn(number=0, by="assistant", at=now(), decision="accept", answers=said.number))
    lost = store.add(id, Turn(number=0, by="person", at=now(), text="and the other thing"))
    store.add(id, Turn(number=0, by="assistant", at=now(), decision="clarify", answers=lost.number))
    with store.change(id) as context:
        context.life_events = ["having_a_baby"]
        context.facts = {"baby_given_names": "Aroha Grace"}
        context.draft = Draft(service="register-birth")
    made = summarise(store, house.catalogue, id, TODAY)
    assert made.life_events == ["Having a baby"]
    assert made.words == ["we've got a little one on the way"]
    assert [(one.fact, one.value) for one in made.answers] == [("baby_given_names", "Aroha Grace")]
    assert made.draft is not None
    assert made.draft_left
    assert made.went_wrong == ["The assistant was not sure about: “and the other thing”"]
    assert any(one.service == "register-birth" for one in made.plan)


def test_a_summary_says_where_a_fact_lies_whose_value_was_not_told(house: House) -> None:
    id = house.opened()
    with house.store.change(id) as context:
        context.lines = {"date_of_birth@../1961-11-23": True, "weekly_income@../655.4": False}
        context.missing = {"weekly_income": "~unknown"}
    made = summarise(house.store, house.catalogue, id, dt.date(2026, 11, 23))
    assert {one.fact: one.value for one in made.answers} == {
        "date_of_birth": "65 or older",
        "weekly_income": "$655.41 a week or more",
    }
    assert made.not_known == ["Income a week"]


def test_notes_and_who_else_is_looking(house: House) -> None:
    aroha, ben = house.adviser("aroha"), house.adviser("ben")
    id = house.opened()
    house.desk.notes.add(id, aroha.id, "  rings on Friday ")
    house.desk.notes.add(id, aroha.id, "  ")
    assert [(note.by, note.text) for note in house.desk.notes.of(id)] == [("Aroha", "rings on Friday")]
    house.desk.notes.look(id, aroha.id)
    house.desk.notes.look(id, aroha.id)
    assert house.desk.notes.looking(id, ben.id) == ["Aroha"]
    assert house.desk.notes.looking(id, aroha.id) == []
    house.desk.notes.look_away(aroha.id)
    assert house.desk.notes.looking(id, ben.id) == []


def test_written_answers_have_owner_source_and_review_date(house: House) -> None:
    adviser = house.adviser()
    answer = WrittenAnswer(
        title="Passport in a hurry",
        en="An urgent passport takes three working days.",
        owner="Passports",
        source="https://www.passports.govt.nz/urgent",
        review_on=TODAY,
        life_event="going_overseas",
    )
    house.desk.answers.save(answer, adviser.id)
    kept = house.desk.answers.all()[0]
    assert kept.is_due(TODAY)
    assert not kept.is_due(TODAY - dt.timedelta(days=1))
    assert [one.title for one in house.desk.answers.fitting("", ["going_overseas"], None)] == [answer.title]
    assert [one.title for one in house.desk.answers.fitting("urgent passport please", [], None)] == [answer.title]
    assert house.desk.answers.fitting("my dad died", ["someone_died"], None) == []
    house.desk.answers.save(kept.model_copy(update={"title": "Urgent passport"}), adviser.id)
    assert [one.title for one in house.desk.answers.all()] == ["Urgent passport"]
    with pytest.raises(ValueError, match="source"):
        WrittenAnswer(title="t", en="e", owner="o", source="somebody said so", review_on=TODAY)


def test_what_is_switched_off_is_off_at_once_and_can_be_switched_on(house: House) -> None:
    switches, reception = house.desk.switches, house.reception
    at_msd, elsewhere = house.opened(agency="msd"), house.opened()
    assert reception.off(at_msd) == []
    switches.off("agency", "msd", "wrong rates", "someone")
    said = reception.off(at_msd)
    assert "Ministry of Social Development" in said[0].text
    assert isinstance(said[1], m.Handover)
    assert reception.off(elsewhere) == []
    assert reception.is_off("jobseeker-support")
    assert not reception.is_off("register-birth")
    switches.on("agency", "msd")
    assert reception.off(at_msd) == []
    switches.off("everything", "", "drill", "someone")
    assert reception.off(elsewhere)
    assert [one.reason for one in switches.all()] == ["drill"]


def test_the_newest_notice_shows_until_it_ends(house: House) -> None:
    notices = house.desk.notices
    assert notices.current() is None
    notices.show("a", Text(en="First."))
    notices.show("a", Text(en="Second.", mi="Tuarua."), until=now() + dt.timedelta(hours=1))
    current = notices.current()
    assert current is not None
    assert current.text.in_language("mi") == "Tuarua."
    notices.take_down()
    assert notices.current() is None
    notices.show("a", Text(en="Third."), until=now() - dt.timedelta(seconds=1))
    assert notices.current() is None


def test_quality_is_judged_by_somebody_else(house: House) -> None:
    aroha = house.adviser("aroha", roles=["adviser", "reviewer"])
    rita = house.adviser("rita", roles=["reviewer"])
    handovers = [done(house, aroha) for _ in range(3)]
    since = now() - dt.timedelta(days=1)
    assert house.desk.reviews.draw(2, since) == 2
    assert house.desk.reviews.draw(5, since) == 1, "none is drawn twice"
    review = house.desk.reviews.all()[0]
    assert review.conversation in [one.conversation for one in handovers]
    marks = {"right": 3, "plain": 2, "kind": 3, "safe": 3}
    with pytest.raises(NotAllowed, match="Somebody else"):
        house.desk.reviews.write(review.id, aroha, marks, "")
    with pytest.raises(NotAllowed, match="mark"):
        house.desk.reviews.write(review.id, rita, {"right": 4}, "")
    house.desk.reviews.write(review.id, rita, marks, "Clear.")
    assert house.desk.reviews.get(review.id).marks == marks
