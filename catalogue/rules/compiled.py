"""From a rule's expressions to closures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue import bounds
from catalogue.rules import evaluate as e
from catalogue.rules import expressions as x
from catalogue.rules import kinds
from catalogue.rules import numbers as n
from catalogue.rules.closures import Number, Truth

_YEAR = {"week": 52, "fortnight": 26, "month": 12, "quarter": 4, "year": 1}
"""How often a period comes in a year."""


class Compiler:
    """Makes closures of expressions that were checked already."""

    def __init__(self, scope: kinds.Scope, terms: Mapping[str, Truth | Number]) -> None:
        self.scope, self.terms = scope, terms
        self.criteria: dict[str, Truth] = {}

    def truth(self, node: Any) -> Truth:
        """A test."""
        made = self.make(node)
        assert isinstance(made, Truth), node  # noqa: S101 - the kinds were checked
        return made

    def number(self, node: Any) -> Number:
        """A number or a day."""
        made = self.make(node)
        assert isinstance(made, Number), node  # noqa: S101 - the kinds were checked
        return made

    def make(self, node: Any) -> Truth | Number:
        """Whatever the expression is."""
        if isinstance(node, float):
            return n.constant(node)
        if isinstance(node, dt.date):
            return n.constant(node.toordinal())
        if isinstance(node, str):
            return self._fact(node)
        named = self._named(node)
        return named or self._logic(node) or self._number(node)

    def _named(self, node: x.Node) -> Truth | Number | None:
        match node:
            case x.FactOf():
                return self._fact(node.fact)
            case x.TermOf():
                return self.terms[node.term]
            case x.CriterionOf():
                return self.criteria[node.criterion]
            case x.RateOf():
                return n.rate(node.rate)
            case x.Today():
                return n.today()
        return None

    def _fact(self, name: str) -> Truth | Number:
        fact = self.scope.facts[name]
        kind = kinds.of_fact(fact)
        if kind == kinds.TRUTH:
            return e.fact_truth(name)
        return n.fact_number(name, fact.minimum, fact.maximum, bounds.scale(fact))

    def _logic(self, node: x.Node) -> Truth | Number | None:
        match node:
            case x.All():
                return e.all_of(self._truths(node.all))
            case x.AnyOf():
                return e.any_of(self._truths(node.any))
            case x.Not():
                return e.not_(self.truth(node.negated))
            case x.AtLeast():
                return e.at_least(node.at_least, self._truths(node.of))
            case x.Is():
                ((name, wanted),) = node.chosen.items()
                return e.fact_truth(name, frozenset((wanted,)))
            case x.In():
                ((name, among),) = node.among.items()
                return e.fact_truth(name, frozenset(among))
            case x.Season():
                return e.season(*node.season)
            case x.If():
                return self._if(node)
        return self._comparison(node)

    def _comparison(self, node: x.Node) -> Truth | None:
        if isinstance(node, x.Between):
            value, low, high = (self.number(part) for part in node.between)
            return e.all_of((e.compare(">=", value, low), e.compare("<=", value, high)))
        if isinstance(node, x.Compare):
            operator, left, right = node.sides()
            return e.compare(operator, self.number(left), self.number(right))
        return None

    def _if(self, node: x.If) -> Truth | Number:
        conditions = self._truths(node.branches[0:-1:2])
        values = tuple(self.make(part) for part in (*node.branches[1::2], node.branches[-1]))
        tests = tuple(value for value in values if isinstance(value, Truth))
        if tests:
            return e.if_truth(conditions, tests)
        return n.if_number(conditions, tuple(value for value in values if isinstance(value, Number)))

    def _truths(self, nodes: tuple[Any, ...]) -> tuple[Truth, ...]:
        return tuple(self.truth(node) for node in nodes)

    def _numbers(self, nodes: tuple[Any, ...]) -> tuple[Number, ...]:
        return tuple(self.number(node) for node in nodes)

    def _number(self, node: x.Node) -> Number:
        match node:
            case x.Plus():
                return n.plus(self._numbers(node.plus))
            case x.Minus():
                return n.minus(*self._numbers(node.minus))
            case x.Times():
                return n.times(*self._numbers(node.times))
            case x.Over():
                return n.over(*self._numbers(node.over))
            case x.Least():
                return n.extreme(self._numbers(node.min), min)
            case x.Most():
                return n.extreme(self._numbers(node.max), max)
            case x.Per():
                return n.scaled(self.number(node.of), _YEAR[self._period(node.of)] / _YEAR[node.per])
        return self._day(node)

    def _day(self, node: x.Node) -> Number:
        match node:
            case x.Since():
                name, start = node.start()
                return n.since(
                    self.number(start), self.number(node.at) if node.at is not None else n.today(), n.COUNTS[name]
                )
            case x.Shift():
                return n.shifted(self.number(node.shift), node.by, node.back)
            case x.DaysPresent():
                return n.present(node.days_present, self.number(node.since), self.number(node.until))
            case x.Steps():
                rising = [(_number(start), value) for start, value in node.steps]
                return n.steps(self.number(node.step), node.below, rising)
        raise TypeError(f"no closure for {type(node).__name__}")

    def _period(self, node: Any) -> str:
        kind = kinds.Checker(self.scope).kind(node, ())
        return (kind.unit or "" if kind else "").rpartition(" a ")[2]


def _number(value: dt.date | float) -> float:
    return value.toordinal() if isinstance(value, dt.date) else value
