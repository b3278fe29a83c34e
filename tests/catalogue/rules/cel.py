"""Rules in another language: each rule as an expression of CEL, to be run by a library that knows nothing of ours."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import celpy
from celpy import celtypes

from catalogue.model import Fact
from catalogue.rules import Rulebook, files, values
from catalogue.rules import expressions as x

PERIODS = {"week": "52.0", "fortnight": "26.0", "month": "12.0", "quarter": "4.0", "year": "1.0"}


class Cel:
    """One service's rule, compiled by cel-python."""

    def __init__(self, book: Rulebook, content: files.Content, service: str) -> None:
        self.book, self.content = book, content
        self.terms = {term.id: term.test for term in content.terms}
        self.rule = book.rule(service)
        self.criteria = {criterion.id: criterion.test for criterion in self.rule.criteria}
        self.shifts: dict[str, x.Shift] = {}
        self.stays: dict[str, x.DaysPresent] = {}
        self.seasons: dict[str, x.Season] = {}
        whole = self.rule.requires
        text = self.write(whole) if whole is not None else self.joined(" && ", self.criteria.values())
        environment = celpy.Environment()
        self.program = environment.program(environment.compile(text))

    def verdict(self, facts: Mapping[str, Any], day: dt.date) -> bool:
        """Whether the rule holds for someone about whom all is known."""
        activation: dict[str, Any] = {"today": _stamp(day)}
        for name, value in facts.items():
            activation[f"f_{name}"] = _value(self.book.facts[name], value)
        for rate in self.content.rates:
            held = [one.value for one in rate.values if one.since <= day]
            activation[f"r_{rate.id}"] = celtypes.DoubleType(held[-1] if held else 0.0)
        for name, node in self.shifts.items():
            activation[name] = _stamp(self.day(node, facts, day))
        for name, stay in self.stays.items():
            start, end = self.day(stay.since, facts, day), self.day(stay.until, facts, day)
            activation[name] = celtypes.DoubleType(_days_here(facts[stay.days_present], start, end))
        for name, season in self.seasons.items():
            first, last = season.season
            activation[name] = celtypes.BoolType(first <= f"{day:%m-%d}" <= last)
        return bool(self.program.evaluate(activation))

    def day(self, node: Any, facts: Mapping[str, Any], today: dt.date) -> dt.date:
        """A day, worked out in plain Python: CEL has no calendar months."""
        if isinstance(node, x.Today):
            return today
        if isinstance(node, x.Shift):
            return _moved(self.day(node.shift, facts, today), node.by, node.back)
        if isinstance(node, x.Most):
            return max(self.day(part, facts, today) for part in node.max)
        return dt.date.fromisoformat(str(facts[node])) if isinstance(node, str) else node

    def joined(self, operator: str, nodes: Iterable[Any]) -> str:
        return "(" + operator.join(self.write(node) for node in nodes) + ")"

    def write(self, node: Any) -> str:  # noqa: C901 - one line for each operator
        match node:
            case str():
                return f"f_{node}"
            case float():
                return f"{node:.10f}"
            case dt.date():
                return f'timestamp("{node}T00:00:00Z")'
            case x.FactOf():
                return f"f_{node.fact}"
            case x.TermOf():
                return self.write(self.terms[node.term])
            case x.CriterionOf():
                return self.write(self.criteria[node.criterion])
            case x.RateOf():
                return f"r_{node.rate}"
            case x.Today():
                return "today"
            case x.All():
                return self.joined(" && ", node.all)
            case x.AnyOf():
                return self.joined(" || ", node.any)
            case x.Not():
                return f"!({self.write(node.negated)})"
            case x.AtLeast():
                counted = " + ".join(f"({self.write(part)} ? 1 : 0)" for part in node.of)
                return f"(({counted}) >= {node.at_least})"
            case x.Is():
                ((name, wanted),) = node.chosen.items()
                return f'(f_{name} == "{wanted}")'
            case x.In():
                ((name, among),) = node.among.items()
                return f"(f_{name} in [{', '.join(f'{one!r}' for one in among)}])"
            case x.Between():
                value, low, high = map(self.write, node.between)
                return f"({value} >= {low} && {value} <= {high})"
            case x.Compare():
                operator, left, right = node.sides()
                return f"({self.write(left)} {operator} {self.write(right)})"
            case x.Since():
                return self._since(node)
            case x.If():
                *pairs, last = node.branches
                text = self.write(last)
                for condition, then in reversed(list(zip(pairs[::2], pairs[1::2], strict=True))):
                    text = f"({self.write(condition)} ? {self.write(then)} : {text})"
                return text
            case x.Plus():
                return self.joined(" + ", node.plus)
            case x.Minus():
                return self.joined(" - ", node.minus)
            case x.Times():
                return self.joined(" * ", node.times)
            case x.Over():
                return self.joined(" / ", node.over)
            case x.Least() | x.Most():
                return self._extreme(node)
            case x.Per():
                return f"({self.write(node.of)} * {PERIODS[self._period(node.of)]} / {PERIODS[node.per]})"
            case x.Steps():
                text = f"{node.below:.1f}"
                for start, reached in node.steps:
                    text = f"({self.write(node.step)} >= {self.write(start)} ? {reached:.1f} : {text})"
                return text
            case x.Shift():
                return self._set_aside("shift", self.shifts, node)
            case x.DaysPresent():
                return self._set_aside("stay", self.stays, node)
            case x.Season():
                return self._set_aside("season", self.seasons, node)
        raise TypeError(node)

    def _extreme(self, node: x.Least | x.Most) -> str:
        parts, sign = (node.min, "<") if isinstance(node, x.Least) else (node.max, ">")
        text = self.write(parts[0])
        for part in parts[1:]:
            other = self.write(part)
            text = f"({text} {sign} {other} ? {text} : {other})"
        return text

    def _since(self, node: x.Since) -> str:
        unit, begun = node.start()
        start, end = self.write(begun), self.write(node.at) if node.at is not None else "today"
        if unit in ("days_since", "weeks_since"):
            days = f"(({end} - {start}).getHours() / 24)"
            return f"double({days})" if unit == "days_since" else f"double({days} / 7)"
        months = (
            f"(({end}.getFullYear() - {start}.getFullYear()) * 12 + {end}.getMonth() - {start}.getMonth()"
            f" - ({end}.getDate() < {start}.getDate() ? 1 : 0))"
        )
        # Whole years of a day that lies ahead do not matter here: nobody is born in the future.
        return f"double({months})" if unit == "months_since" else f"double({months} / 12)"

    def _period(self, node: Any) -> str:
        unit = self.book.facts[node].unit if isinstance(node, str) else self.book.rates[node.rate].unit
        return str(unit).rpartition(" a ")[2]

    @staticmethod
    def _set_aside(kind: str, found: dict[str, Any], node: x.Node) -> str:
        name = f"{kind}_{len(found)}"
        found[name] = node
        return name


def _value(fact: Fact, value: Any) -> Any:
    if fact.type == "yes_no":
        return celtypes.BoolType(value)
    if fact.type in ("number", "money"):
        return celtypes.DoubleType(value)
    return _stamp(dt.date.fromisoformat(str(value))) if fact.type == "date" else celtypes.StringType(str(value))


def _stamp(day: dt.date) -> celtypes.TimestampType:
    return celtypes.TimestampType(f"{day}T00:00:00Z")


def _moved(day: dt.date, span: str, back: bool) -> dt.date:
    number, unit = int(span.split()[0]) * (-1 if back else 1), span.split()[1].rstrip("s")
    if unit in ("day", "week"):
        return day + dt.timedelta(number * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days_here(trips: str, start: dt.date, end: dt.date) -> int:
    """Day by day: a day is spent away where somebody left before it and came back after it."""
    asked = Fact.model_validate({"id": "trips", "type": "trips", "question": "?", "label": "?"})
    away = values.trips(asked, trips)
    days = range(start.toordinal(), end.toordinal() + 1)
    return sum(not any(left < day < back for left, back in away) for day in days)
