"""Three-valued evaluation: an expression becomes closures that say yes, no or not known yet.

Numbers and days are carried as what they can be at least and at most, so that a test is decided as soon as nothing
that is still unknown could change it: with an income under the lowest limit, nobody need be asked how many children
they have. A fact that is learned only narrows this down; it never turns a yes or a no around.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

from catalogue.rules.closures import (
    STUCK,
    Because,
    Env,
    Number,
    Plan,
    Truth,
    Verdict,
    Want,
    names_of,
    once,
    rates_of,
)
from catalogue.rules.thresholds import TESTS, thresholds


def fact_truth(name: str, wanted: frozenset[str] | None = None) -> Truth:
    """A yes-or-no fact, or whether a choice is among ``wanted``."""

    def of(env: Env) -> Verdict:
        value = env.facts.get(name)
        if value is None or wanted is None:
            return value
        return value in wanted

    def used(env: Env, because: Because) -> None:
        if name in env.facts:
            because.facts.add(name)

    asked = (Want(name),)

    def plan(env: Env) -> Plan:
        return Plan(0.5, STUCK, ()) if name in env.closed else Plan(0.5, 1, asked)

    return Truth(of, used, plan, (name,))


def season(first: str, last: str) -> Truth:
    """Whether the day of the check lies in a part of the year that may run over New Year."""

    def of(env: Env) -> Verdict:
        today = dt.date.fromordinal(env.day).strftime("%m-%d")
        return first <= today <= last if first <= last else not last < today < first

    return Truth(of, lambda env, because: None, lambda env: Plan(0.5, STUCK, ()), ())


def all_of(parts: tuple[Truth, ...]) -> Truth:
    """Every one holds: one no decides it."""
    tests = tuple(part.of for part in parts)

    def of(env: Env) -> Verdict:
        verdict: Verdict = True
        for test in tests:
            one = test(env)
            if one is False:
                return False
            if one is None:
                verdict = None
        return verdict

    def used(env: Env, because: Because) -> None:
        _deciding(parts, env, because, False)

    def plan(env: Env) -> Plan:
        open_ = [part.plan(env) for part in parts if part.of(env) is None]
        # The test that is cheapest for its chance of settling all with a no comes first.
        open_.sort(key=lambda one: (one.likely - 1) / one.cost)
        return _chain(open_, lambda one: one.likely, math.prod(one.likely for one in open_))

    return Truth(of, used, plan, names_of(parts), rates_of(parts))


def any_of(parts: tuple[Truth, ...]) -> Truth:
    """At least one holds: one yes decides it."""
    tests = tuple(part.of for part in parts)

    def of(env: Env) -> Verdict:
        verdict: Verdict = False
        for test in tests:
            one = test(env)
            if one is True:
                return True
            if one is None:
                verdict = None
        return verdict

    def used(env: Env, because: Because) -> None:
        _deciding(parts, env, because, True)

    def plan(env: Env) -> Plan:
        open_ = [part.plan(env) for part in parts if part.of(env) is None]
        open_.sort(key=lambda one: -one.likely / one.cost)
        return _chain(open_, lambda one: 1 - one.likely, 1 - math.prod(1 - one.likely for one in open_))

    return Truth(of, used, plan, names_of(parts), rates_of(parts))


def _deciding(parts: tuple[Truth, ...], env: Env, because: Because, decisive: bool) -> None:
    """One part that decides alone is the whole reason; else all of them are."""
    alone = [part for part in parts if part.of(env) is decisive]
    for part in alone[:1] or parts:
        part.used(env, because)


def _chain(open_: list[Plan], going_on: Callable[[Plan], float], likely: float) -> Plan:
    cost, reached = 0.0, 1.0
    for one in open_:
        cost += reached * one.cost if one.cost < STUCK else 0
        reached *= going_on(one)
    wants = tuple(dict.fromkeys(want for one in open_ for want in one.wants))
    return Plan(likely, cost if wants else STUCK, wants)


def not_(part: Truth) -> Truth:
    """The other way round."""

    def of(env: Env) -> Verdict:
        one = part.of(env)
        return None if one is None else not one

    def plan(env: Env) -> Plan:
        one = part.plan(env)
        return one._replace(likely=1 - one.likely)

    return Truth(of, part.used, plan, part.names, part.rates)


def at_least(count: int, parts: tuple[Truth, ...]) -> Truth:
    """So many of them hold."""

    def of(env: Env) -> Verdict:
        verdicts = [part.of(env) for part in parts]
        if verdicts.count(True) >= count:
            return True
        return False if verdicts.count(True) + verdicts.count(None) < count else None

    def used(env: Env, because: Because) -> None:
        verdict = of(env)
        for part in parts:
            if verdict is None or part.of(env) is verdict:
                part.used(env, because)

    def plan(env: Env) -> Plan:
        open_ = sorted((part.plan(env) for part in parts if part.of(env) is None), key=lambda one: one.cost)
        return _chain(open_, lambda one: 0.5, 0.5)

    return Truth(of, used, plan, names_of(parts), rates_of(parts))


def if_truth(conditions: tuple[Truth, ...], values: tuple[Truth, ...]) -> Truth:
    """The value of the first condition that holds; the last value stands for all else."""
    everything = (*conditions, *values)

    def branches(env: Env) -> tuple[list[Truth], list[Truth]]:
        """The conditions that were looked at, and the values that are still possible."""
        looked, possible = [], []
        for condition, value in zip(conditions, values, strict=False):
            one = condition.of(env)
            looked.append(condition)
            if one is not False:
                possible.append(value)
            if one is True:
                return looked, possible
        return looked, [*possible, values[-1]]

    def of(env: Env) -> Verdict:
        found = {value.of(env) for value in branches(env)[1]}
        return found.pop() if len(found) == 1 else None

    def used(env: Env, because: Because) -> None:
        for part in (one for group in branches(env) for one in group):
            part.used(env, because)

    def plan(env: Env) -> Plan:
        looked, possible = branches(env)
        open_ = [one.plan(env) for one in looked if one.of(env) is None]
        then = [one.plan(env) for one in possible if one.of(env) is None]
        chain = _chain([*open_, *sorted(then, key=lambda one: one.cost)], lambda one: 0.7, 0.5)
        return chain if open_ or not then else then[0]

    return Truth(of, used, plan, names_of(everything), rates_of(everything))


def weighed(part: Truth, likely: float, criterion: str) -> Truth:
    """A criterion: a test with a name, and how often people meet it."""

    def used(env: Env, because: Because) -> None:
        because.criteria.add(criterion)
        part.used(env, because)

    def plan(env: Env) -> Plan:
        return part.plan(env)._replace(likely=likely)

    return Truth(once(part.of), used, plan, part.names, part.rates)


def compare(operator: str, left: Number, right: Number) -> Truth:
    """A comparison, decided as soon as no value in the ranges could change it."""
    holds, fails = TESTS[operator]
    first, second = left.of, right.of
    parts = (left, right)

    def of(env: Env) -> Verdict:
        one, other = first(env), second(env)
        if holds(one, other):
            return True
        return False if fails(one, other) else None

    def used(env: Env, because: Because) -> None:
        left.used(env, because)
        right.used(env, because)

    asked = thresholds(operator, left, right)

    def plan(env: Env) -> Plan:
        wants = asked(env)
        return Plan(0.5, len({want.fact for want in wants}) or STUCK, wants)

    return Truth(of, used, plan, names_of(parts), rates_of(parts))
