"""Bounds: how they are written, what they hold, and where two of them meet."""

import datetime as dt
import doctest
import math
from typing import Any

import pytest

from catalogue import bounds
from catalogue.bounds import Bound
from catalogue.model import Fact


def fact(type: str, **more: Any) -> Fact:
    return Fact.model_validate({"id": "it", "type": type, "question": "?", "label": "?", **more})


DAY, PAY, COUNT = fact("date"), fact("money", minimum=0), fact("number", minimum=0, maximum=20, whole=True)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (DAY, "../1961-11-25"),
        (DAY, "1961-11-26/.."),
        (DAY, "1961-11-26/1990-01-01"),
        (PAY, "../655.4"),
        (PAY, "655.41/.."),
        (COUNT, "2/5"),
    ],
)
def test_a_bound_is_written_as_it_is_read(of: Fact, text: str) -> None:
    assert bounds.is_written(of, text)
    read = bounds.read(of, text)
    whole = bounds.all_of(of)
    opened = Bound(-math.inf if read.low == whole.low else read.low, math.inf if read.high == whole.high else read.high)
    assert bounds.write(of, opened) == text


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (DAY, "../.."),
        (DAY, "yesterday/.."),
        (DAY, "1990-01-01"),
        (DAY, "1990-01-01/1980-01-01"),
        (DAY, "0001-01-01/.."),
        (PAY, "1e5/.."),
        (PAY, "nan/.."),
        (PAY, "../-1"),
        (COUNT, "21/.."),
        (COUNT, "1/2/3"),
    ],
)
def test_what_is_no_bound_says_how_to_write_one(of: Fact, text: str) -> None:
    with pytest.raises(ValueError, match=r"reads like|can be"):
        bounds.read(of, text)


def test_no_value_is_taken_for_a_bound() -> None:
    for of, value in (
        (DAY, "1990-03-27"),
        (PAY, 20.5),
        (fact("trips"), "2024-03-01/2024-03-20"),
        (fact("text"), "a/b"),
    ):
        assert not bounds.is_written(of, value)


def test_between_two_cents_a_bound_gives_way() -> None:
    assert bounds.read(PAY, "10.004/20.006") == Bound(10.0, 20.01)
    assert bounds.read(PAY, "../69074.07").high == 69074.07


def test_both_sides_of_a_cut_meet_and_hold_everything_between_them() -> None:
    assert bounds.cut(PAY, 655.4) == (Bound(-math.inf, 655.4), Bound(655.41, math.inf))
    assert bounds.cut(COUNT, 2) == (Bound(-math.inf, 2), Bound(3, math.inf))
    below, above = bounds.cut(DAY, dt.date(2024, 2, 28).toordinal())
    assert (above.low - below.high, below.within(above)) == (1, None)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(bounds).failed == 0
