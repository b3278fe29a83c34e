"""Where a comparison turns: the thresholds of the one fact that it is still open for."""

from __future__ import annotations

from collections.abc import Callable

from catalogue.rules.closures import Axis, Cut, Env, Number, Range, Want

TESTS: dict[str, tuple[Callable[[Range, Range], bool], Callable[[Range, Range], bool]]] = {
    ">=": (lambda a, b: a[0] >= b[1], lambda a, b: a[1] < b[0]),
    ">": (lambda a, b: a[0] > b[1], lambda a, b: a[1] <= b[0]),
    "<=": (lambda a, b: a[1] <= b[0], lambda a, b: a[0] > b[1]),
    "<": (lambda a, b: a[1] < b[0], lambda a, b: a[0] >= b[1]),
    "==": (lambda a, b: a[0] == a[1] == b[0] == b[1], lambda a, b: a[1] < b[0] or b[1] < a[0]),
    "!=": (lambda a, b: a[1] < b[0] or b[1] < a[0], lambda a, b: a[0] == a[1] == b[0] == b[1]),
}
"""By operator, when a comparison of two ranges surely holds, and when it surely does not."""

_MOST = 256
"""Thresholds that one comparison remembers. They change with the day, and with what the other side comes to."""


def thresholds(operator: str, left: Number, right: Number) -> Callable[[Env], tuple[Want, ...] | None]:
    """What an open comparison asks for where one fact alone decides it: that fact, and its thresholds. None where more
    facts are open, or the fact's value itself is needed.

    A threshold is found by trying values of the fact in the comparison itself, so that it agrees with the verdict on
    leap days and cents.
    """
    sides = [(axis, left.of, right.of, False) for axis in (left.axis,) if axis is not None]
    sides += [(axis, right.of, left.of, True) for axis in (right.axis,) if axis is not None]
    known: dict[tuple[bool, int, float], tuple[Cut, ...]] = {}

    def cuts(env: Env) -> tuple[Want, ...] | None:
        for axis, changing, other, is_right in sides:
            if axis.fact in env.facts or axis.fact in env.closed:
                continue
            low, high = other(env)
            if low != high:
                continue
            key = (is_right, env.day, low)
            found = known.get(key)
            if found is None:
                if len(known) >= _MOST:
                    known.clear()
                found = known[key] = _cuts(operator, axis, changing, low, is_right, env)
            # What the range that is known settles already is no question.
            least, most = env.ranges.get(axis.fact, (axis.scale.value(axis.scale.low), axis.scale.value(axis.scale.high)))
            inside = tuple(cut for cut in found if least <= cut.edge < most)
            if inside:
                return (Want(axis.fact, inside),)
        return None

    return cuts


def _cuts(
    operator: str, axis: Axis, changing: Callable[[Env], Range], other: float, is_right: bool, env: Env
) -> tuple[Cut, ...]:
    """All thresholds along the axis, for one value of the other side."""
    found = []
    # Being the same is being neither more nor less.
    for one in {"==": ("<=", ">="), "!=": ("<", ">")}.get(operator, (operator,)):
        holds = TESTS[one][0]

        def met(step: int, holds: Callable[[Range, Range], bool] = holds) -> bool:
            value = axis.scale.value(step)
            # Its own memory: what is remembered there holds for this one value.
            here = changing(Env({axis.fact: value}, {}, frozenset(), env.day, env.rates))
            there = (other, other)
            return holds(there, here) if is_right else holds(here, there)

        cut = _turn(met, axis)
        if cut is not None:
            found.append(cut)
    return tuple(found)


def _turn(met: Callable[[int], bool], axis: Axis) -> Cut | None:
    """The one place where ``met`` turns; None where it never does."""
    low, high = axis.scale.low, axis.scale.high
    is_met_below, is_met_above = met(low), met(high)
    if is_met_below is is_met_above:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if met(middle) is is_met_below:
            low = middle
        else:
            high = middle
    return Cut(axis.scale.value(low), is_met_above)
