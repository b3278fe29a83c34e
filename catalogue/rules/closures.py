"""What an expression is compiled to: closures over what a check knows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from catalogue.bounds import Scale

Verdict = bool | None
Range = tuple[float, float]
"""The least and the most that a number can be. Days are counted as ordinals."""

BIG = 1e15
ANYTHING: Range = (-BIG, BIG)
STUCK = math.inf
"""The cost of what no question can settle any more."""


class Env:
    """What a check knows: the values of facts, the ranges in which others lie, which facts may not be asked again, the
    day and its rates.
    """

    __slots__ = ("closed", "day", "facts", "memo", "ranges", "rates")

    def __init__(
        self,
        facts: Mapping[str, Any],
        ranges: Mapping[str, Range],
        closed: frozenset[str],
        day: int,
        rates: Mapping[str, Range],
    ) -> None:
        self.facts, self.ranges, self.closed, self.day, self.rates = facts, ranges, closed, day, rates
        self.memo: dict[object, Any] = {}


@dataclass
class Because:
    """What decided a verdict."""

    facts: set[str] = field(default_factory=set)
    criteria: set[str] = field(default_factory=set)


class Cut(NamedTuple):
    """A threshold: ``edge`` is the last value below it. ``above`` says on which side the test is met."""

    edge: float
    above: bool


class Want(NamedTuple):
    """A fact that can still matter. With ``cuts`` it is enough to know on which side of each of them it lies; one that
    ``waits`` will have cuts as soon as other facts, which are wanted too, say where they are.
    """

    fact: str
    cuts: tuple[Cut, ...] = ()
    waits: bool = False


class Plan(NamedTuple):
    """How an open question would be settled: how likely with a yes, with how many questions, and which ones first."""

    likely: float
    cost: float
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A test: its verdict, what decided it, and what to ask while it is open. ``names`` are the facts in it."""

    of: Callable[[Env], Verdict]
    used: Callable[[Env, Because], None]
    plan: Callable[[Env], Plan]
    names: tuple[str, ...]
    rates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """A fact along whose values a number goes only up, or only down."""

    fact: str
    scale: Scale


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a day: its range, and the known and the missing facts that it depends on. With an ``axis`` it depends
    on that one fact only.
    """

    of: Callable[[Env], Range]
    used: Callable[[Env, Because], None]
    missing: Callable[[Env], tuple[Want, ...]]
    names: tuple[str, ...]
    rates: tuple[str, ...] = ()
    axis: Axis | None = None


def names_of(parts: tuple[Truth | Number, ...]) -> tuple[str, ...]:
    """The facts in all of them, each once, in order."""
    return tuple(dict.fromkeys(name for part in parts for name in part.names))


def rates_of(parts: tuple[Truth | Number, ...]) -> tuple[str, ...]:
    """The rates in all of them."""
    return tuple(dict.fromkeys(name for part in parts for name in part.rates))


_Value = TypeVar("_Value")


def once(of: Callable[[Env], _Value]) -> Callable[[Env], _Value]:
    """The same, worked out once in a check: what several rules share need not be worked out for each."""
    key = object()

    def remembered(env: Env) -> _Value:
        memo = env.memo
        if key in memo:
            found: _Value = memo[key]
            return found
        found = memo[key] = of(env)
        return found

    return remembered


def remembering(part: Truth | Number) -> Truth | Number:
    """The same, worked out once in a check."""
    if isinstance(part, Truth):
        return replace(part, of=once(part.of))
    return replace(part, of=once(part.of))
