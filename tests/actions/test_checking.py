"""The check in the conversation: the actions themselves, with the real catalogue and a stand-in for Rasa's tracker."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

import catalogue
from actions import Rooms, Scene, checking, together
from actions.action import Action, Event
from actions.asking import Ask, pending
from actions.can_get import CanGet
from actions.explain import About
from actions.form import Back, Keep, Skip, Take
from actions.plan import ShowPlan
from actions.smalltalk import Resume, Say
from actions.start import Change, CheckAnswers, Start, Stop
from conversations import Context, Draft
from conversations import messages as m
from conversations.words import load

TODAY = dt.date(2026, 11, 23)


class Silent:
    """A ledger that keeps nothing."""

    def note(self, *what: object) -> None:
        """Nothing."""


class Open:
    """A reception at which nothing is switched off, until a test does so."""

    def __init__(self) -> None:
        self.off: dict[str, str] = {}

    def switched_off(self) -> dict[str, str]:
        return self.off


class Tracker:
    """What the actions see of Rasa's tracker."""

    def __init__(self, intent: str, value: str | None, loop: str | None) -> None:
        self.latest_message: dict[str, Any] = {"intent": {"name": intent, "confidence": 1.0}}
        self.active_loop_name = loop
        self.events: list[dict[str, Any]] = []
        self._value = value

    def get_latest_entity_values(self, entity: str) -> Iterator[str]:
        return iter([self._value] if self._value else [])

    def slots_to_validate(self) -> dict[str, Any]:
        return {"answer": "given"}


class Talk:
    """One conversation, with the form as Rasa would run it."""

    def __init__(self, **context: Any) -> None:
        nothing: Any = None
        ledger: Any = Silent()
        reception: Any = Open()
        self.rooms = Rooms(catalogue.load(), nothing, nothing, nothing, load(), ledger, reception, lambda: TODAY)
        self.context = Context(**context)
        self.loop: str | None = None

    def scene(self, intent: str = "", value: str | None = None) -> Scene:
        tracker: Any = Tracker(intent, value, self.loop)
        return Scene(self.rooms, "c", tracker, self.context, "en")

    def act(self, action: type[Action], intent: str = "", value: str | None = None) -> tuple[list[Any], list[Event]]:
        scene = self.scene(intent, value)
        events = action(self.rooms).act(scene) or []
        return scene.said, events

    def begin(self, value: str | None = None) -> m.Question:
        said, events = self.act(CanGet, "check", value)
        assert said[0].text.startswith("I will ask")
        assert slots(events) == {"awaiting": None, "answer": None}
        self.loop = "application_form"
        return self.ask()

    def ask(self) -> m.Question:
        said, _ = self.act(Ask)
        assert isinstance(said[0], m.Question)
        return said[0]

    def answer(self, text: str) -> list[Event]:
        self.context.given = text
        return self.act(Take, "answer")[1]


def slots(events: list[Event]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in events if one["event"] == "slot"}


def followed(events: list[Event]) -> list[str]:
    return [one["name"] for one in events if one["event"] == "followup"]


def ids(choices: list[m.Choice]) -> list[str]:
    return [one.id for one in choices]


def test_one_service_is_checked_until_it_is_settled() -> None:
    talk = Talk()
    question = talk.begin("nz-super")
    assert talk.context.checking == ["nz-super"]
    assert (question.fact, question.number, question.roughly) == ("date_of_birth", 1, True)
    assert question.of > 1
    assert ids(question.choices) == ["dont_know", "skip", "stop"]
    assert slots(talk.answer("27 3 1990")) == {"answer": "complete"}
    assert talk.context.facts == {"date_of_birth": "1990-03-27"}
    said, _ = talk.act(CheckAnswers)
    (card,) = said
    assert isinstance(card, m.CheckCard)
    assert [one.verdict for one in card.services] == ["no"]
    assert "65" in card.services[0].not_met[0].text
    assert card.services[0].not_met[0].source is not None
    assert card.services[0].not_known == []
    assert "back" in ids(card.choices)
    assert "continue" not in ids(card.choices)
    assert talk.context.asking is None


def test_what_the_person_does_not_know_is_kept_apart_from_the_facts() -> None:
    talk = Talk()
    first = talk.begin("nz-super").fact
    assert slots(talk.act(Skip, "dont_know")[1]) == {"answer": None}
    second = talk.ask().fact
    assert second != first
    talk.act(Skip, "skip")
    assert talk.context.missing == {first: "~unknown", second: "~refused"}
    assert talk.context.facts == {}


def test_an_answer_that_cannot_be_read_is_asked_for_again() -> None:
    talk = Talk()
    talk.begin("nz-super")
    assert slots(talk.answer("the day I was born")) == {"answer": None}
    again = talk.ask()
    assert again.fact == "date_of_birth"
    assert again.error
    assert again.number == 1


def test_back_asks_for_the_last_answer_again() -> None:
    talk = Talk()
    first = talk.begin("nz-super").fact
    talk.answer("27 3 1950")
    assert talk.ask().number == 2
    said, events = talk.act(Back, "back")
    assert (said[0].text, events) == ("Here is the question before.", [])
    assert (talk.ask().fact, talk.context.facts) == (first, {})


def test_the_last_answer_can_be_changed_after_the_result() -> None:
    talk = Talk()
    talk.begin("nz-super")
    talk.answer("27 3 1990")
    talk.loop = None
    talk.act(CheckAnswers)
    _, events = talk.act(Back, "back")
    assert followed(events) == ["application_form"]
    assert talk.ask().fact == "date_of_birth"


def test_stop_shows_what_is_known_and_it_can_go_on() -> None:
    talk = Talk(life_events=["having_a_baby"])
    talk.begin()
    talk.answer("1 11 2026")
    talk.ask()
    said, _ = talk.act(Stop, "stop")
    (card,) = said
    assert isinstance(card, m.CheckCard)
    assert ids(card.choices) == ["continue", "back", "show_plan"]
    assert "so far" in card.text
    assert "eligible" not in card.model_dump_json().casefold()
    talk.loop = None
    assert talk.act(Stop, "stop")[0][0].text.startswith("All right")
    assert followed(talk.act(Resume, "continue")[1]) == ["application_form"]


def test_a_life_event_is_checked_with_fifteen_questions_at_most() -> None:
    talk = Talk(life_events=["having_a_baby"])
    question = talk.begin()
    assert "best-start" in talk.context.checking
    assert "register-birth" not in talk.context.checking
    asked = []
    for _ in range(40):
        asked.append(question.fact)
        assert (question.number, question.of) <= (checking.LIMIT, checking.LIMIT)
        if slots(talk.act(Skip, "dont_know")[1]) == {"answer": "complete"}:
            break
        question = talk.ask()
    assert len(asked) == len(set(asked)) <= checking.LIMIT
    (card,) = talk.act(CheckAnswers)[0]
    assert {one.service for one in card.services} == set(talk.context.checking)
    assert any(one.not_known for one in card.services)


def test_what_is_known_already_is_not_asked() -> None:
    talk = Talk(facts={"date_of_birth": "1990-03-27"})
    said, events = talk.act(CanGet, "check", "nz-super")
    assert said == []
    assert followed(events) == ["action_check_answers"]


def test_a_list_of_trips_is_asked_for_only_where_it_is_about_one_service() -> None:
    talk = Talk()
    talk.context.checking = ["citizenship-by-grant"]
    assert "overseas_trips" in [fact.id for question in checking.to_ask(talk.scene()) for fact in question]
    talk.context.checking = ["citizenship-by-grant", "nz-super"]
    assert "overseas_trips" in checking.results(talk.scene()).ask
    assert "overseas_trips" not in [fact.id for question in checking.to_ask(talk.scene()) for fact in question]


def test_any_answer_can_be_changed_from_the_result() -> None:
    talk = Talk()
    talk.begin("nz-super")
    talk.answer("27 3 1990")
    talk.loop = None
    (card,) = talk.act(CheckAnswers)[0]
    assert [(one.label, one.value, one.choice.id) for one in card.answers] == [
        ("Your date of birth", "27 March 1990", "change:date_of_birth")
    ]
    assert slots(talk.act(Change, "change", "date_of_birth")[1]) == {"awaiting": None, "answer": None}
    talk.loop = "application_form"
    question = talk.ask()
    assert (question.fact, question.known, ids(question.choices)) == (
        "date_of_birth",
        "27 March 1990",
        ["keep", "dont_know"],
    )
    talk.answer("27 3 1950")
    assert talk.context.facts == {"date_of_birth": "1950-03-27"}
    assert talk.ask().fact != "date_of_birth"


def test_an_answer_about_to_be_changed_can_be_kept_or_taken_back() -> None:
    talk = Talk()
    talk.begin("nz-super")
    talk.answer("27 3 1990")
    talk.act(Change, "change", "date_of_birth")
    talk.ask()
    assert slots(talk.act(Keep)[1]) == {"answer": "complete"}
    assert talk.context.facts == {"date_of_birth": "1990-03-27"}
    talk.act(Change, "change", "date_of_birth")
    talk.ask()
    talk.act(Skip, "dont_know")
    assert (talk.context.facts, talk.context.missing) == ({}, {"date_of_birth": "~unknown"})


def test_an_amount_that_is_known_is_estimated_with_its_working() -> None:
    boost = {"main_carer": True, "child_birth_date": "2023-01-01", "tax_resident": True, "licensed_childcare": True}
    talk = Talk(facts={**boost, "ece_fees_quarter": 2000, "family_income": 120000})
    talk.context.checking = ["family-boost"]
    (card,) = talk.act(CheckAnswers)[0]
    (service,) = card.services
    assert service.estimate is not None
    assert service.estimate.value == "$800 a quarter"
    assert [one.value for one in service.estimate.steps] == ["$800", "$1,560", "$0"]


@pytest.mark.parametrize("context", [{}, {"facts": {"a_fact_of_last_year": 1}}])
def test_nothing_to_check_says_so_and_waits(context: dict[str, Any]) -> None:
    talk = Talk(**context)
    said, events = talk.act(CanGet, "what_can_i_get")
    assert said[0].text.startswith("First tell me")
    assert followed(events) == ["action_listen"]
    assert talk.context.checking == []


def test_a_service_without_a_rule_says_who_it_is_for() -> None:
    said, events = Talk().act(CanGet, "check", "register-birth")
    assert said[0].text.startswith("I can't check")
    assert said[1].service == "register-birth"
    assert followed(events) == ["action_listen"]


def test_in_the_form_of_a_service_it_shows_what_is_known_and_the_form_goes_on() -> None:
    talk = Talk(draft=Draft(service="register-birth"), life_events=["having_a_baby"])
    talk.loop = "application_form"
    before = pending(talk.scene())
    said, events = talk.act(CanGet, "what_can_i_get")
    assert isinstance(said[0], m.CheckCard)
    assert events == []
    assert talk.context.checking == []
    assert pending(talk.scene()) == before


def test_in_a_check_another_service_can_be_checked() -> None:
    talk = Talk(facts={"date_of_birth": "1990-03-27"}, life_events=["having_a_baby"])
    talk.begin()
    _, events = talk.act(CanGet, "check", "nz-super")
    assert slots(events) == {"answer": "complete"}
    assert talk.context.checking == ["nz-super"]


def test_starting_a_service_ends_the_check_and_keeps_the_answers() -> None:
    talk = Talk(life_events=["having_a_baby"])
    talk.begin()
    talk.answer("1 11 2026")
    talk.act(Start, "start", "register-birth")
    assert talk.context.checking == []
    assert talk.context.draft is not None
    assert talk.context.facts


def test_the_plan_and_a_service_offer_the_check() -> None:
    talk = Talk(life_events=["having_a_baby"])
    (plan,) = talk.act(ShowPlan)[0]
    assert ids(plan.choices)[0] == "check"
    (card,) = talk.act(About, "about", "best-start")[0]
    assert "check:best-start" in ids(card.choices)
    (other,) = talk.act(About, "about", "register-birth")[0]
    assert "check:register-birth" not in ids(other.choices)


def test_the_plan_says_what_is_not_for_you_and_why() -> None:
    talk = Talk(life_events=["moving_house"], facts={"housing": "rent"})
    said, _ = talk.act(ShowPlan)
    card = next(one for one in said if isinstance(one, m.PlanCard))
    why = {one.service: [said.text for said in one.why] for one in card.not_for_you}
    assert why["rates-rebate"] == ["Only if you own your home and your income is low"]
    assert "rates-rebate" not in [step.service for step in card.steps]


TWINS = ["births_at_once@2/..", "births_at_once@3/.."]


def opened_list() -> tuple[Talk, m.Question]:
    talk = Talk()
    return talk, talk.begin("home-help")


def test_facts_that_belong_together_are_one_question() -> None:
    talk, question = opened_list()
    lines = ["someone_can_help_at_home", "domestic_emergency", "other_child_under_5", *TWINS]
    assert (question.fact_type, question.number, question.of) == ("checklist", 1, 1)
    assert question.text == "Which of these are true? Tick all that apply."
    assert sorted(line.id for line in question.lines) == sorted(lines)
    assert "I have another child under 5" in [line.text for line in question.lines]
    assert question.why is not None
    assert ids(question.choices) == ["tick:none", "dont_know", "skip", "stop"]
    assert slots(talk.answer("tick:other_child_under_5")) == {"answer": "complete"}
    assert talk.context.facts == {
        "someone_can_help_at_home": False,
        "domestic_emergency": False,
        "other_child_under_5": True,
    }
    assert talk.context.lines == dict.fromkeys(TWINS, False)


def test_a_list_is_answered_in_words() -> None:
    talk, question = opened_list()
    talk.answer("the first")
    known = talk.context.known
    assert [known[line.id] for line in question.lines] == [True, False, False, False, False]


def test_what_is_not_ticked_can_be_not_known() -> None:
    talk, question = opened_list()
    first, *rest = question.lines
    talk.answer(f"unsure:{first.id}")
    assert {**talk.context.facts, **talk.context.lines} == {first.id: True}
    assert talk.context.missing == {line.fact: "~unknown" for line in rest if line.fact != first.fact}


@pytest.mark.parametrize(("intent", "kept"), [("dont_know", "~unknown"), ("skip", "~refused")])
def test_a_list_can_be_left_out(intent: str, kept: str) -> None:
    talk, question = opened_list()
    talk.act(Skip, intent)
    assert talk.context.missing == {line.fact: kept for line in question.lines}
    assert talk.context.facts == {}


def test_a_list_that_is_not_answered_is_asked_again() -> None:
    talk, question = opened_list()
    assert slots(talk.answer("yes")) == {"answer": None}
    again = talk.ask()
    assert again.error == "Tick what is true, or choose None of these."
    assert (again.lines, again.number, again.of) == (question.lines, 1, 1)
    assert talk.context.facts == {}


def test_back_asks_for_the_whole_list_again() -> None:
    talk, question = opened_list()
    talk.answer("tick:none")
    talk.act(Back, "back")
    again = talk.ask()
    assert (again.lines, again.number) == (question.lines, 1)
    assert talk.context.known == {}


def test_each_answer_of_a_list_can_be_changed_by_itself() -> None:
    talk, question = opened_list()
    talk.answer(f"tick:{'+'.join(line.id for line in question.lines)}")
    talk.loop = None
    (card,) = talk.act(CheckAnswers)[0]
    assert {one.choice.id for one in card.answers} == {f"change:{line.fact}" for line in question.lines}
    talk.act(Change, "change", "someone_can_help_at_home")
    talk.loop = "application_form"
    single = talk.ask()
    assert (single.fact, single.fact_type, single.known, single.lines) == (
        "someone_can_help_at_home",
        "yes_no",
        "Yes",
        [],
    )
    talk.answer("no")
    assert talk.context.facts["someone_can_help_at_home"] is False
    assert talk.context.facts["domestic_emergency"] is True
    assert len(talk.context.check_questions) == 1


def test_a_list_says_whom_it_is_about() -> None:
    talk = Talk(about="other", person="mother")
    question = talk.begin("home-help")
    assert question.help == "Read each line as if your mother said it. What you don't tick counts as not true."


def test_why_a_list_is_asked() -> None:
    talk, question = opened_list()
    said, _ = talk.act(Say, "repeat")
    assert said[0].text == f"Why this is asked: {question.why}"


def test_a_conversation_from_before_lists_goes_on() -> None:
    context = Context.model_validate({"check_questions": ["date_of_birth"], "facts": {"date_of_birth": "1990-01-01"}})
    assert context.check_questions == [["date_of_birth"]]
    assert checking.answered(context) == [["date_of_birth"]]


def lines_of(talk: Talk) -> dict[str, str]:
    return {line.id: line.text for line in talk.ask().lines}


def test_a_threshold_is_a_line_and_the_value_stays_with_the_person() -> None:
    talk = Talk()
    talk.begin("kiwisaver-retirement")
    assert lines_of(talk) == {
        "date_of_birth@../1961-11-23": "I am 65 or older",
        "kiwisaver_years@0.01/..": "I am in KiwiSaver",
    }
    talk.answer("both")
    said, _ = talk.act(CheckAnswers)
    (card,) = said
    assert [one.verdict for one in card.services] == ["yes"]
    assert talk.context.facts == {}
    assert [(one.label, one.value, one.choice.id) for one in card.answers] == [
        ("Your date of birth", "65 or older", "change:date_of_birth"),
        ("Years in KiwiSaver", "more than 0 years", "change:kiwisaver_years"),
    ]


def test_a_value_goes_before_a_line_that_was_ticked() -> None:
    talk = Talk()
    talk.begin("kiwisaver-retirement")
    talk.answer("both")
    talk.loop = None
    talk.act(CheckAnswers)
    talk.act(Change, "change", "date_of_birth")
    talk.loop = "application_form"
    question = talk.ask()
    assert (question.fact, question.fact_type, question.known) == ("date_of_birth", "yes_no", "Yes")
    assert question.text == "Is this true for you? I am 65 or older."
    assert ids(question.choices) == ["keep", "dont_know"]
    talk.answer("27 3 1990")
    assert talk.context.check_changing is None
    assert talk.context.facts == {"date_of_birth": "1990-03-27"}
    assert list(talk.context.lines) == ["kiwisaver_years@0.01/.."]
    said, _ = talk.act(CheckAnswers)
    assert [one.verdict for one in said[0].services] == ["no"]


def test_a_line_that_was_ticked_is_changed_without_the_value() -> None:
    talk = Talk(lines={"date_of_birth@../1961-11-23": True, "kiwisaver_years@0.01/..": True})
    talk.context.checking = ["kiwisaver-retirement"]
    talk.act(Change, "change", "date_of_birth")
    talk.loop = "application_form"
    talk.ask()
    assert slots(talk.answer("no")) == {"answer": "complete"}
    assert talk.context.lines == {"date_of_birth@../1961-11-23": False, "kiwisaver_years@0.01/..": True}
    said, _ = talk.act(CheckAnswers)
    assert [one.verdict for one in said[0].services] == ["no"]
    # Two lines about one fact come back as the list that they were in.
    talk.context.lines["date_of_birth@../1976-11-23"] = True
    talk.act(Change, "change", "date_of_birth")
    assert [line.text for line in talk.ask().lines] == ["I am 65 or older", "I am 50 or older"]
    talk.act(Skip, "dont_know")
    assert list(talk.context.lines) == ["kiwisaver_years@0.01/.."]
    assert talk.context.missing == {"date_of_birth": "~unknown"}


def test_one_line_that_is_left_is_a_yes_or_a_no() -> None:
    talk = Talk(
        facts={
            "citizenship_status": "citizen",
            "owned_home_before": "never",
            "buying_with_others": False,
            "dependent_children": 0,
            "has_deposit": True,
            "will_live_in_home": True,
        }
    )
    question = talk.begin("first-home-loan")
    said = "I earn nothing, or $95,000 a year or less before tax, with the other buyers if there are any."
    assert question.text == f"Is this true for you? {said}"
    assert (question.fact, question.fact_type) == ("income_last_12_months", "yes_no")
    assert [one.id for one in question.options] == ["yes", "no"]
    talk.answer("perhaps")
    assert talk.ask().error == "Answer yes or no."
    talk.answer("yes")
    assert talk.context.lines == {"income_last_12_months@../95000": True}
    talk.act(Back, "back")
    assert talk.context.lines == {}
    # Whoever gives the amount all the same has said more than yes or no.
    talk.ask()
    talk.answer("$120,000")
    assert talk.context.facts["income_last_12_months"] == 120_000
    assert talk.context.lines == {}


def test_who_is_not_sure_of_a_line_is_not_asked_for_the_value() -> None:
    """What is known of a range stays, though nobody knows more, and nothing is asked twice."""
    talk = Talk(
        lines={"childcare_hours@../20": True},
        facts={"main_carer": True, "child_birth_date": "2024-06-01", "child_at_school": False, "weekly_income": 0},
    )
    talk.begin("childcare-subsidy")
    asked = [line.id for line in talk.ask().lines]
    assert "childcare_hours@3/.." in asked
    talk.act(Skip, "dont_know")
    assert talk.context.missing["childcare_hours"] == "~unknown"
    assert talk.context.lines == {"childcare_hours@../20": True}
    while pending(talk.scene()):
        question = talk.ask()
        ids_ = [line.id for line in question.lines] or [question.fact]
        assert not set(ids_) & set(asked)
        assert "childcare_hours" not in {question.fact, *(line.fact for line in question.lines)}
        asked += ids_
        talk.act(Skip, "dont_know")


def test_what_a_form_needs_is_asked_for_though_a_line_was_ticked() -> None:
    talk = Talk(lines={"date_of_birth@../1961-11-23": True})
    talk.act(Start, "start", "nz-super")
    assert talk.context.draft is not None
    fields = [fact.id for fact in together.of_draft(talk.scene(), talk.context.draft)]
    talk.context.facts = {name: "x" for name in fields if name != "date_of_birth"}
    assert [line.id for line in pending(talk.scene())] == ["date_of_birth"]


def test_a_line_about_somebody_else_is_not_taken_for_sure() -> None:
    for about, wanted in (("self", {}), ("other", {"date_of_birth": "~unknown"})):
        talk = Talk(about=about, person="mother" if about == "other" else None)
        talk.begin("kiwisaver-retirement")
        talk.answer("unsure:kiwisaver_years@0.01/..")
        assert talk.context.missing == wanted


def test_who_has_lost_a_baby_does_not_read_of_the_child_among_other_lines() -> None:
    for events in (["losing_a_baby"], []):
        talk = Talk(life_events=events)
        talk.begin("paid-parental-leave")
        lines = [one.id for question in checking.to_ask(talk.scene()) for one in question]
        assert ("child_birth_date" in lines) == bool(events)
        assert any(one.startswith("child_birth_date@") for one in lines) != bool(events)


def test_lines_that_the_catalogue_has_no_more_are_left_aside() -> None:
    talk = Talk(lines={"date_of_birth@../1961-11-23": True, "gone@1/..": True, "work_hours@../100": True})
    talk.begin("kiwisaver-retirement")
    assert "date_of_birth" not in {line.fact for line in talk.ask().lines} | {talk.ask().fact}
    talk.loop = None
    assert talk.act(CheckAnswers)[0]
