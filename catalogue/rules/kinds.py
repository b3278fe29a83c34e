"""The kinds of values that rules work on, and whether an expression puts them together rightly."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalogue.model import Fact
from catalogue.rules import expressions as x
from catalogue.rules import model as m

Place = tuple[str | int, ...]
"""Where something stands in a YAML document."""

_ANY = "any"


@dataclass(frozen=True)
class Kind:
    """What a value is; numbers have a unit (``NZD a week``), None for bare counts."""

    name: Literal["truth", "number", "day", "choice", "trips", "other"]
    unit: str | None = None

    def __str__(self) -> str:
        words = {"truth": "yes or no", "day": "a day", "choice": "a choice", "trips": "trips", "other": "text"}
        return words.get(self.name) or ("a number" if self.unit in (None, _ANY) else f"a number ({self.unit})")


TRUTH, DAY, NUMBER = Kind("truth"), Kind("day"), Kind("number")
_FACTS: dict[str, Kind] = {
    "yes_no": TRUTH, "date": DAY, "choice": Kind("choice"), "trips": Kind("trips"),
}  # fmt: skip
_SINCE = {
    "age": "years",
    "years_since": "years",
    "months_since": "months",
    "weeks_since": "weeks",
    "days_since": "days",
}


def of_fact(fact: Fact) -> Kind:
    """The kind of a fact's value."""
    if fact.type in ("number", "money"):
        return Kind("number", fact.unit)
    return _FACTS.get(fact.type, Kind("other"))


@dataclass
class Scope:
    """The names that an expression can use."""

    facts: Mapping[str, Fact]
    rates: Mapping[str, m.Rate]
    terms: Mapping[str, Kind]
    criteria: Iterable[str] = ()


class Checker:
    """Finds the kind of an expression, and notes what does not fit together."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[tuple[Place, str]] = []

    def kind(self, node: Any, place: Place) -> Kind | None:
        """The kind of ``node``; None where a problem was noted."""
        if isinstance(node, str):
            return self._named(node, place, "fact", self.scope.facts, of_fact)
        if isinstance(node, dt.date):
            return DAY
        if isinstance(node, float):
            return Kind("number", _ANY)
        below = {where: self.kind(part, (*place, *where)) for where, part in x.parts(node)}
        look: Callable[..., Kind | None] = getattr(self, f"_{_CHECKS[type(node)]}")
        return look(node, place, list(below.items()))

    def expect(self, node: Any, place: Place, name: str, unit: str | None = _ANY) -> None:
        """Notes a problem where ``node`` is not of the kind that is wanted."""
        found = self.kind(node, place)
        wanted = Kind(name, unit)  # type: ignore[arg-type]
        if found is not None and not _fits(found, wanted):
            self.note(place, f"this is {found}, where {wanted} is needed")

    def note(self, place: Place, problem: str) -> None:
        """Keeps a problem with its place."""
        self.problems.append((place, problem))

    def _named(
        self, name: str, place: Place, what: str, known: Mapping[str, Any], kind: Callable[[Any], Kind]
    ) -> Kind | None:
        if name in known:
            return kind(known[name])
        close = difflib.get_close_matches(name, known, n=1)
        self.note(place, f"there is no {what} `{name}`" + (f"; did you mean `{close[0]}`?" if close else ""))
        return None

    def _all_are(self, wanted: Kind, below: list[tuple[Place, Kind | None]], place: Place) -> None:
        for where, found in below:
            if found is not None and not _fits(found, wanted):
                self.note((*place, *where), f"this is {found}, where {wanted} is needed")

    def _alike(self, place: Place, kinds: Iterable[Kind | None], doing: str) -> Kind | None:
        """The one kind that all of them are."""
        known = [kind for kind in kinds if kind is not None]
        whole = next((kind for kind in known if kind.unit != _ANY), known[0] if known else None)
        for kind in known:
            if whole is not None and not _fits(kind, whole):
                hint = "; use `per` to count money for another period" if kind.name == whole.name == "number" else ""
                self.note(place, f"`{doing}` puts {whole} and {kind} together{hint}")
                return None
        return whole

    def _logic(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        self._all_are(TRUTH, below, place)
        if isinstance(node, x.AtLeast) and node.at_least > len(node.of):
            self.note(place, f"`at_least: {node.at_least}` of only {len(node.of)} can never hold")
        return TRUTH

    def _compare(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        sides = x.parts(node)
        name = next(iter(sides))[0][0]
        whole = self._alike(place, (kind for _, kind in below), str(name))
        if whole is not None and whole.name not in ("number", "day"):
            self.note(place, f"`{name}` compares numbers or days; for {whole} use it as it stands, or `is` or `in`")
        if whole is not None and (whole.unit or "").startswith("NZD"):
            bare = [part for _, part in x.parts(node) if isinstance(part, float) and part != 0]
            if bare:
                self.note(place, f"the amount {bare[0]:g} stands in the rule; put it among the rates, with its source")
        return TRUTH

    def _chosen(self, node: x.Node, place: Place, below: object) -> Kind | None:
        pairs = node.chosen if isinstance(node, x.Is) else getattr(node, "among", {})
        key = "is" if isinstance(node, x.Is) else "in"
        for name, wanted in pairs.items():
            kind = self._named(name, (*place, key, name), "fact", self.scope.facts, of_fact)
            if kind is None:
                return None
            if kind.name != "choice":
                self.note((*place, key, name), f"`{name}` is {kind}, and `{key}` needs a choice")
                return None
            options = [option.id for option in self.scope.facts[name].options]
            for value in (wanted,) if isinstance(wanted, str) else wanted:
                if value not in options:
                    self.note((*place, key, name), f"`{name}` has no option `{value}`; it has {', '.join(options)}")
        return TRUTH

    def _since(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        self._all_are(DAY, below, place)
        return Kind("number", _SINCE[str(below[0][0][0])] if below else None)

    def _shift(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        self._all_are(DAY, below, place)
        return DAY

    def _present(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        assert isinstance(node, x.DaysPresent)  # noqa: S101 - by the table below
        where = (*place, "days_present")
        kind = self._named(node.days_present, where, "fact", self.scope.facts, of_fact)
        if kind is not None and kind.name != "trips":
            self.note(where, f"`{node.days_present}` is {kind}, and `days_present` needs trips")
        self._all_are(DAY, below, place)
        return Kind("number", "days")

    def _sum(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind | None:
        doing = next(iter(type(node).model_fields.values())).alias or next(iter(type(node).model_fields))
        whole = self._alike(place, (kind for _, kind in below), doing)
        days = DAY if isinstance(node, (x.Least, x.Most)) else NUMBER
        if whole is not None and whole.name not in ("number", days.name):
            self.note(place, f"`{doing}` works on numbers, and this is {whole}")
            return None
        return whole

    def _times(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind | None:
        self._all_are(Kind("number", _ANY), below, place)
        units = {kind.unit for _, kind in below if kind is not None and kind.unit and kind.unit != _ANY}
        counted = {unit for unit in units if unit.startswith("NZD")} or units
        if len(counted) > 1:
            self.note(place, "`*` takes one part with a unit")
            return None
        return Kind("number", counted.pop() if counted else _ANY)

    def _over(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind | None:
        self._all_are(Kind("number", _ANY), below, place)
        first, second = (kind for _, kind in below)
        if second is not None and (second.unit or "").startswith("NZD"):
            self.note(place, f"`/` divides by a number without a currency, and this is {second}")
            return None
        return first

    def _per(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind | None:
        assert isinstance(node, x.Per)  # noqa: S101 - by the table below
        kind = below[0][1] if below else None
        if kind is None:
            return None
        what, _, period = (kind.unit or "").partition(" a ")
        if kind.name != "number" or period not in ("week", "fortnight", "month", "quarter", "year"):
            self.note(place, f"`per` needs an amount for a period, such as `NZD a week`, and this is {kind}")
            return None
        return Kind("number", f"{what} a {node.per}")

    def _if(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind | None:
        self._all_are(TRUTH, below[0:-1:2], place)
        return self._alike(place, [kind for _, kind in (*below[1::2], below[-1])], "if")

    def _step(self, node: x.Node, place: Place, below: list[tuple[Place, Kind | None]]) -> Kind:
        assert isinstance(node, x.Steps)  # noqa: S101 - by the table below
        wanted = DAY if isinstance(node.steps[0][0], dt.date) else Kind("number", _ANY)
        self._all_are(wanted, below, place)
        return Kind("number", _ANY)

    def _term(self, node: x.Node, place: Place, below: object) -> Kind | None:
        return self._named(str(getattr(node, "term", "")), place, "term", self.scope.terms, lambda kind: kind)

    def _rate(self, node: x.Node, place: Place, below: object) -> Kind | None:
        name = str(getattr(node, "rate", ""))
        return self._named(name, place, "rate", self.scope.rates, lambda rate: Kind("number", rate.unit))

    def _criterion(self, node: x.Node, place: Place, below: object) -> Kind | None:
        known = dict.fromkeys(self.scope.criteria, TRUTH)
        return self._named(str(getattr(node, "criterion", "")), place, "criterion", known, lambda kind: kind)

    def _fact(self, node: x.Node, place: Place, below: object) -> Kind | None:
        return self._named(str(getattr(node, "fact", "")), place, "fact", self.scope.facts, of_fact)

    def _season(self, node: x.Node, place: Place, below: object) -> Kind:
        return TRUTH

    def _today(self, node: x.Node, place: Place, below: object) -> Kind:
        return DAY


def _fits(found: Kind, wanted: Kind) -> bool:
    if found.name != wanted.name:
        return False
    return found.unit == wanted.unit or _ANY in (found.unit, wanted.unit)


_CHECKS: dict[type[x.Node], str] = {
    **dict.fromkeys((x.All, x.AnyOf, x.Not, x.AtLeast), "logic"),
    **dict.fromkeys((x.Equal, x.Differs, x.Less, x.AtMost, x.More, x.NotLess, x.Between), "compare"),
    **dict.fromkeys((x.Is, x.In), "chosen"),
    **dict.fromkeys((x.Age, x.YearsSince, x.MonthsSince, x.WeeksSince, x.DaysSince), "since"),
    **dict.fromkeys((x.Plus, x.Minus, x.Least, x.Most), "sum"),
    x.Shift: "shift",
    x.DaysPresent: "present",
    x.Times: "times",
    x.Over: "over",
    x.Per: "per",
    x.If: "if",
    x.Steps: "step",
    x.TermOf: "term",
    x.RateOf: "rate",
    x.CriterionOf: "criterion",
    x.FactOf: "fact",
    x.Today: "today",
    x.Season: "season",
}
"""Which method looks at which kind of node."""
