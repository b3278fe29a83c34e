"""The label model: one logistic regression a label over all features, and the calibration of them all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from bot.model.calibration import Calibration
from bot.model.linear import OneVsRest, join, out_of_fold

TOGETHER: Final = "+"
"""Joins labels that one message expresses together, as Rasa's own multi-intents do."""

FEW: Final = 100
"""Rows unseen by the encoder below which calibration uses all rows: too few numbers are worse than flattering ones."""


def table(rows: list[list[str]]) -> tuple[list[str], np.ndarray]:
    """Returns the sorted labels, and a float table [rows, labels] with 1 where a row has the label."""
    labels = sorted({label for row in rows for label in row})
    place = {label: index for index, label in enumerate(labels)}
    filled = np.zeros((len(rows), len(labels)), dtype=np.float64)
    for index, row in enumerate(rows):
        filled[index, [place[label] for label in row]] = 1
    return labels, filled


class LabelModel:
    """Scores every label for a message, with probabilities that are calibrated one by one."""

    FILE: Final = "labels.json"

    def __init__(self, labels: list[str], linear: OneVsRest, calibration: Calibration, scale: float) -> None:
        self.labels = labels
        self._linear = linear
        self._calibration = calibration
        self._scale = scale

    @classmethod
    def fit(
        cls,
        vectors: np.ndarray,
        rows: sp.csr_matrix,
        labels_of: list[list[str]],
        of_group: np.ndarray,
        unseen: np.ndarray,
        config: dict[str, Any],
    ) -> tuple[LabelModel, np.ndarray]:
        """Fits the model; returns it with the out-of-fold probabilities [rows, labels] of the examples.

        `vectors` [rows, dense], `rows` [rows, sparse], `of_group` [rows] near-duplicate groups, `unseen` [rows] whether
        calibration may use the row. Config: `scale` of the vectors, `strength`, `folds`.
        """
        labels, target = table(labels_of)
        scale, strength = float(config["scale"]), float(config["strength"])
        features = join(vectors, rows, scale)
        linear = OneVsRest.fit(features, target, strength)
        held = out_of_fold(features, target, of_group, strength, int(config["folds"]))
        usable = unseen if unseen.sum() >= FEW else np.ones(len(unseen), dtype=bool)
        calibration = Calibration.fit(held[usable], target[usable])
        return cls(labels, linear, calibration, scale), calibration.probabilities(held)

    def probabilities(self, vector: np.ndarray, row: sp.csr_matrix) -> np.ndarray:
        """Returns the calibrated probability of each label [labels] for one message."""
        score = self._linear.score(vector, row, self._scale)
        return self._calibration.probabilities(score[np.newaxis, :])[0]

    def save(self, folder: Path) -> None:
        """Writes the model into `folder`."""
        content = {"labels": self.labels, "scale": self._scale, "calibration": self._calibration.content()}
        (folder / self.FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        self._linear.save(folder)

    @classmethod
    def load(cls, folder: Path) -> LabelModel:
        """Reads what `save` wrote."""
        content = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        calibration = Calibration.of(content["calibration"])
        return cls(content["labels"], OneVsRest.load(folder), calibration, content["scale"])
