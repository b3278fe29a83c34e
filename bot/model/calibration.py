"""From log odds to probabilities that mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np


def rivals(scores: np.ndarray) -> np.ndarray:
    """Returns, for each entry of `scores` [rows, labels], the highest score among the row's other labels."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    ordered = np.sort(scores, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(scores >= best, second, best)


class Calibration:
    """Platt scaling with one more term: how far the best of the other labels stands.

    A label is less likely to be meant where another one has a far higher score, and the scores of labels that were
    each learned alone do not know that. Three numbers for all labels together, so that rare labels cannot overfit.
    """

    def __init__(self, slope: float = 1.0, rival: float = 0.0, offset: float = 0.0) -> None:
        self.slope = slope
        self.rival = rival
        self.offset = offset

    @classmethod
    def fit(cls, scores: np.ndarray, table: np.ndarray) -> Calibration:
        """Learns from scores [rows, labels] of rows the model has not seen, and what they should have been."""
        from sklearn.linear_model import LogisticRegression

        features = np.stack([scores.ravel(), rivals(scores).ravel()], axis=1)
        target = table.ravel()
        if target.min() == target.max():
            return cls()
        model = LogisticRegression(C=1e4, max_iter=200).fit(features, target)
        slope, rival = (float(value) for value in model.coef_[0])
        return cls(slope, rival, float(model.intercept_[0]))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Returns probabilities of the shape of `scores`, [rows, labels]."""
        return sigmoid(self.slope * scores + self.rival * rivals(scores) + self.offset)

    def content(self) -> dict[str, float]:
        """Returns the numbers, to be written as JSON."""
        return {"slope": self.slope, "rival": self.rival, "offset": self.offset}

    @classmethod
    def of(cls, content: dict[str, Any]) -> Calibration:
        """Reads what `content` wrote."""
        return cls(float(content["slope"]), float(content["rival"]), float(content["offset"]))


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Returns 1 / (1 + exp(-values)) without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(values, -40, 40)))


def expected_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Returns the expected calibration error over `bins` bins of equal width; 0 for no rows."""
    if not len(confidence):
        return 0.0
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for number in np.unique(place):
        here = place == number
        total += float(here.mean()) * abs(float(confidence[here].mean()) - float(right[here].mean()))
    return total
