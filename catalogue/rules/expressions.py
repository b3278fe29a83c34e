"""The operators of rules, each a model: trees in the shape of JsonLogic.

A node is a mapping whose key names the operator: ``{">=": [{age: date_of_birth}, 65]}``. A plain string names a fact
(in ``requires``: a criterion). Every node is a model of its own, so that a misspelt operator is an error at loading.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from catalogue.model import FactId, Strict

Period = Literal["week", "fortnight", "month", "quarter", "year"]
"""What money can be counted in."""


def _span(value: str) -> str:
    if not re.fullmatch(r"\d+ (days?|weeks?|months?|years?)", value):
        raise ValueError(f"a span reads like `2 years` or `90 days`, not `{value}`")
    return value


def some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """At least one. Unlike ``min_length``, it does not add to the complaint about an item that is wrong."""
    if not items:
        raise ValueError("the list is empty; put something into it")
    return items


Span = Annotated[str, AfterValidator(_span)]


def _month_day(value: str) -> str:
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value):
        raise ValueError(f"a day of the year is a month and a day like `05-01`, not `{value}`")
    return value


MonthDay = Annotated[str, AfterValidator(_month_day)]


class Node(Strict):
    """One operator with what it works on."""


class FactOf(Node):
    """The value of a fact."""

    fact: FactId


class TermOf(Node):
    """A term of the law that several rules share, such as the residential requirement."""

    term: FactId


class CriterionOf(Node):
    """Whether a criterion of this rule is met."""

    criterion: FactId


class All(Node):
    """Every one holds."""

    all: Annotated[tuple[Expr, ...], AfterValidator(some)]


class AnyOf(Node):
    """At least one holds."""

    any: Annotated[tuple[Expr, ...], AfterValidator(some)]


class Not(Node):
    """It does not hold."""

    negated: Expr = Field(alias="not")


class AtLeast(Node):
    """At least so many of these hold."""

    at_least: int = Field(ge=1)
    of: Annotated[tuple[Expr, ...], AfterValidator(some)]


class Compare(Node):
    """Two numbers, two amounts for the same period, or two days."""

    def sides(self) -> tuple[str, Expr, Expr]:
        """The operator and both sides."""
        name = next(iter(type(self).model_fields))
        left, right = getattr(self, name)
        return str(type(self).model_fields[name].alias), left, right


class Equal(Compare):
    """The same."""

    pair: tuple[Expr, Expr] = Field(alias="==")


class Differs(Compare):
    """Not the same."""

    pair: tuple[Expr, Expr] = Field(alias="!=")


class Less(Compare):
    """Below."""

    pair: tuple[Expr, Expr] = Field(alias="<")


class AtMost(Compare):
    """Not above."""

    pair: tuple[Expr, Expr] = Field(alias="<=")


class More(Compare):
    """Above."""

    pair: tuple[Expr, Expr] = Field(alias=">")


class NotLess(Compare):
    """Not below."""

    pair: tuple[Expr, Expr] = Field(alias=">=")


class Between(Node):
    """From the second to the third, both included."""

    between: tuple[Expr, Expr, Expr]


class Is(Node):
    """The fact has this one of its options: ``{is: {relationship: single}}``."""

    chosen: dict[FactId, str] = Field(alias="is", min_length=1, max_length=1)


class In(Node):
    """The fact has one of these of its options: ``{in: {relationship: [married, de_facto]}}``."""

    among: dict[FactId, tuple[str, ...]] = Field(alias="in", min_length=1, max_length=1)


class Since(Node):
    """Whole days, weeks, months or years from a day to the day of the check, or to the day ``at``."""

    at: Expr | None = None

    def start(self) -> tuple[str, Expr]:
        """The unit and the day that it counts from."""
        name = next(name for name in type(self).model_fields if name != "at")
        return name, getattr(self, name)


class Age(Since):
    """How old someone is who was born on that day, in years."""

    age: Expr


class YearsSince(Since):
    """Whole years."""

    years_since: Expr


class MonthsSince(Since):
    """Whole months."""

    months_since: Expr


class WeeksSince(Since):
    """Whole weeks."""

    weeks_since: Expr


class DaysSince(Since):
    """Days."""

    days_since: Expr


class Today(Node):
    """The day of the check."""

    today: Literal[True]


class Shift(Node):
    """A day moved on by a span (or moved ``back``)."""

    shift: Expr
    by: Span
    back: bool = False


class Season(Node):
    """The day of the check lies in this part of the year, both days included: ``{season: [05-01, 10-01]}``."""

    season: tuple[MonthDay, MonthDay]


class DaysPresent(Node):
    """Days in New Zealand from one day to another (both counted), from the person's trips overseas."""

    days_present: FactId
    since: Expr = Field(alias="from")
    until: Expr = Field(alias="to")


class Plus(Node):
    """The sum."""

    plus: tuple[Expr, ...] = Field(alias="+", min_length=2)


class Minus(Node):
    """The first less the second."""

    minus: tuple[Expr, Expr] = Field(alias="-")


class Times(Node):
    """The product; at most one of them has a unit."""

    times: tuple[Expr, Expr] = Field(alias="*")


class Over(Node):
    """The first divided by the second, which has no currency."""

    over: tuple[Expr, Expr] = Field(alias="/")


class Least(Node):
    """The smallest."""

    min: tuple[Expr, ...] = Field(min_length=2)


class Most(Node):
    """The largest."""

    max: tuple[Expr, ...] = Field(min_length=2)


class RateOf(Node):
    """A rate of the catalogue on the day of the check."""

    rate: FactId


class Per(Node):
    """Money or hours counted for another period, at 52 weeks to the year."""

    per: Period
    of: Expr


class If(Node):
    """Condition, value, condition, value, ..., value otherwise."""

    branches: tuple[Expr, ...] = Field(alias="if", min_length=3)

    @model_validator(mode="after")
    def _odd(self) -> If:
        if len(self.branches) % 2 == 0:
            raise ValueError("`if` takes condition, value, ..., and a last value for all else: an odd number of parts")
        return self


class Steps(Node):
    """A value that goes up in steps: ``below`` the first step, then that of the last step reached."""

    step: Expr
    below: float
    steps: tuple[tuple[dt.date | float, float], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Steps:
        starts = [start for start, _ in self.steps]
        if any(type(start) is not type(starts[0]) for start in starts) or starts != sorted(starts):
            raise ValueError("`steps` go up: list them from the lowest start to the highest, all days or all numbers")
        return self


_KINDS: dict[str, type[Node]] = {
    "fact": FactOf,
    "term": TermOf,
    "criterion": CriterionOf,
    "rate": RateOf,
    "today": Today,
    "season": Season,
    "all": All,
    "any": AnyOf,
    "not": Not,
    "at_least": AtLeast,
    "is": Is,
    "in": In,
    "if": If,
    "between": Between,
    "==": Equal,
    "!=": Differs,
    "<": Less,
    "<=": AtMost,
    ">": More,
    ">=": NotLess,
    "age": Age,
    "years_since": YearsSince,
    "months_since": MonthsSince,
    "weeks_since": WeeksSince,
    "days_since": DaysSince,
    "shift": Shift,
    "days_present": DaysPresent,
    "per": Per,
    "step": Steps,
    "+": Plus,
    "-": Minus,
    "*": Times,
    "/": Over,
    "min": Least,
    "max": Most,
}
OPERATORS: tuple[str, ...] = tuple(_KINDS)
"""Every operator that a rule can use."""

_NAMES = {kind: name for name, kind in _KINDS.items()}


def _tag(value: Any) -> str | None:
    """Which kind of expression it is, in angle brackets: the tags are not in the file."""
    if isinstance(value, Node):
        return f"<{_NAMES[type(value)]}>"
    if isinstance(value, dict):
        return next((f"<{key}>" for key in value if key in _KINDS), None)
    if isinstance(value, dt.date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return "<day>"
    if isinstance(value, str):
        return "<name>"
    return "<n>" if isinstance(value, (int, float)) and not isinstance(value, bool) else None


if TYPE_CHECKING:
    Expr: TypeAlias = Node | str | dt.date | float
else:
    _PLAIN = (Annotated[FactId, Tag("<name>")], Annotated[dt.date, Tag("<day>")], Annotated[float, Tag("<n>")])
    _NODES = tuple(Annotated[kind, Tag(f"<{name}>")] for name, kind in _KINDS.items())
    # A named alias: the kinds hold each other, and pydantic must meet each of them once only.
    Expr = TypeAliasType(
        "Expr",
        Annotated[
            Union[(*_NODES, *_PLAIN)],
            Discriminator(
                _tag,
                custom_error_type="operator",
                custom_error_message=f"no operator that the rules know; they are {', '.join(OPERATORS)}",
            ),
        ],
    )
"""Any node, the name of a fact, a day or a number."""


_SINGLE: dict[type[Node], tuple[str, ...]] = {
    Not: ("negated",), Age: ("age", "at"), YearsSince: ("years_since", "at"), MonthsSince: ("months_since", "at"),
    WeeksSince: ("weeks_since", "at"), DaysSince: ("days_since", "at"), Shift: ("shift",),
    DaysPresent: ("since", "until"), Per: ("of",), Steps: ("step",),
}  # fmt: skip


def parts(node: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The expressions right below a node, each with its place in the YAML."""
    if not isinstance(node, Node):
        return
    for name, field in type(node).model_fields.items():
        key, value = field.alias or name, getattr(node, name)
        if isinstance(value, tuple) and name not in ("steps", "season"):
            yield from (((key, number), one) for number, one in enumerate(value))
        elif name in _SINGLE.get(type(node), ()) and value is not None:
            yield (key,), value
