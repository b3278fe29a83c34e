"""All rules with the facts, terms, acts and rates that they use, checked against each other and compiled."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.lines import Line
from catalogue.model import Fact, Text
from catalogue.rules import ask, checklists, closures, compiled, files, values
from catalogue.rules import evaluate as e
from catalogue.rules import model as m
from catalogue.rules.results import CriterionResult, Reference, Result, Results, Word, Working

_WORDS: dict[bool | None, Word] = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: m.Rule
    criteria: tuple[tuple[m.Criterion, closures.Truth, Reference | None], ...]
    whole: closures.Truth
    doubts: tuple[tuple[Text, closures.Truth | None], ...]
    estimate: tuple[closures.Number, tuple[tuple[str, closures.Number], ...], str] | None


@dataclass(frozen=True, slots=True)
class _Day:
    """The rates on one day: their values, and the last day for which each is known to be current."""

    values: Mapping[str, closures.Range]
    doubtful: frozenset[str]
    current: Mapping[str, dt.date]


class Rulebook:
    """The rules of all services. Made once; checks share it.

    Raises:
        catalogue.files.CatalogueError: with every problem in the rules' files, by file and line.
    """

    def __init__(self, content: files.Content) -> None:
        files.check(content)
        self.facts: Mapping[str, Fact] = content.facts
        self._gated = tuple(fact for fact in content.facts.values() if fact.only_if)
        self._aliases = tuple(fact for fact in content.facts.values() if fact.answered_by)
        self.rates: Mapping[str, m.Rate] = {rate.id: rate for rate in content.rates}
        acts = {act.id: act for act in content.acts}
        terms: dict[str, closures.Truth | closures.Number] = {}
        for term in content.terms:
            terms[term.id] = closures.remembering(compiled.Compiler(files.scope(content), terms).make(term.test))
        self._rules = {rule.service: _compile(rule, content, acts, terms) for rule in content.rules}
        self._on = functools.lru_cache(maxsize=64)(self._rates_on)

    @property
    def services(self) -> tuple[str, ...]:
        """The services that have a rule."""
        return tuple(self._rules)

    def rule(self, service: str) -> m.Rule:
        """The rule of a service, as it is written."""
        return self._rules[service].rule

    def facts_of(self, service: str) -> tuple[str, ...]:
        """All facts that the service's rule mentions."""
        return self._rules[service].whole.names

    def rates_of(self, service: str) -> tuple[str, ...]:
        """All rates that the service's rule or its estimate rests on, also through terms."""
        one = self._rules[service]
        parts = (one.whole, *(truth for _, truth, _ in one.criteria), *((one.estimate[0],) if one.estimate else ()))
        return closures.rates_of(parts)

    def doubtful(self, day: dt.date) -> frozenset[str]:
        """The rates that no source confirms for ``day``: of none, of a source that is out of date, or not set yet."""
        return self._on(day).doubtful

    def check(self, service: str, facts: Mapping[str, Any], day: dt.date) -> Result:
        """What is known so far about one service.

        Raises:
            KeyError: where the service has no rule.
            values.FactError: where a fact is unknown to the vocabulary or not of its type.
        """
        return self.check_all((service,), facts, day).results[0]

    def check_all(
        self, services: Iterable[str], facts: Mapping[str, Any], day: dt.date, alone: frozenset[str] = frozenset()
    ) -> Results:
        """Several services at once.

        Args:
            alone: facts that are asked for by themselves, and never in a list.
        """
        known, ranges, missing = values.read(self.facts, values.spread(self._aliases, facts))
        rates = self._on(day)
        closed = ask.closed(self._gated, known, missing)
        env = closures.Env(known, ranges, closed, day.toordinal(), rates.values)
        found, plans = [], []
        all_wants: list[closures.Want] = []
        for name in services:
            one = self._rules[name]
            verdict = one.whole.of(env)
            wants = one.whole.plan(env).wants if verdict is None else ()
            asks = ask.order(self.facts, [want.fact for want in wants], known, missing)
            if verdict is not False:
                wants = (*wants, *_needed(one, env, rates))
            question = (
                checklists.following(self.facts, asks, checklists.lines(self.facts, wants, alone)) if asks else ()
            )
            found.append(self._result(one, env, asks, question, missing, rates))
            plans.append(asks)
            all_wants += wants
        asks = ask.together(plans)
        lines = checklists.lines(self.facts, all_wants, alone) if asks else {}
        return Results(tuple(found), asks, checklists.following(self.facts, asks, lines), lines, day)

    def _result(
        self,
        one: _Compiled,
        env: closures.Env,
        asks: tuple[str, ...],
        question: tuple[Line, ...],
        missing: Mapping[str, values.Missing],
        rates: _Day,
    ) -> Result:
        verdict = one.whole.of(env)
        because = closures.Because()
        if verdict is not None:
            one.whole.used(env, because)
        criteria = []
        may = False
        for criterion, truth, reference in one.criteria:
            confirmed = criterion.confirmed and rates.doubtful.isdisjoint(truth.rates)
            may = may or (not confirmed and criterion.id in because.criteria)
            criteria.append(
                CriterionResult(criterion.id, criterion.text, _WORDS[truth.of(env)], reference, confirmed, truth.names)
            )
        doubts = tuple(text for text, when in one.doubts if verdict and (when is None or when.of(env) is not False))
        pending = [name for name in one.whole.names if name in missing] if verdict is None and missing else []
        return Result(
            service=one.rule.service,
            day=dt.date.fromordinal(env.day),
            verdict=_WORDS[verdict],
            may=may or bool(doubts),
            criteria=tuple(criteria),
            ask=asks,
            next=question,
            unknown=tuple(name for name in pending if missing[name] is values.Missing.UNKNOWN),
            refused=tuple(name for name in pending if missing[name] is values.Missing.REFUSED),
            decided_by=tuple(criterion.id for criterion, _, _ in one.criteria if criterion.id in because.criteria),
            because=tuple(sorted(because.facts)),
            rates_as_of=min((rates.current[name] for name in one.whole.rates), default=None),
            doubts=doubts,
            estimate=_estimate(one, env, rates) if verdict else None,
        )

    def _rates_on(self, day: dt.date) -> _Day:
        found: dict[str, closures.Range] = {}
        doubtful, current = set(), {}
        for name, rate in self.rates.items():
            held = [one.value for one in rate.values if one.since <= day]
            found[name] = (held[-1], held[-1]) if held else (0.0, closures.BIG)
            newest = bool(held) and held[-1] == rate.values[-1].value and len(held) == len(rate.values)
            stale = newest and rate.current_until is not None and rate.current_until < day
            current[name] = rate.current_until if stale and rate.current_until is not None else day
            if not rate.confirmed or not held or stale:
                doubtful.add(name)
        return _Day(found, frozenset(doubtful), current)


def _needed(one: _Compiled, env: closures.Env, rates: _Day) -> Iterator[closures.Want]:
    """The facts whose values an estimate takes, where there can be one: a bound would only do for the verdict."""
    if one.estimate is not None and rates.doubtful.isdisjoint(one.estimate[0].rates):
        yield from (want for want in one.estimate[0].missing(env) if not want.cuts)


def _estimate(one: _Compiled, env: closures.Env, rates: _Day) -> Working | None:
    if one.estimate is None or one.rule.estimate is None:
        return None
    value, working, unit = one.estimate
    low, high = value.of(env)
    if low != high or not rates.doubtful.isdisjoint(value.rates):
        return None
    steps = tuple((label, part.of(env)[0]) for label, part in working)
    return Working(one.rule.estimate.text, round(low, 2), unit, steps)


def _compile(
    rule: m.Rule,
    content: files.Content,
    acts: Mapping[str, m.Act],
    terms: Mapping[str, closures.Truth | closures.Number],
) -> _Compiled:
    compiler = compiled.Compiler(files.scope(content, rule), terms)
    criteria = []
    for criterion in rule.criteria:
        truth = e.weighed(compiler.truth(criterion.test), criterion.likely, criterion.id)
        compiler.criteria[criterion.id] = truth
        criteria.append((criterion, truth, _reference(criterion, acts)))
    whole = compiler.truth(rule.requires) if rule.requires is not None else e.all_of(tuple(compiler.criteria.values()))
    estimate = None
    if rule.estimate is not None:
        working = tuple((label, compiler.number(part)) for label, part in rule.estimate.working.items())
        estimate = compiler.number(rule.estimate.value), working, files.unit_of(content, rule)
    doubts = tuple((one.text, compiler.truth(one.when) if one.when is not None else None) for one in rule.doubts)
    return _Compiled(rule, tuple(criteria), whole, doubts, estimate)


def _reference(criterion: m.Criterion, acts: Mapping[str, m.Act]) -> Reference | None:
    if criterion.source is None:
        return None
    act = acts[criterion.source.act]
    return Reference(act.title, criterion.source.section, criterion.source.url or act.url)
