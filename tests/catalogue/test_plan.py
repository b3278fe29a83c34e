import datetime as dt
from collections.abc import Mapping
from itertools import combinations

import pytest

import catalogue
from catalogue import model, plan, rules

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def whole() -> catalogue.Catalogue:
    return catalogue.load()


def order(made: catalogue.Plan) -> list[str]:
    return [step.service for step in made.steps]


def test_a_birth_comes_before_what_waits_for_it(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["having_a_baby"], {"birth": dt.date(2026, 11, 1)}, today=TODAY)
    steps = order(made)
    assert steps.index("register-birth") < steps.index("child-ird-number") < steps.index("best-start")
    assert len(made.agencies) >= 3
    birth = next(step for step in made.steps if step.service == "register-birth")
    assert birth.due == dt.date(2027, 1, 1)
    assert not birth.overdue


def test_an_overdue_step_is_marked(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["having_a_baby"], {"birth": dt.date(2026, 8, 1)}, today=TODAY)
    assert next(step for step in made.steps if step.service == "register-birth").overdue


def test_the_death_is_registered_within_three_working_days_of_the_burial(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["someone_died"], {"burial": dt.date(2026, 12, 24)}, today=TODAY)
    step = next(step for step in made.steps if step.service == "register-death")
    # Christmas Day, a weekend, Boxing Day on Monday: the third working day is the 31st.
    assert step.due == dt.date(2026, 12, 31)


def test_two_life_events_make_one_plan_without_doubles(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["having_a_baby", "getting_married"], today=TODAY)
    assert len(order(made)) == len(set(order(made)))
    shared = {"having_a_baby", "getting_married"}
    assert {reason.life_event for step in made.steps for reason in step.reasons} == shared


def test_paid_parental_leave_and_best_start_do_not_overlap(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["having_a_baby"], today=TODAY)
    step = next(step for step in made.steps if step.service == "best-start")
    assert "paid-parental-leave" in step.not_with


def test_the_same_input_gives_the_same_plan(whole: catalogue.Catalogue) -> None:
    for events in combinations(whole.life_events, 2):
        first, second = (catalogue.make_plan(whole, events, today=TODAY) for _ in range(2))
        assert first == second
        steps = order(first)
        for step in first.steps:
            assert all(steps.index(before) < steps.index(step.service) for before in step.waits_for)


def test_every_life_event_has_a_plan_with_reasons(whole: catalogue.Catalogue) -> None:
    for event in whole.life_events:
        made = catalogue.make_plan(whole, [event], today=TODAY)
        assert len(made.steps) >= 3, event
        assert all(reason.why for step in made.steps for reason in step.reasons)


def test_an_unknown_life_event_is_an_error(whole: catalogue.Catalogue) -> None:
    with pytest.raises(KeyError):
        catalogue.make_plan(whole, ["winning_the_lottery"], today=TODAY)


def test_a_deadline_without_its_day_has_no_date() -> None:
    deadline = model.Deadline(text="Soon.", within="2 months", after="birth")
    assert plan.due_on(deadline, {}) is None
    assert plan.due_on(None, {"birth": TODAY}) is None
    before = model.Deadline(text="Early.", within="3 months", before="birth")
    assert plan.due_on(before, {"birth": dt.date(2027, 3, 31)}) == dt.date(2026, 12, 31)


def test_what_answers_rule_out_drops_out_and_says_why(whole: catalogue.Catalogue) -> None:
    book = rules.load()

    def made(**answers: object) -> catalogue.Plan:
        return catalogue.make_plan(whole, ["moving_house"], today=TODAY, answers=answers, rulebook=book)

    assert "rates-rebate" in order(made())
    assert not made().not_for_you
    owner, tenant = made(housing="own"), made(housing="rent")
    assert "rates-rebate" in order(owner)
    assert "tenancy-bond-lodgement" not in order(owner)
    assert "rates-rebate" not in order(tenant)
    (why,) = next(one.why for one in tenant.not_for_you if one.service == "rates-rebate")
    assert why.text.en == "you own your home and your income is low"


def test_what_nobody_was_asked_for_rules_nothing_out(whole: catalogue.Catalogue) -> None:
    for event in whole.life_events:
        plain = catalogue.make_plan(whole, [event], today=TODAY)
        unknown = catalogue.make_plan(
            whole,
            [event],
            today=TODAY,
            answers={"housing": "~unknown", "has_ird_number": "~refused"},
            rulebook=rules.load(),
        )
        assert plain == unknown


def test_more_answers_never_bring_a_service_back(whole: catalogue.Catalogue) -> None:
    answers = {"date_of_birth": "1990-03-27", "housing": "rent", "has_ird_number": True, "studying": "none"}
    for event in whole.life_events:
        known: dict[str, object] = {}
        before = set(whole.services)
        for fact, value in answers.items():
            known[fact] = value
            now = set(order(catalogue.make_plan(whole, [event], today=TODAY, answers=known, rulebook=rules.load())))
            assert now <= before
            before = now


def test_a_no_of_today_that_will_be_a_yes_soon_stays_in_the_plan(whole: catalogue.Catalogue) -> None:
    def has_super(born: str) -> bool:
        made = catalogue.make_plan(
            whole, ["retiring"], today=TODAY, answers={"date_of_birth": born}, rulebook=rules.load()
        )
        return "nz-super" in order(made)

    assert has_super("1962-03-14")
    assert not has_super("1990-03-14")


def test_a_birthday_gives_the_days_that_are_counted_from_it(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["retiring"], today=TODAY, answers={"date_of_birth": "1962-03-14"})
    assert made.dates["birthday_65"] == dt.date(2027, 3, 14)


def test_one_of_several_ways_in_is_enough(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["retiring"], today=TODAY)
    payment = next(step for step in made.steps if step.service == "winter-energy-payment")
    assert {"nz-super", "veterans-pension"} <= set(payment.waits_for_one_of)
    steps = order(made)
    first = min(steps.index(way) for way in payment.waits_for_one_of)
    assert first < steps.index("winter-energy-payment")


def test_stages_follow_one_another_in_every_pair_of_life_events(whole: catalogue.Catalogue) -> None:
    for events in combinations(whole.life_events, 2):
        stages = [model.STAGES.index(step.stage) for step in catalogue.make_plan(whole, events, today=TODAY).steps]
        assert stages == sorted(stages), events


def test_a_regional_holiday_moves_a_last_day_that_is_counted_back(whole: catalogue.Catalogue) -> None:
    def due(region: str | None) -> dt.date | None:
        answers = {"region": region} if region else {}
        made = catalogue.make_plan(
            whole, ["getting_married"], {"wedding": dt.date(2027, 1, 29)}, today=TODAY, answers=answers
        )
        return next(step.due for step in made.steps if step.service == "marriage-licence")

    # Monday 25 January 2027 is Wellington's anniversary day and nobody else's.
    assert due(None) == due("otago") == dt.date(2027, 1, 25)
    assert due("wellington") == dt.date(2027, 1, 22)


def test_a_regional_holiday_makes_a_deadline_later_only_where_the_law_says_so() -> None:
    burial = {"burial": dt.date(2027, 1, 22)}
    plain = model.Deadline(text="3 days", within="3 working days", after="burial")
    regional = plain.model_copy(update={"regional": True})
    assert plan.due_on(plain, burial, "WGN") == dt.date(2027, 1, 27)
    assert plan.due_on(regional, burial, "WGN") == dt.date(2027, 1, 28)


def test_a_last_day_that_no_source_confirms_says_so(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["moving_house"], {"move": dt.date(2026, 12, 1)}, today=TODAY)
    sure = {step.service: step.checked for step in made.steps}
    for step in made.steps:
        deadlines = [one for one in whole.services[step.service].deadline if one.text == step.due_text]
        confidence = [whole.services[step.service].confidence_of(one) for one in deadlines]
        assert step.checked == (
            confidence == ["seen"] if deadlines else whole.services[step.service].confidence == "seen"
        )
    assert not sure["update-driver-licence-details"]


def test_an_agencys_own_services_come_first_where_two_serve_equally(whole: catalogue.Catalogue) -> None:
    plain = catalogue.make_plan(whole, ["having_a_baby"], today=TODAY)
    for agency in plain.agencies:
        own = catalogue.make_plan(whole, ["having_a_baby"], today=TODAY, first_agency=agency)
        assert sorted(order(own)) == sorted(order(plain))
        for stage in model.STAGES:
            free = [one for one in own.steps if one.stage == stage and not one.waits_for and one.due is None]
            for for_some in (False, True):
                equal = [one for one in free if all(reason.only_if for reason in one.reasons) == for_some]
                theirs = [one.agency == agency for one in equal]
                assert theirs == sorted(theirs, reverse=True), (agency, stage)


def test_what_is_for_everybody_comes_before_what_is_only_for_some(whole: catalogue.Catalogue) -> None:
    plan = catalogue.make_plan(whole, ["losing_a_job"], today=TODAY, answers={"has_ird_number": True})
    now = [one for one in plan.steps if one.stage == "now"]
    assert [one.service for one in now[:2]] == ["accommodation-supplement", "jobseeker-support"]
    for_some = [all(reason.only_if for reason in one.reasons) for one in now if not one.waits_for]
    assert for_some == sorted(for_some)


def test_sites_name_origins_and_colours_that_can_be_read() -> None:
    site = model.Site(id="a", agency="ir", origins=("https://www.ird.govt.nz", "http://localhost:8100"))
    assert site.colour
    wrong: list[dict[str, object]] = [
        {"origins": ("https://www.ird.govt.nz/",)},
        {"origins": ("http://www.ird.govt.nz",)},
        {"origins": ("*",)},
        {"origins": (), "colour": "#ffee00"},
        {"origins": (), "colour": "red"},
    ]
    for one in wrong:
        with pytest.raises(ValueError, match=r"write it as|choose a darker one"):
            model.Site.model_validate({"id": "a", "agency": "ir", **one})


def test_a_line_that_was_ticked_rules_out_as_a_value_does(whole: catalogue.Catalogue) -> None:
    def services(answers: Mapping[str, object]) -> set[str]:
        made = catalogue.make_plan(whole, ["retiring"], today=TODAY, answers=answers, rulebook=rules.load())
        return {step.service for step in made.steps}

    young = {"date_of_birth@../1990-01-01": False}
    assert "nz-super" in services({})
    assert "nz-super" not in services(young)
    # Who is not 65 today may be so in the course of the year.
    assert "nz-super" in services({"date_of_birth@../1961-11-23": False})


def test_a_bound_gives_no_day(whole: catalogue.Catalogue) -> None:
    made = catalogue.make_plan(whole, ["retiring"], today=TODAY, answers={"date_of_birth": "../1961-11-23"})
    assert made.dates == {}
