"""What advisers are warned of: the project's own catalogue and rules, on days when something ends or begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import catalogue
from catalogue import Service
from catalogue.rules import Rulebook, files
from catalogue.rules.model import Rate, RateValue
from connectors.channels.console import warnings
from connectors.channels.console.assist import Assist
from connectors.channels.wiring import House
from conversations import Context
from tests.connectors.channels.app import built

DAY = dt.date(2026, 11, 25)
REBATE = "rates_rebate_income"
UNSURE = "not confirmed for today"


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def service(id: str) -> Service:
    return catalogue.load().services[id]


def book(rate: str, **changes: Any) -> Rulebook:
    """The project's rules, in which every rate is known to hold but ``rate``, which is otherwise."""
    content = files.read()
    lasting = {"confirmed": True, "current_until": None}
    content.rates = [one.model_copy(update={**lasting, **(changes if one.id == rate else {})}) for one in content.rates]
    return Rulebook(content)


def values(*pairs: tuple[dt.date, float]) -> dict[str, Any]:
    return {"values": tuple(RateValue.model_validate({"from": begin, "value": value}) for begin, value in pairs)}


def of_rebate(rules: Rulebook, day: dt.date = DAY) -> list[str]:
    return warnings.of_rates([service("rates-rebate")], rules, day)


def rate(rules: Rulebook) -> Rate:
    return rules.rates[REBATE]


def test_rates_that_are_known_to_hold_are_no_warning() -> None:
    assert of_rebate(book(REBATE)) == []


@pytest.mark.parametrize("left", [0, 1, 21])
def test_a_rate_that_is_known_for_a_few_more_days_is_named_with_its_last_day(left: int) -> None:
    rules = book(REBATE, current_until=DAY + days(left))
    (said,) = of_rebate(rules)
    assert said.startswith(rate(rules).title)
    assert warnings.say(DAY + days(left)) in said


def test_a_rate_that_is_known_for_longer_is_not() -> None:
    assert of_rebate(book(REBATE, current_until=DAY + days(22))) == []


def test_an_amount_whose_time_is_over_is_not_confirmed() -> None:
    (said,) = of_rebate(book(REBATE, current_until=DAY - days(1)))
    assert UNSURE in said
    assert "Rates rebate" in said


def test_an_amount_without_a_source_is_not_confirmed() -> None:
    assert UNSURE in of_rebate(book(REBATE, confirmed=False))[0]


@pytest.mark.parametrize(("ahead", "is_warned"), [(0, False), (1, True), (21, True), (22, False)])
def test_a_new_rate_is_told_before_its_day_and_not_from_it_on(ahead: int, is_warned: bool) -> None:
    rules = book(REBATE, **values((dt.date(2025, 7, 1), 45000), (DAY + days(ahead), 46000)))
    found = of_rebate(rules)
    assert bool(found) is is_warned
    assert all(f"changes on {warnings.say(DAY + days(ahead))}" in one for one in found)


def test_a_rate_that_is_set_anew_does_not_also_end() -> None:
    """``current_until`` is about the newest value: while an older one holds, it says nothing about it."""
    anew = values((dt.date(2025, 7, 1), 45000), (DAY + days(5), 46000))
    (said,) = of_rebate(book(REBATE, current_until=DAY + days(10), **anew))
    assert "changes on" in said
    assert of_rebate(book(REBATE, current_until=DAY - days(10), **anew)) == [said], "nor is it in doubt"


def test_only_rates_that_the_rule_rests_on_count() -> None:
    assert of_rebate(book("best_start_amount", current_until=DAY - days(1))) == []
    assert warnings.of_rates([service("birth-certificate")], book(REBATE, confirmed=False), DAY) == []


def test_a_fee_that_changes_soon_is_told_and_one_that_ends_with_nothing_after() -> None:
    licence = service("full-licence")
    (change,) = {one.since for one in licence.cost if one.since}
    assert change is not None
    (said,) = warnings.of_statements(licence, change - days(10))
    assert f"changes on {warnings.say(change)}" in said
    assert warnings.of_statements(licence, change) == []
    assert warnings.of_statements(licence, change - days(60)) == []
    ending = [one for one in licence.cost if one.until]
    alone = licence.model_copy(update={"cost": ending})
    (said,) = warnings.of_statements(alone, change - days(10))
    assert f"known until {warnings.say(change - days(1))}" in said


@pytest.mark.parametrize(
    ("left", "said"), [(-1, "the last day was"), (0, "the last day is"), (21, "the last day is"), (22, None)]
)
def test_a_last_day_is_told_when_it_is_close_or_over(left: int, said: str | None) -> None:
    found = warnings.of_deadline(service("register-birth"), DAY + days(left), DAY)
    assert (said in found[0]) if said else found == []
    assert warnings.of_deadline(service("register-birth"), None, DAY) == []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with built(tmp_path, today=lambda: dt.date(2027, 1, 10)) as made:
        yield made


def test_a_hint_carries_them_also_while_the_assistant_is_away(house: House) -> None:
    house.desk.switches.off("service", "restricted-licence", "wrong fee", "someone")
    hint = Assist(house).hint(["how do i get my restricted"], Context(life_events=["driving_and_vehicles"]))
    assert hint.away
    assert "restricted-licence" in [one.service for one in hint.services]
    assert any("changes on 25 January 2027" in one for one in hint.warnings), hint.warnings
    assert any("switched off for it (wrong fee)" in one for one in hint.warnings)
