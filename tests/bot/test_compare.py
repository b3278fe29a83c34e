"""What a candidate is refused for, and the floors that a model's own figures give."""

from __future__ import annotations

import pytest

from bot.evaluate import broken
from bot.measure.compare import less, on_balance, sunk
from bot.measure.floors import below

NAMED = {"least": {"top_1": 0.85, "crisis_recall": 1.0}, "most": {"loss_confused": 0, "accepted_wrong": 0.04}}


@pytest.mark.parametrize(
    ("rows", "better", "worse", "is_refused"),
    [
        (868, 53, 21, False),
        (868, 13, 38, True),
        (868, 10, 14, False),
        (868, 10, 15, True),
        (139, 0, 1, False),
        (139, 0, 2, True),
    ],
)
def test_a_candidate_that_reads_more_worse_than_better_is_refused(
    rows: int, better: int, worse: int, is_refused: bool
) -> None:
    reasons = on_balance("own", rows, better, worse)
    assert bool(reasons) is is_refused
    assert all(f"{worse} of {rows} rows are read worse" in one for one in reasons)


def test_neither_fewer_crises_nor_more_confused_losses_are_bought_with_other_figures() -> None:
    was = {"crisis_recall": 0.95, "loss_confused": 1, "top_1": 0.7}
    assert less("own", was, {"crisis_recall": 0.95, "loss_confused": 1, "top_1": 0.6}) == []
    assert less("own", was, {"crisis_recall": 0.94, "loss_confused": 2, "top_1": 0.9}) == [
        "own: crisis_recall falls from 0.95 to 0.94",
        "own: loss_confused rises from 1 to 2",
    ]


def test_floors_stand_a_little_below_what_was_measured_and_counts_and_crises_not_at_all() -> None:
    measured = {"top_1": 0.8, "crisis_recall": 0.95, "loss_confused": 1, "accepted_wrong": 0.03, "refused": 0.1}
    made = below(measured, NAMED)
    assert made == {
        "least": {"top_1": 0.75, "crisis_recall": 0.95},
        "most": {"loss_confused": 1, "accepted_wrong": 0.08},
    }
    assert broken("own", measured, {"own": made}) == [], "a model keeps its own floors"
    worse = {**measured, "top_1": 0.74, "loss_confused": 2}
    assert broken("own", worse, {"own": made}) == [
        "own: top_1 is 0.74, at least 0.75 is needed",
        "own: loss_confused is 2, at most 1 is allowed",
    ]


def test_one_life_event_may_not_be_lost_behind_the_others() -> None:
    was = {
        "losing_a_baby": {"f1": 0.56, "rows": 22},
        "retiring": {"f1": 0.6, "rows": 35},
        "few": {"f1": 1.0, "rows": 5},
    }
    now = {
        "losing_a_baby": {"f1": 0.26, "rows": 22},
        "retiring": {"f1": 0.46, "rows": 35},
        "few": {"f1": 0.0, "rows": 5},
    }
    assert sunk("own", was, now) == ["own: losing_a_baby (F1) falls from 0.56 to 0.26"]
    assert sunk("own", was, {"retiring": {"f1": 0.7, "rows": 35}}) == ["own: losing_a_baby (F1) falls from 0.56 to 0.0"]
