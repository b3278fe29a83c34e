"""From a rule's expressions to closures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.model import Fact
from catalogue.rules import evaluate as e
from catalogue.rules import kinds
from catalogue.rules import model as m
from catalogue.rules import numbers as n

_YEAR = {"week": 52, "fortnight": 26, "month": 12, "quarter": 4, "year": 1}
"""How often a period comes in a year."""


class Compiler:
    """Makes closures of expressions that were checked already."""

    def __init__(self, scope: kinds.Scope, terms: Mapping[str, e.Truth | e.Number]) -> None:
        self.scope, self.terms = scope, terms
        self.criteria: dict[str, e.Truth] = {}

    def truth(self, node: Any) -> e.Truth:
        """A test."""
        made = self.make(node)
        assert isinstance(made, e.Truth), node  # noqa: S101 - the kinds were checked
        return made

    def number(self, node: Any) -> e.Number:
        """A number or a day."""
        made = self.make(node)
        assert isinstance(made, e.Number), node  # noqa: S101 - the kinds were checked
        return made

    def make(self, node: Any) -> e.Truth | e.Number:
        """Whatever the expression is."""
        if isinstance(node, float):
            return n.constant(node)
        if isinstance(node, dt.date):
            return n.constant(node.toordinal())
        if isinstance(node, str):
            return self._fact(node)
        named = self._named(node)
        return named or self._logic(node) or self._number(node)

    def _named(self, node: m.Node) -> e.Truth | e.Number | None:
        match node:
            case m.FactOf():
                return self._fact(node.fact)
            case m.TermOf():
                return self.terms[node.term]
            case m.CriterionOf():
                return self.criteria[node.criterion]
            case m.RateOf():
                return n.rate(node.rate)
            case m.Today():
                return n.today()
        return None

    def _fact(self, name: str) -> e.Truth | e.Number:
        fact = self.scope.facts[name]
        kind = kinds.of_fact(fact)
        if kind == kinds.TRUTH:
            return e.fact_truth(name)
        return n.fact_number(name, fact.minimum, fact.maximum)

    def _logic(self, node: m.Node) -> e.Truth | e.Number | None:
        match node:
            case m.All():
                return e.all_of(self._truths(node.all))
            case m.AnyOf():
                return e.any_of(self._truths(node.any))
            case m.Not():
                return e.not_(self.truth(node.negated))
            case m.AtLeast():
                return e.at_least(node.at_least, self._truths(node.of))
            case m.Is():
                ((name, wanted),) = node.chosen.items()
                return e.fact_truth(name, frozenset((wanted,)))
            case m.In():
                ((name, among),) = node.among.items()
                return e.fact_truth(name, frozenset(among))
            case m.Season():
                return e.season(*node.season)
            case m.If():
                return self._if(node)
        return self._comparison(node)

    def _comparison(self, node: m.Node) -> e.Truth | None:
        if isinstance(node, m.Between):
            value, low, high = (self.number(part) for part in node.between)
            return e.all_of((e.compare(">=", value, low), e.compare("<=", value, high)))
        if isinstance(node, m.Compare):
            operator, left, right = node.sides()
            return e.compare(operator, self.number(left), self.number(right))
        return None

    def _if(self, node: m.If) -> e.Truth | e.Number:
        conditions = self._truths(node.branches[0:-1:2])
        values = tuple(self.make(part) for part in (*node.branches[1::2], node.branches[-1]))
        tests = tuple(value for value in values if isinstance(value, e.Truth))
        if tests:
            return e.if_truth(conditions, tests)
        return n.if_number(conditions, tuple(value for value in values if isinstance(value, e.Number)))

    def _truths(self, nodes: tuple[Any, ...]) -> tuple[e.Truth, ...]:
        return tuple(self.truth(node) for node in nodes)

    def _numbers(self, nodes: tuple[Any, ...]) -> tuple[e.Number, ...]:
        return tuple(self.number(node) for node in nodes)

    def _number(self, node: m.Node) -> e.Number:
        match node:
            case m.Plus():
                return n.plus(self._numbers(node.plus))
            case m.Minus():
                return n.minus(*self._numbers(node.minus))
            case m.Times():
                return n.times(*self._numbers(node.times))
            case m.Over():
                return n.over(*self._numbers(node.over))
            case m.Least():
                return n.extreme(self._numbers(node.min), min)
            case m.Most():
                return n.extreme(self._numbers(node.max), max)
            case m.Per():
                return n.scaled(self.number(node.of), _YEAR[self._period(node.of)] / _YEAR[node.per])
        return self._day(node)

    def _day(self, node: m.Node) -> e.Number:
        match node:
            case m.Since():
                name, start = node.start()
                return n.since(self.number(start), self.number(node.at) if node.at is not None else n.today(), n.COUNTS[name])
            case m.Shift():
                return n.shifted(self.number(node.shift), node.by, node.back)
            case m.DaysPresent():
                return n.present(node.days_present, self.number(node.since), self.number(node.until))
            case m.Steps():
                rising = [(_number(start), value) for start, value in node.steps]
                return n.steps(self.number(node.step), node.below, rising)
        raise TypeError(f"no closure for {type(node).__name__}")

    def _period(self, node: Any) -> str:
        kind = kinds.Checker(self.scope).kind(node, ())
        return (kind.unit or "" if kind else "").rpartition(" a ")[2]


def _number(value: dt.date | float) -> float:
    return value.toordinal() if isinstance(value, dt.date) else value
