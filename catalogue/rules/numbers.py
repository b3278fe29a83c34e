"""Numbers and days as ranges: facts, rates, sums, steps, and the days between."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable

from catalogue import days
from catalogue.bounds import Scale
from catalogue.rules.closures import (
    ANYTHING,
    BIG,
    Axis,
    Because,
    Env,
    Number,
    Range,
    Truth,
    Want,
    names_of,
    rates_of,
)

_FIRST, _LAST = dt.date.min.toordinal(), dt.date.max.toordinal()
_DECIMALS = 6


def constant(value: float) -> Number:
    """A number or day that the rule itself names."""
    both = (value, value)
    return Number(lambda env: both, _nothing_used, lambda env: (), ())


def today() -> Number:
    """The day of the check."""
    return Number(lambda env: (env.day, env.day), _nothing_used, lambda env: (), ())


def rate(name: str) -> Number:
    """A rate on the day of the check."""
    return Number(lambda env: env.rates[name], _nothing_used, lambda env: (), (), (name,))


def fact_number(name: str, lowest: float | None, highest: float | None, scale: Scale) -> Number:
    """A fact; while it is not known, it lies in the range that is known, or is anything that the vocabulary allows."""
    allowed = (-BIG if lowest is None else lowest, BIG if highest is None else highest)

    def of(env: Env) -> Range:
        value = env.facts.get(name)
        return env.ranges.get(name, allowed) if value is None else (value, value)

    return Number(of, _uses(name), _misses(name), (name,), axis=Axis(name, scale))


def _uses(name: str) -> Callable[[Env, Because], None]:
    def used(env: Env, because: Because) -> None:
        if name in env.facts or name in env.ranges:
            because.facts.add(name)

    return used


def _misses(name: str) -> Callable[[Env], tuple[Want, ...]]:
    wanted = (Want(name),)
    return lambda env: () if name in env.facts or name in env.closed else wanted


def _nothing_used(env: Env, because: Because) -> None:
    """What takes no facts."""


def combined(parts: tuple[Number, ...], of: Callable[[Env], Range], *, is_steady: bool = True) -> Number:
    """A number made of others.

    Args:
        is_steady: where one part changes and the others stay, it goes only up, or only down.
    """
    changing = [part for part in parts if part.names]
    axis = changing[0].axis if is_steady and len(changing) == 1 else None

    def used(env: Env, because: Because) -> None:
        for part in parts:
            part.used(env, because)

    def missing(env: Env) -> tuple[Want, ...]:
        return tuple(dict.fromkeys(want for part in parts for want in part.missing(env)))

    return Number(of, used, missing, names_of(parts), rates_of(parts), axis)


def plus(parts: tuple[Number, ...]) -> Number:
    """The sum."""

    def of(env: Env) -> Range:
        ranges = [part.of(env) for part in parts]
        return _clip(sum(low for low, _ in ranges), sum(high for _, high in ranges))

    return combined(parts, of)


def minus(left: Number, right: Number) -> Number:
    """The difference."""

    def of(env: Env) -> Range:
        (low, high), (least, most) = left.of(env), right.of(env)
        return _clip(low - most, high - least)

    return combined((left, right), of)


def times(left: Number, right: Number) -> Number:
    """The product."""

    def of(env: Env) -> Range:
        corners = [one * other for one in left.of(env) for other in right.of(env)]
        return _clip(min(corners), max(corners))

    return combined((left, right), of)


def over(left: Number, right: Number) -> Number:
    """The first divided by the second; anything while the second could be 0."""

    def of(env: Env) -> Range:
        low, high = right.of(env)
        if low <= 0 <= high:
            return ANYTHING
        corners = [one / other for one in left.of(env) for other in (low, high)]
        return _clip(min(corners), max(corners))

    return combined((left, right), of, is_steady=not right.names)


def extreme(parts: tuple[Number, ...], choose: Callable[..., float]) -> Number:
    """The smallest or the largest."""

    def of(env: Env) -> Range:
        ranges = [part.of(env) for part in parts]
        return choose(low for low, _ in ranges), choose(high for _, high in ranges)

    return combined(parts, of)


def scaled(part: Number, factor: float) -> Number:
    """Money counted for another period."""

    def of(env: Env) -> Range:
        low, high = part.of(env)
        return _clip(low * factor, high * factor)

    return combined((part,), of)


def steps(part: Number, below: float, rising: list[tuple[float, float]]) -> Number:
    """A value that goes up in steps."""
    starts = [start for start, _ in rising]
    values = [below, *(value for _, value in rising)]

    def of(env: Env) -> Range:
        low, high = part.of(env)
        reached = values[bisect_right(starts, low) : bisect_right(starts, high) + 1]
        return min(reached), max(reached)

    return combined((part,), of, is_steady=values == sorted(values) or values == sorted(values, reverse=True))


def if_number(conditions: tuple[Truth, ...], values: tuple[Number, ...]) -> Number:
    """The value of the first condition that holds; while that is open, all that it can still be."""
    everything: tuple[Truth | Number, ...] = (*conditions, *values)

    def branches(env: Env) -> tuple[list[Truth], list[Number]]:
        looked, possible = [], []
        for condition, value in zip(conditions, values, strict=False):
            one = condition.of(env)
            looked.append(condition)
            if one is not False:
                possible.append(value)
            if one is True:
                return looked, possible
        return looked, [*possible, values[-1]]

    def of(env: Env) -> Range:
        ranges = [value.of(env) for value in branches(env)[1]]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def used(env: Env, because: Because) -> None:
        for part in (one for group in branches(env) for one in group):
            part.used(env, because)

    def missing(env: Env) -> tuple[Want, ...]:
        looked, possible = branches(env)
        open_ = [want for one in looked if one.of(env) is None for want in one.plan(env).wants]
        return tuple(dict.fromkeys([*open_, *(want for one in possible for want in one.missing(env))]))

    return Number(of, used, missing, names_of(everything), rates_of(everything))


def since(start: Number, end: Number, count: Callable[[dt.date, dt.date], int]) -> Number:
    """Days, weeks, months or years from one day to another."""

    def of(env: Env) -> Range:
        (early, late), (first, last) = start.of(env), end.of(env)
        longest: float = BIG
        if early >= _FIRST and last <= _LAST:
            longest = count(dt.date.fromordinal(int(early)), dt.date.fromordinal(int(last)))
            if early == late and first == last:
                return longest, longest
        if late > _LAST or first < _FIRST:
            return -BIG, longest
        return count(dt.date.fromordinal(int(late)), dt.date.fromordinal(int(first))), longest

    return combined((start, end), of)


COUNTS: dict[str, Callable[[dt.date, dt.date], int]] = {
    "days_since": lambda start, end: (end - start).days,
    "weeks_since": lambda start, end: (end - start).days // 7,
    "months_since": days.months,
    "years_since": lambda start, end: days.months(start, end) // 12,
    "age": lambda start, end: days.months(start, end) // 12,
}


def shifted(part: Number, span: str, back: bool) -> Number:
    """A day moved by a span."""

    def move(day: float) -> float:
        if not _FIRST <= day <= _LAST:
            return day
        try:
            return days.count(dt.date.fromordinal(int(day)), span, back=back).toordinal()
        except (OverflowError, ValueError):
            return -BIG if back else BIG

    def of(env: Env) -> Range:
        low, high = part.of(env)
        first = move(low)
        return first, first if low == high else move(high)

    return combined((part,), of)


def present(name: str, start: Number, end: Number) -> Number:
    """Days in the country from one day to another. The days of leaving and of coming back count as days here."""

    def of(env: Env) -> Range:
        (early, first), (last, late) = start.of(env), end.of(env)
        if early != first or last != late or not (first >= _FIRST and last <= _LAST):
            return ANYTHING
        whole = max(0, last - first + 1)
        trips = env.facts.get(name)
        if trips is None:
            return 0, whole
        away, reached = 0.0, first - 1
        for left, back in trips:
            begin, finish = max(left + 1, reached + 1), min(back - 1, last)
            if finish >= begin:
                away += finish - begin + 1
                reached = finish
        return whole - away, whole - away

    whole = combined((start, end), of, is_steady=False)

    def used(env: Env, because: Because) -> None:
        whole.used(env, because)
        _uses(name)(env, because)

    def missing(env: Env) -> tuple[Want, ...]:
        return (*whole.missing(env), *_misses(name)(env))

    return Number(of, used, missing, (name, *whole.names), whole.rates)


def _clip(low: float, high: float) -> Range:
    return max(-BIG, round(low, _DECIMALS)), min(BIG, round(high, _DECIMALS))
