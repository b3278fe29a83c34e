"""The rule by which thresholds follow from out-of-fold predictions and the error rates that config.yml names.

A threshold is the lowest for which the share of errors stays within its rate, where the share is not the one counted
but an upper bound of it (Wilson's, one-sided): with few rows, or a noisy lot of them, the threshold rises by itself.
"""

from __future__ import annotations

import numpy as np

NEVER = 1.01
"""A threshold that no probability reaches."""


def upper(errors: np.ndarray | float, of: np.ndarray | float, z: float) -> np.ndarray:
    """Returns Wilson's upper bound of the share `errors` / `of`; `z` normal deviates above it, 1 where `of` is 0."""
    count = np.maximum(of, 1e-9)
    share = errors / count
    spread = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return np.where(
        np.asarray(of) > 0, np.minimum(1.0, (share + z * z / (2 * count) + spread) / (1 + z * z / count)), 1.0
    )


def lowest(values: np.ndarray, wrong: np.ndarray, rate: float, z: float, of: int | None = None) -> float:
    """Returns the lowest threshold t for which the rows with `values` >= t are wrong at most at `rate`.

    The share is taken of the rows at or above t or, with `of`, of that many rows (those a false alarm could come from).
    Returns NEVER where no threshold does.
    """
    if not len(values):
        return NEVER
    order = np.argsort(-values, kind="stable")
    errors = np.cumsum(wrong[order])
    counted = np.arange(1, len(values) + 1) if of is None else np.full(len(values), of)
    fine = upper(errors, counted, z) <= rate
    if not fine.any():
        return NEVER
    # Rows of one value stand or fall together: a threshold cannot part them.
    last = int(np.flatnonzero(fine)[-1])
    while last >= 0:
        value = values[order[last]]
        end = int(np.searchsorted(-values[order], -value, side="right")) - 1
        if fine[end]:
            return float(value)
        earlier = np.flatnonzero(fine[: int(np.searchsorted(-values[order], -value, side="left"))])
        last = int(earlier[-1]) if len(earlier) else -1
    return NEVER


def best_f(values: np.ndarray, right: np.ndarray, weight: np.ndarray, beta: float, least: float = 0.5) -> float:
    """Returns the threshold above which the rows, each counted `weight` times, give the best F-beta.

    It is `least` where nothing is right. To find what is right counts `beta` times as much as to leave out what is
    wrong.
    """
    if not right.any():
        return least
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum((right * weight)[order])
    square = beta * beta
    scores = (1 + square) * hits / (np.cumsum(weight[order]) + square * (right * weight).sum())
    return float(values[order[int(np.argmax(scores))]])
