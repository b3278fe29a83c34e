"""Dates, people and languages in what people write, and what short messages lean on."""

from __future__ import annotations

import datetime as dt
import doctest

import pytest

import catalogue
from conversations import Context, Parse, followups
from conversations.cues import dates, load, people, tongues
from conversations.followups import Follower

WEDNESDAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize("module", [dates, people, tongues, followups])
def test_examples_in_the_docs_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "wanted", "told"),
    [
        ("due in march", ["birth"], {"birth": "2027-03-01"}),
        ("baby's due mid june", ["birth"], {"birth": "2027-06-11"}),
        ("she was born on the 3rd of november", ["birth"], {"birth": "2026-11-03"}),
        ("bubs arrived last night", ["birth"], {"birth": "2026-11-24"}),
        ("dad died on tuesday", ["death", "burial"], {"death": "2026-11-24"}),
        ("mum passed away 3 days ago, tangi is on saturday", ["death", "burial"],
         {"death": "2026-11-22", "burial": "2026-11-28"}),
        ("my last day is friday", ["job_end"], {"job_end": "2026-11-27"}),
        ("they let me go on friday", ["job_end"], {"job_end": "2026-11-20"}),
        ("made redundant last friday", ["job_end"], {"job_end": "2026-11-20"}),
        ("we fly out 10/1/2027 and are back on 3 march", ["departure", "return"],
         {"departure": "2027-01-10", "return": "2027-03-03"}),
        ("getting married on march 6th", ["wedding"], {"wedding": "2027-03-06"}),
        ("I turn 65 on 14 June", ["birthday_65"], {"birthday_65": "2027-06-14"}),
        ("moving in 3 weeks", ["move"], {"move": "2026-12-16"}),
        ("rent due friday, baby due 3 march", ["birth"], {"birth": "2027-03-03"}),
        ("lost my job monday and rent is due thursday", ["job_end"], {"job_end": "2026-11-23"}),
        ("paid the bond on monday and the rent", ["bond_paid"], {"bond_paid": "2026-11-23"}),
        # Nothing of these is a day of the life event.
        ("my interview is on monday and i lost my job", ["job_end"], {}),
        ("just got made redundent n rents due friday wat do i do", ["job_end"], {}),
        ("im pregnant and the power bill is due on friday", ["birth"], {}),
        ("mortgage comes out friday and i got let go", ["job_end"], {}),
        ("dad died months ago", ["death"], {}),
        ("he died in 2019", ["death"], {}),
        ("i may march in the parade", ["birth"], {}),
        ("it costs $1.20 and 50/50 split", ["separation"], {}),
        ("born 45/45/2020", ["birth"], {}),
        ("she is due on 3 march 2031", ["birth"], {}),
    ],
)  # fmt: skip
def test_days_in_what_people_write(text: str, wanted: list[str], told: dict[str, str]) -> None:
    assert {name: one.day.isoformat() for name, one in dates.spoken(text, wanted, WEDNESDAY).items()} == told


def test_the_only_date_of_a_text_is_no_default_where_it_is_of_something_else() -> None:
    assert "job_end" in dates.spoken("its all over, friday", ["job_end"], WEDNESDAY, "job_end")
    assert not dates.spoken("its all over and rents due friday", ["job_end"], WEDNESDAY, "job_end")


def test_a_month_is_rough_and_a_day_is_not() -> None:
    assert dates.spoken("due in march", ["birth"], WEDNESDAY)["birth"].rough
    assert not dates.spoken("due on 3 march", ["birth"], WEDNESDAY)["birth"].rough


@pytest.mark.parametrize("text", ["it was the 3rd", "no thanks", "i need a birth certificate by friday please", ""])
def test_what_is_more_or_less_than_a_date_is_not_one(text: str) -> None:
    assert dates.alone(text, WEDNESDAY) is None


def test_every_day_of_the_catalogue_has_cues() -> None:
    book = catalogue.load()
    named = {date.id for event in book.life_events.values() for date in event.dates}
    assert named <= set(load("dates"))


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("its for my mum", "mother"),
        ("our teenage son", "son"),
        ("mō taku koroua", "grandfather"),
        ("my ex's new girlfriend", None),
        ("mother nature", None),
    ],
)
def test_people(text: str, person: str | None) -> None:
    assert people.find(text) == person


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("안녕하세요", "ko"),
        ("我失业了", "zh"),
        ("こんにちは、助けて", "ja"),
        ("namaste mujhe madad chahiye", "hi"),
        ("मदद चाहिए", "hi"),
        ("hola necesito ayuda", "es"),
        ("bonjour, mon père est décédé", "fr"),
        ("we had a fiesta, gracias", None),
        ("kia ora, kei te pēhea koe", None),
        ("my partner's job finished", None),
    ],
)
def test_tongues(text: str, tongue: str | None) -> None:
    assert tongues.find(text) == tongue


def test_every_tongue_has_a_line_and_can_be_shown() -> None:
    from conversations.messages import Words

    for tongue in load("tongues"):
        assert Words.model_validate({"text": tongues.line(tongue), "lang": tongue, "unreviewed": True}).lang == tongue


def follower(**readings: Parse) -> Follower:
    """One whose model reads the texts that the test names, and nothing else."""
    nothing = Parse(text="", decision="out_of_scope")
    return Follower(catalogue.load(), lambda text: readings.get(text.replace(" ", "_"), nothing), WEDNESDAY)


BABY = Context(life_events=["having_a_baby"], added=["having_a_baby"])


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("how much does that cost?", '/follow_up{"value": "cost"}'),
        ("by when", '/follow_up{"value": "deadline"}'),
        ("how much will i get", "/what_can_i_get"),
        ("is there any money for her", "/what_can_i_get"),
        ("what do i do first", '/follow_up{"value": "first"}'),
        ("and for my wife?", '/change_person{"value": "wife"}'),
        ("no sorry, 3 november", "/told_date"),
        ("kei te hiahia au ki te kōrero ki te tangata", "/person"),
        ("we lost our house in the flood", None),
        ("thanks", None),
    ],
)
def test_what_short_messages_lean_on(text: str, payload: str | None) -> None:
    read = follower().read(text, "we're having a baby", BABY)
    assert (read[0] if read else None) == payload


def test_what_a_service_pays_stands_with_who_may_get_it() -> None:
    spoken = Context(life_events=["having_a_baby"], focus="best-start")
    assert follower().read("how much will i get", None, spoken) == (
        '/follow_up{"value": "eligibility"}',
        "how much will i get",
    )


def test_a_month_puts_a_day_right_that_is_known() -> None:
    known = Context(life_events=["having_a_baby"], dates={"birth": dt.date(2027, 3, 1)})
    assert follower().read("no wait april", "we're having a baby in march", known) == ("/told_date", "no wait in april")
    assert follower().read("no wait april", "we're having a baby", BABY) is None


def test_nothing_is_leaned_on_where_nothing_was_said() -> None:
    assert follower().read("how much does that cost?", None, Context()) is None
    assert follower().read("3 november", None, Context()) is None


def test_another_life_event_in_a_question_stands_for_itself() -> None:
    sure = {"id": "getting_married", "confidence": 0.9}
    married = Parse(text="", decision="accept", life_events=[sure], detected=["getting_married"], question="cost")
    assert follower(how_much_is_a_wedding=married).read("how much is a wedding", "we're having a baby", BABY) is None


def test_a_crisis_is_never_a_follow_up() -> None:
    crisis = Parse(text="", decision="crisis")
    assert follower(how_much_is_it_to_die=crisis).read("how much is it to die", "lost my job", BABY) is None


def test_a_correction_is_read_with_what_it_mends() -> None:
    sure = [{"id": "going_overseas", "confidence": 0.9}]
    away = Parse(text="", decision="accept", life_events=sure, detected=["going_overseas"])
    moving = Context(life_events=["moving_house"], added=["moving_house"])
    reads = follower(moving_to_sydney_going_overseas=away, going_overseas=away)
    assert reads.read("no, i meant going overseas", "moving to sydney", moving) == (
        '/correct{"value": "going_overseas"}',
        "no, i meant going overseas",
    )


def test_each_person_keeps_their_own_answers() -> None:
    context = Context(facts={"full_name": "Hemi"})
    assert context.turn_to("other", "sister")
    assert context.facts == {}
    context.facts["full_name"] = "Mere"
    assert not context.turn_to("other", "sister")
    assert context.turn_to("self")
    assert context.facts == {"full_name": "Hemi"}
    assert context.turn_to("other", "sister")
    assert context.facts == {"full_name": "Mere"}
