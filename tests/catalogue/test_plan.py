import datetime as dt
from itertools import combinations

import pytest

import catalogue
from catalogue import model, plan

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
