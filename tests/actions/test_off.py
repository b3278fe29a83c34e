"""What is switched off is offered nowhere: the actions themselves, with the real catalogue."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from actions import cards, off
from actions.form import Take
from actions.plan import ShowPlan
from actions.start import Agree, CheckAnswers, Start, Stop
from catalogue.ways import way
from conversations import Draft, Turn
from conversations import messages as m
from conversations.messages import Choice
from tests.actions.test_checking import TODAY, Open, Talk, followed, ids, slots


def closed(talk: Talk, *services: str) -> Talk:
    """The same conversation, once a supervisor has switched these services off."""
    reception: Any = Open()
    reception.off = dict.fromkeys(services, "wrong form")
    object.__setattr__(talk.rooms, "reception", reception)
    return talk


def starts(message: Any) -> list[str]:
    """Every choice in a message that starts something, wherever it stands."""
    found: list[str] = []

    def look(one: Any) -> None:
        if isinstance(one, dict):
            if str(one.get("id", "")).startswith("start:"):
                found.append(one["id"])
            for value in one.values():
                look(value)
        elif isinstance(one, list):
            for value in one:
                look(value)

    look(message.model_dump())
    return found


def offered(message: Any) -> set[str]:
    """The services that a message offers to start."""
    return {name for id in starts(message) for name in id.removeprefix("start:").split("+")}


def test_a_plan_offers_only_what_is_on_and_says_how_else_to_get_the_rest() -> None:
    talk = closed(Talk(life_events=["having_a_baby"]), "register-birth")
    said, _ = talk.act(ShowPlan, "plan")
    (card,) = [one for one in said if isinstance(one, m.PlanCard)]
    step = next(one for one in card.steps if one.service == "register-birth")
    assert "register-birth" not in offered(card)
    assert {"child-ird-number", "best-start"} <= offered(card)
    assert ids(step.choices) == ["about:register-birth"]
    assert step.way is not None
    assert step.way.off is not None
    assert "can't start this here just now" in step.way.off
    assert step.way.page is not None
    assert step.way.go == "/go/register-birth"
    assert step.way.phone is not None
    assert all(one.way is None for one in card.steps if one.service != "register-birth")


def test_the_card_of_a_service_that_is_off_gives_the_other_ways_and_a_person() -> None:
    talk = closed(Talk(), "register-birth")
    card = cards.service(talk.scene(), talk.rooms.catalogue.services["register-birth"])
    assert starts(card) == []
    assert "person" in ids(card.choices)
    assert card.way is not None
    assert card.way.off
    assert card.way.kind == "link"
    one_part = cards.service(talk.scene(), talk.rooms.catalogue.services["register-birth"], "cost")
    assert starts(one_part) == []
    assert one_part.way is not None


def test_a_check_says_what_they_may_get_and_does_not_offer_to_start_it() -> None:
    talk = Talk()
    talk.begin("nz-super")
    talk.answer("27 3 1950")
    before, _ = talk.act(CheckAnswers)
    assert "nz-super" in offered(before[0])
    after, _ = closed(talk, "nz-super").act(CheckAnswers)
    assert offered(after[0]) == set()
    assert after[0].services[0].link is not None


def test_what_is_started_together_leaves_out_what_is_off_and_says_so() -> None:
    talk = closed(Talk(life_events=["having_a_baby"]), "child-ird-number")
    said, _ = talk.act(Start, "start", "register-birth+child-ird-number+best-start")
    assert "can't help with" in said[0].text
    (card,) = [one for one in said if isinstance(one, m.Together)]
    assert [one.service for one in card.services] == ["register-birth", "best-start"]
    assert talk.context.draft is not None
    assert talk.context.draft.services == ["register-birth", "best-start"]
    said, _ = closed(Talk(), "child-ird-number", "best-start").act(Start, "start", "child-ird-number+best-start")
    assert not any(isinstance(one, m.Notice | m.Together) for one in said)


def test_which_service_to_start_is_asked_of_those_that_are_on() -> None:
    talk = closed(Talk(life_events=["having_a_baby"]), "register-birth")
    said, _ = talk.act(Start, "start")
    assert "start:register-birth" not in ids(said[-1].choices)
    assert len(said[-1].choices) == 4
    everything = tuple(talk.rooms.catalogue.services)
    said, _ = closed(talk, *everything).act(Start, "start")
    assert "None of these" in said[-1].text


def test_a_form_ends_kindly_where_its_service_is_switched_off_on_the_way() -> None:
    talk = Talk(draft=Draft(service="register-birth"))
    talk.act(Agree)
    question = talk.ask()
    talk = closed(talk, "register-birth")
    talk.context.given = "Aroha Grace"
    said, events = talk.act(Take, "answer")
    assert "can't help with" in said[0].text
    assert isinstance(said[1], m.ServiceCard)
    assert starts(said[1]) == []
    assert talk.context.draft is None
    assert talk.context.facts[question.fact] == "Aroha Grace", "what was told is not lost"
    assert followed(events) == ["action_listen"]


def test_a_form_for_several_goes_on_with_those_that_are_on() -> None:
    talk = Talk(draft=Draft(service="register-birth", others=["best-start"]))
    talk.act(Agree)
    talk.act(Agree)
    talk.ask()
    closed(talk, "register-birth").context.given = "Aroha Grace"
    _, events = talk.act(Take, "answer")
    assert talk.context.draft is not None
    assert talk.context.draft.services == ["best-start"]
    assert slots(events) == {"answer": None}, "the form asks on"


@pytest.mark.parametrize("action", [Agree, CheckAnswers])
def test_neither_consent_nor_the_check_of_answers_is_taken_for_what_is_off(action: Any) -> None:
    talk = closed(Talk(draft=Draft(service="register-birth")), "register-birth")
    said, _ = talk.act(action)
    assert "can't help with" in said[0].text
    assert talk.context.draft is None


def test_what_was_put_aside_can_be_gone_on_with_only_while_it_is_on() -> None:
    on, _ = Talk(draft=Draft(service="register-birth")).act(Stop)
    assert "start:register-birth" in ids(on[0].choices)
    now_off, _ = closed(Talk(draft=Draft(service="register-birth")), "register-birth").act(Stop)
    assert ids(now_off[0].choices) == ["show_plan"]


def test_what_was_shown_before_offers_it_no_more() -> None:
    talk = Talk(life_events=["having_a_baby"])
    said, _ = talk.act(ShowPlan, "plan")
    moment = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    asked = m.Choices(choices=[Choice(id="start:register-birth", label="Register a birth")])
    turns = [Turn(number=1, by="assistant", at=moment, messages=[*said, asked])]
    assert off.shown(talk.scene(), turns) == turns
    assert any("register-birth" in offered(one) for one in turns[0].messages)
    (shown,) = off.shown(closed(talk, "register-birth").scene(), turns)
    assert all("register-birth" not in offered(one) for one in shown.messages)
    assert any("best-start" in offered(one) for one in shown.messages)
    (card,) = [one for one in shown.messages if isinstance(one, m.PlanCard)]
    assert next(one for one in card.steps if one.service == "register-birth").way is not None
    assert any("register-birth" in offered(one) for one in turns[0].messages), "what was said stays written down"


def test_every_service_can_be_reached_in_another_way_while_it_is_off() -> None:
    catalogue = Talk().rooms.catalogue
    for service in catalogue.services.values():
        found = way(catalogue, service, TODAY, off=True)
        assert found.off
        assert found.kind != "api"
        assert found.takes_answers == []
        assert found.url or found.phone or found.places, service.id
