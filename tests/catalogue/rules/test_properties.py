"""What holds for any facts: nothing that is learned turns a verdict around, and every verdict has its reasons."""

import datetime as dt
import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue import bounds, lines, rules
from catalogue.bounds import Bound
from catalogue.model import Fact
from catalogue.rules import checklists

BOOK = rules.load()
DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2030, 12, 31))
NEAR = (
    0,
    1,
    2,
    3,
    5,
    10,
    12,
    20,
    30,
    100,
    119,
    120,
    200,
    655.41,
    919,
    1350,
    8100,
    8101,
    16200,
    31705,
    57286,
    90697,
    97277,
)


def value_of(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.type == "yes_no":
        return st.booleans()
    if fact.type == "choice":
        return st.sampled_from([option.id for option in fact.options])
    if fact.type == "date":
        return st.dates(dt.date(1930, 1, 1), dt.date(2030, 12, 31)).map(dt.date.isoformat)
    if fact.type == "trips":
        days = st.dates(dt.date(2018, 1, 1), dt.date(2029, 12, 31))
        trip = st.tuples(days, days).map(lambda pair: f"{min(pair)}/{max(pair)}")
        return st.lists(trip, max_size=4).map(lambda trips: ", ".join(trips) or "none")
    low = fact.minimum if fact.minimum is not None else -10.0
    high = fact.maximum if fact.maximum is not None else 300_000.0
    near = [number for number in NEAR if low <= number <= high and (not fact.whole or number == int(number))]
    if fact.whole:
        return st.integers(int(low), int(high))
    floats = st.floats(low, high, allow_nan=False)
    return st.one_of(floats, st.sampled_from(near)) if near else floats


FAR = st.one_of(st.integers(0, 3), st.integers(0, 30_000), st.integers(0, 500_000))
"""Steps from a value to the end of a bound around it."""


def value_in_steps(fact: Fact) -> st.SearchStrategy[Any]:
    """A value that a person can have: whole cents."""
    if fact.type not in bounds.BOUNDED or fact.type == "date":
        return value_of(fact)
    return value_of(fact).map(lambda value: bounds.number(fact, value))


@st.composite
def person(draw: st.DrawFn, service: str) -> dict[str, Any]:
    """Some of the facts of a service's rule, a few of them asked in vain."""
    facts = {}
    for name in BOOK.facts_of(service):
        chance = draw(st.integers(0, 9))
        if chance < 6:
            facts[name] = draw(value_of(BOOK.facts[name]))
        elif chance == 6:
            facts[name] = draw(st.sampled_from([None, "~unknown", "~refused"]))
    return facts


SERVICES = st.sampled_from(BOOK.services)
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(st.data(), DAYS)
def test_more_facts_never_turn_a_verdict(data: st.DataObject, day: dt.date) -> None:
    service = data.draw(SERVICES)
    facts = data.draw(person(service))
    before = BOOK.check(service, facts, day)
    more = dict(facts)
    for name in BOOK.facts_of(service):
        unknown = facts.get(name) is None or facts[name] in ("~unknown", "~refused")
        if unknown and data.draw(st.booleans()):
            more[name] = data.draw(value_of(BOOK.facts[name]))
    after = BOOK.check(service, more, day)
    if before.verdict != "unknown":
        assert after.verdict == before.verdict
    for one, other in zip(before.criteria, after.criteria, strict=True):
        assert one.verdict in ("unknown", other.verdict)


@MANY
@given(st.data(), DAYS)
def test_a_verdict_is_explained_by_its_facts(data: st.DataObject, day: dt.date) -> None:
    service = data.draw(SERVICES)
    facts = data.draw(person(service))
    result = BOOK.check(service, facts, day)
    if result.verdict == "unknown":
        assert result.decided_by == ()
        return
    assert result.decided_by
    reasons = {name: facts[name] for name in result.because}
    assert BOOK.check(service, reasons, day).verdict == result.verdict
    listed = {name for one in result.criteria if one.id in result.decided_by for name in one.facts}
    assert set(result.because) <= listed


@MANY
@given(st.data(), DAYS)
def test_what_is_asked_is_new_and_settles_the_check(data: st.DataObject, day: dt.date) -> None:
    """No fact is asked twice; answering what is asked ends; only what was asked in vain leaves a check open."""
    service = data.draw(SERVICES)
    facts = data.draw(person(service))
    asked = set()
    while True:
        result = BOOK.check(service, facts, day)
        if not result.ask:
            break
        name = result.ask[0]
        assert name not in asked
        assert name not in facts
        asked.add(name)
        facts[name] = data.draw(value_of(BOOK.facts[name]))
    if result.verdict == "unknown":
        gated = [name for name in BOOK.facts_of(service) if BOOK.facts[name].only_if and name not in facts]
        unset = [rate for rate in BOOK.rates.values() if rate.values[0].since > day]
        assert result.unknown or result.refused or gated or unset


@MANY
@given(st.data(), DAYS)
def test_lists_settle_a_check_and_ask_for_what_matters(data: st.DataObject, day: dt.date) -> None:
    """However a list is answered, the check ends; it asks for nothing that is known or can't matter, and a list never
    turns a verdict that single questions would come to. No line is ever asked again, ticked or not, sure or not.
    """
    services = data.draw(st.lists(SERVICES, min_size=1, max_size=4, unique=True))
    whole = {name: data.draw(value_in_steps(BOOK.facts[name])) for one in services for name in BOOK.facts_of(one)}
    known: dict[str, Any] = {}
    seen: set[str] = set()
    while True:
        found = BOOK.check_all(services, known, day)
        assert bool(found.next) == bool(found.ask)
        if not found.next:
            break
        ids = {line.id for line in found.next}
        assert {line.fact.id for line in found.next} <= set(found.ask)
        assert not ids & seen
        seen |= ids
        assert len(ids) == len(found.next) <= checklists.LONGEST
        for line in found.next if len(found.next) > 1 else ():
            assert line.bound is not None or line.fact.statement is not None
            assert line.fact.alone is None
            assert all(known.get(other) in wanted for other, wanted in line.fact.only_if.items())
        said = data.draw(st.sampled_from(["ticks", "unsure", "skips"]))
        for line in found.next:
            answer = whole[line.fact.id] if line.bound is None else line.holds(whole[line.fact.id])
            is_ticked = said != "skips" and (len(found.next) == 1 or answer is True or said == "ticks")
            known[line.id] = answer if is_ticked else "~unknown" if said == "unsure" else "~refused"
    for one in found.results:
        if one.verdict != "unknown":
            assert BOOK.check(one.service, whole, day).verdict == one.verdict
        elif not (one.unknown or one.refused):
            gated = [name for name in BOOK.facts_of(one.service) if BOOK.facts[name].only_if and name not in known]
            assert gated or any(rate.values[0].since > day for rate in BOOK.rates.values())


@MANY
@given(st.data(), DAYS)
def test_a_bound_that_holds_never_comes_to_another_verdict(data: st.DataObject, day: dt.date) -> None:
    """Of some facts it is only known where they lie. What is decided by that is decided so by the values."""
    service = data.draw(SERVICES)
    whole = {name: data.draw(value_in_steps(BOOK.facts[name])) for name in BOOK.facts_of(service)}
    known: dict[str, Any] = {}
    for name, value in whole.items():
        fact = BOOK.facts[name]
        how = data.draw(st.sampled_from(["value", "bound", "lines", "bound asked in vain", "absent"]))
        if how == "value" or (how != "absent" and fact.type not in bounds.BOUNDED):
            known[name] = value
        elif how != "absent":
            at = bounds.number(fact, value)
            ends = Bound(*(bounds.scale(fact).next(at, side * data.draw(FAR)) for side in (-1, 1)))
            ends = ends.within(bounds.all_of(fact)) or Bound(at, at)
            if how == "lines":
                whole_of = bounds.all_of(fact)
                if ends.high < whole_of.high:
                    known[lines.Line(fact, Bound(-math.inf, ends.high)).id] = True
                if ends.low > whole_of.low:
                    below = bounds.cut(fact, bounds.scale(fact).next(ends.low, -1))[0]
                    known[lines.Line(fact, below).id] = False
            else:
                known[name] = bounds.write(fact, ends)
                if how == "bound asked in vain":
                    known[f"{name}@{bounds.write(fact, bounds.cut(fact, 1)[1])}"] = "~unknown"
    some, complete = BOOK.check(service, known, day), BOOK.check(service, whole, day)
    assert some.verdict in ("unknown", complete.verdict)
    for one, other in zip(some.criteria, complete.criteria, strict=True):
        assert one.verdict in ("unknown", other.verdict)
    if some.verdict != "unknown":
        reasons = {id: value for id, value in known.items() if lines.fact_of(id) in some.because}
        assert BOOK.check(service, reasons, day).verdict == some.verdict


@MANY
@given(st.data(), DAYS)
def test_a_complete_check_is_decided(data: st.DataObject, day: dt.date) -> None:
    service = data.draw(SERVICES)
    facts = {name: data.draw(value_of(BOOK.facts[name])) for name in BOOK.facts_of(service)}
    result = BOOK.check(service, facts, day)
    assert result.ask == ()
    if all(rate.values[0].since <= day for rate in BOOK.rates.values()):
        assert result.verdict in ("yes", "no")


@MANY
@given(st.data(), DAYS)
def test_all_at_once_is_one_by_one(data: st.DataObject, day: dt.date) -> None:
    services = data.draw(st.lists(SERVICES, min_size=1, max_size=6, unique=True))
    facts: dict[str, Any] = {}
    for service in services:
        facts |= data.draw(person(service))
    together = BOOK.check_all(services, facts, day)
    assert together.results == tuple(BOOK.check(service, facts, day) for service in services)
    assert set(together.ask) == {name for result in together.results for name in result.ask}
