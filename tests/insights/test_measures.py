"""Result 10's figure: what was published comes out again, and today's is made the same way."""

import datetime as dt
import doctest

import pytest
from pydantic import ValidationError

from insights import Count, measures, published


def test_examples_in_the_docstrings() -> None:
    assert doctest.testmod(measures).failed == 0
    assert doctest.testmod(measures).attempted > 0


@pytest.mark.parametrize(("quarter", "within"), [("2015-Q1", 0.05), ("2016-Q1", 0.05), ("2015-Q4", 0.15)])
def test_the_published_means_come_out_of_the_published_shares(quarter: str, within: float) -> None:
    """The last one was published as 52.9 and computes to 53.0: its inputs were revised, or rounded."""
    then = published()
    assert then.mean(quarter) == pytest.approx(then.means[quarter], abs=within)


def test_a_quarter_with_a_gap_has_no_mean() -> None:
    """The mean of nine services is no figure to set beside the mean of ten."""
    assert published().mean("2017-Q2") is None


def test_ten_services_of_eight_agencies() -> None:
    then = published()
    assert len(then.services) == 10
    agencies = {one.agency for one in then.services}
    # The page lists Immigration New Zealand by its own name, a part of MBIE.
    assert len(agencies) == 8


@pytest.mark.parametrize("wrong", [{"quarter": "2026-4"}, {"digital": 5}, {"digital": -1}, {"total": 0}])
def test_counts_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Count.model_validate({"service": "a", "quarter": "2026-Q4", "digital": 3, "total": 4, **wrong})


def test_quarters_follow_each_other_over_the_year_s_end() -> None:
    assert measures.next_quarter("2026-Q4") == "2027-Q1"
    assert measures.last_quarters(dt.date(2027, 1, 1), 2) == ["2026-Q4", "2027-Q1"]
