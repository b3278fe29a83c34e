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


def thresholds(operator: str, left: Number, right: Number) -> Callable[[Env], tuple[Want, ...]]:
    """What an open comparison asks for: where one fact alone decides it, that fact with its thresholds; else all facts
    that are open in it. A fact whose thresholds hang on others waits for these.

    A threshold is found by trying values of the fact in the comparison itself, so that it agrees with the verdict on
    leap days and cents.
    """
    sides = [
        (number.axis, number, other, is_right)
        for number, other, is_right in ((left, right, False), (right, left, True))
        if number.axis is not None
    ]
    known: dict[tuple[bool, int, float], tuple[Cut, ...]] = {}

    def cuts(env: Env) -> tuple[Want, ...]:
        for axis, number, other, is_right in sides:
            low, high = other.of(env)
            if low != high or axis.fact in env.facts or axis.fact in env.closed:
                continue
            key = (is_right, env.day, low)
            if key not in known:
                if len(known) >= _MOST:
                    known.clear()
                known[key] = _cuts(operator, axis, number, low, is_right, env)
            scale = axis.scale
            least, most = env.ranges.get(axis.fact, (scale.value(scale.low), scale.value(scale.high)))
            # What the range that is known settles already is no question.
            inside = tuple(cut for cut in known[key] if least <= cut.edge < most)
            if inside:
                return (Want(axis.fact, inside),)
        return _waiting(tuple(dict.fromkeys((*left.missing(env), *right.missing(env)))))

    on_axes = {axis.fact for axis, *_ in sides}

    def _waiting(wants: tuple[Want, ...]) -> tuple[Want, ...]:
        if all(want.fact in on_axes for want in wants):
            # Nothing else is open, or both sides would wait for each other.
            return wants
        return tuple(
            Want(want.fact, waits=True) if want == Want(want.fact) and want.fact in on_axes else want for want in wants
        )

    return cuts


def _cuts(operator: str, axis: Axis, number: Number, other: float, is_right: bool, env: Env) -> tuple[Cut, ...]:
    """All thresholds along the axis, for one value of the other side."""
    found = []
    # Being the same is being neither more nor less.
    for one in {"==": ("<=", ">="), "!=": ("<", ">")}.get(operator, (operator,)):
        holds = TESTS[one][0]

        def met(step: int, holds: Callable[[Range, Range], bool] = holds) -> bool:
            value = axis.scale.value(step)
            # Its own memory: what is remembered there holds for this one value.
            here = number.of(Env({axis.fact: value}, {}, frozenset(), env.day, env.rates))
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
