"""Starting together in the conversation: the actions themselves, with real cases and agencies that are played."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from actions.form import Skip, Take
from actions.plan import ShowPlan
from actions.start import Agree, CheckAnswers, Decline, Send, Start
from conversations import messages as m
from storage import Sealed
from tests.actions.test_checking import Talk, followed, ids, slots
from tests.cases.test_cases import until
from tests.cases.test_together import GIVEN, House, sent

FOUR = "register-birth+child-ird-number+best-start+community-services-card"
ALL = {**GIVEN, "dependent_children": 1}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    Sealed.use(Fernet.generate_key().decode())
    made = House(tmp_path)
    yield made
    made.stop()


class Starting(Talk):
    """A conversation that can really send."""

    def __init__(self, house: House, **context: Any) -> None:
        super().__init__(**context)
        self.rooms = dataclasses.replace(self.rooms, cases=house.cases, delivery=house.delivery)

    def fill(self, answers: dict[str, Any]) -> list[str]:
        """Answers until the form has all; gives the facts that were asked for."""
        asked: list[str] = []
        for _ in range(60):
            question = self.ask()
            asked.append(question.fact)
            if question.fact in answers:
                value = answers[question.fact]
                self.context.given = ("yes" if value else "no") if isinstance(value, bool) else str(value)
                events = self.act(Take, "answer")[1]
            else:
                events = self.act(Skip, "skip")[1]
            if slots(events) == {"answer": "complete"}:
                return asked
        raise AssertionError("the form does not end")


def test_four_services_of_three_agencies_start_from_one_set_of_answers(house: House) -> None:
    talk = Starting(house, life_events=["having_a_baby"])
    said, events = talk.act(Start, "start", FOUR)
    together, notice = said
    assert isinstance(together, m.Together)
    assert len(together.services) == 4
    assert len(together.agencies) == 3
    shares = {one.label: one.agencies for one in together.facts}
    assert len(shares["Your full name"]) == 3
    assert shares["Place of birth"] == ["Department of Internal Affairs"]
    assert slots(events)["awaiting"] == "consent"
    # Each agency has a notice of its own, and none hears anything before the end.
    notices = [notice]
    for _ in range(2):
        said, events = talk.act(Agree, "agree")
        assert followed(events) == ["action_listen"]
        notices.append(said[0])
    said, events = talk.act(Agree, "agree")
    assert followed(events) == []
    assert [(one.number, one.of) for one in notices] == [(1, 3), (2, 3), (3, 3)]
    assert len({one.agency_name for one in notices}) == 3
    talk.loop = "application_form"
    asked = talk.fill(ALL)
    assert len(asked) == len(set(asked)) <= together.questions
    assert len(asked) * 2 <= together.fields, f"{len(asked)} questions, {together.fields} fields"
    # The forms here are shorter than the agencies' own. It holds against them as well.
    starts = [talk.rooms.catalogue.services[one.service].start for one in together.services]
    assert len(asked) * 2 <= sum(len(start.form) + len(start.optional) for start in starts)
    assert "baby_ird_number" not in asked
    talk.loop = None
    (check,) = talk.act(CheckAnswers)[0]
    assert isinstance(check, m.CheckAnswers)
    assert next(one for one in check.answers if one.fact == "family_income").goes_to == [
        "Inland Revenue",
        "Ministry of Social Development",
    ]
    assert not any(agency.calls for agency in house.agencies.values())
    receipts, _ = talk.act(Send, "send")
    assert [type(one) for one in receipts] == [m.Receipt] * 4
    assert len({one.access_code for one in receipts}) == 1
    assert receipts[1].waits_for == [receipts[0].name]
    until(lambda: sent(house) == {"dia": {"register-birth"}, "msd": {"community-services-card"}})
    (order,) = house.agencies["msd"].arrived.values()
    assert "Ministry of Social Development" in order.consent.text
    # A second press sends nothing more.
    assert talk.act(Send, "send")[0][0].type == "text"


def test_one_agency_can_be_left_out_at_its_notice(house: House) -> None:
    talk = Starting(house)
    talk.act(Start, "start", FOUR)
    talk.act(Agree, "agree")
    said, events = talk.act(Decline, "decline")
    assert said[0].text == "All right. Nothing goes to Inland Revenue. The rest goes on."
    assert isinstance(said[1], m.Notice)
    assert followed(events) == ["action_listen"]
    _, events = talk.act(Decline, "decline")
    assert followed(events) == ["application_form"]
    draft = talk.context.draft
    assert draft is not None
    assert draft.services == ["register-birth"]
    assert draft.consent is not None
    talk.loop = "application_form"
    asked = talk.fill(ALL)
    assert "bank_account" not in asked
    talk.act(Send, "send")
    until(lambda: sent(house).get("dia") == {"register-birth"})
    assert set(house.agencies) == {"dia"}


def test_no_to_every_notice_sends_nothing(house: House) -> None:
    talk = Starting(house)
    talk.act(Start, "start", FOUR)
    for _ in range(3):
        talk.act(Decline, "decline")
    assert talk.context.draft is None
    assert not house.agencies


def test_a_plan_offers_to_start_together_and_each_can_be_left_out(house: House) -> None:
    talk = Starting(house, life_events=["having_a_baby"])
    plan = next(one for one in talk.act(ShowPlan)[0] if isinstance(one, m.PlanCard))
    offered = next(one for one in ids(plan.choices) if one.startswith("start:"))
    assert offered.startswith("start:register-birth+")
    said, _ = talk.act(Start, "start", offered.removeprefix("start:"))
    assert isinstance(said[0], m.Together)
    without = [one for one in ids(said[0].choices) if "register-birth" not in one]
    assert len(without) == 1


def test_who_acts_for_someone_else_is_asked_recorded_and_sent(house: House) -> None:
    talk = Starting(house, about="other")
    talk.act(Start, "start", "jobseeker-support")
    talk.act(Agree, "agree")
    talk.loop = "application_form"
    first = talk.ask()
    assert first.fact == "acting_capacity"
    asked = talk.fill({**GIVEN, "acting_capacity": "attorney", "acting_name": "Hēmi Ngata"})
    assert asked[:2] == ["acting_capacity", "acting_name"]
    (receipt,), _ = talk.act(Send, "send")
    assert receipt.acting == "Hēmi Ngata, holder of an enduring power of attorney"
    until(lambda: sent(house) == {"msd": {"jobseeker-support"}})
    (order,) = house.agencies["msd"].arrived.values()
    assert order.acting is not None
    assert (order.acting.name, order.acting.capacity) == ("Hēmi Ngata", "attorney")
    assert "acting_name" not in order.answers


def test_for_someone_under_16_it_is_asked_who_fills_it_in(house: House) -> None:
    talk = Starting(house)
    talk.act(Start, "start", "jobseeker-support")
    talk.act(Agree, "agree")
    talk.loop = "application_form"
    asked = talk.fill({**GIVEN, "date_of_birth": "2012-02-03", "acting_capacity": "myself"})
    assert "acting_capacity" in asked
    assert "acting_name" not in asked
    (receipt,), _ = talk.act(Send, "send")
    assert receipt.acting is None
