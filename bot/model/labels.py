"""The label model: logistic regressions a label, the nearest examples, and the calibration of them all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from bot.model.calibration import Calibration
from bot.model.linear import OneVsRest, out_of_fold
from bot.model.neighbours import COUNTED, Neighbours, counted

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


class Pairs:
    """Made-up examples that express two labels: the features of two examples, added and brought back to length.

    Examples with several labels are rare and have few of all the pairs there could be. Only labels that share an
    example with another one are paired, so a data set with one label an example gets no pairs. `share` is how many
    pairs are made for each example.
    """

    def __init__(self, vectors: np.ndarray, rows: sp.csr_matrix, target: np.ndarray, share: float) -> None:
        self._vectors, self._rows, self._target, self._share = vectors, rows, target, share
        several = target.sum(axis=1) > 1
        together = target[several].sum(axis=0) > 0
        self._fit = ((target > 0) <= together).all(axis=1) if several.any() else np.zeros(len(target), dtype=bool)

    def of(self, chosen: np.ndarray) -> tuple[np.ndarray, sp.csr_matrix, np.ndarray]:
        """Returns dense and sparse features and labels, each [pairs, …], of pairs among the `chosen` row numbers."""
        able = chosen[self._fit[chosen]]
        dice = np.random.RandomState(0)
        count = int(self._share * len(chosen)) if len(able) > 1 else 0
        one, other = (dice.choice(able, count) for _ in range(2)) if count else (able[:0], able[:0])
        apart = (self._target[one] * self._target[other]).sum(axis=1) == 0
        one, other = one[apart], other[apart]
        vectors = self._vectors[one] + self._vectors[other]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1)
        rows = (self._rows[one] + self._rows[other]) * 0.75
        return vectors, rows.tocsr(), np.maximum(self._target[one], self._target[other])


class LabelModel:
    """Scores every label for a message, with probabilities that are calibrated one by one.

    Two regressions are learned apart, one on the dense features and one on the sparse ones, and their scores are added,
    the dense ones times `trust`, and more where examples are few (see `bot.model.neighbours.counted`). Learned
    together, the dense features would take nearly all: the encoder has been tuned on many of the examples, and is surer
    of their writers' ways than of what other people write. What the nearest examples say is added times `near`.

    One more column of both regressions tells how likely it is that a message expresses several labels at all. It learns
    from real examples alone: made-up pairs show which labels there are, but not how people write about two things.
    """

    FILE: Final = "labels.json"
    HELD: Final = "held.npy"

    def __init__(
        self,
        labels: list[str],
        linear: OneVsRest,
        calibration: Calibration,
        counting: Calibration,
        neighbours: Neighbours | None = None,
        near: float = 0.0,
        held: np.ndarray | None = None,
    ) -> None:
        self.labels = labels
        self._linear = linear
        self._calibration, self._counting = calibration, counting
        self._neighbours, self._near = neighbours, near
        self.held = np.zeros((0, len(labels) + 1), dtype=np.float32) if held is None else held

    @classmethod
    def fit(
        cls,
        vectors: np.ndarray,
        rows: sp.csr_matrix,
        labels_of: list[list[str]],
        several: np.ndarray,
        of_group: np.ndarray,
        unseen: np.ndarray,
        config: dict[str, Any],
    ) -> LabelModel:
        """Fits the model, with the out-of-fold probabilities of usable examples in `held` [rows, labels + 1].

        `vectors` [rows, dense], `rows` [rows, sparse], `several` [rows] whether the row counts as expressing several
        labels (the last column of `held`), `of_group` [rows] near-duplicate groups, `unseen` [rows] whether calibration
        may use the row. Config: `dense` and `sparse` (the strength of each regression, see `OneVsRest`),
        `trust` and `neighbours` (how much the dense regression and the nearest examples count beside the sparse
        regression; 0 leaves the examples out), `folds`, `joined` (see `Pairs`).
        """
        labels, target = table(labels_of)
        pairs = Pairs(vectors, rows, target, float(config["joined"]))
        near = float(config["neighbours"]) if vectors.shape[1] else 0.0

        number = several.astype(np.float64)[:, np.newaxis]

        def fit(chosen: np.ndarray) -> tuple[OneVsRest, OneVsRest]:
            of_dense, of_sparse, of_target = pairs.of(chosen)
            wanted = np.vstack([target[chosen], of_target])
            dense = np.vstack([vectors[chosen], of_dense])
            sparse = sp.vstack([rows[chosen], of_sparse], dtype=np.float64).tocsr()
            real = len(chosen)
            by_dense, by_sparse = float(config["dense"]), float(config["sparse"])
            return (
                OneVsRest.fit_dense(dense, wanted, by_dense).beside(
                    OneVsRest.fit_dense(dense[:real], number[chosen], by_dense)
                ),
                OneVsRest.fit(sparse, wanted, by_sparse).beside(
                    OneVsRest.fit(sparse[:real], number[chosen], by_sparse)
                ),
            )

        def nearest(chosen: np.ndarray) -> Neighbours | None:
            return Neighbours.fit(vectors[chosen], rows[chosen], target[chosen]) if near else None

        def score(known: np.ndarray, asked: np.ndarray) -> np.ndarray:
            dense, sparse = fit(known)
            found = [dense.scores(vectors[asked]), sparse.scores(rows[asked])]
            found.append(np.zeros_like(found[0]))
            if neighbours := nearest(known):
                found[-1][:, :-1] = neighbours.scores(vectors[asked], rows[asked])
            return np.stack(found, axis=2)

        usable = unseen if unseen.sum() >= FEW else np.ones(len(unseen), dtype=bool)
        held = out_of_fold(score, of_group, int(config["folds"]), usable)
        scored = ~np.isnan(held).any(axis=(1, 2))
        trust = float(config["trust"]) * COUNTED / counted(*target.shape)
        weights = np.array([trust, 1.0, near])
        scores = held @ weights
        calibration = Calibration.fit(scores[scored, :-1], target[scored])
        counting = Calibration.fit(scores[scored, -1:], number[scored])
        chances = np.hstack([calibration.probabilities(scores[:, :-1]), counting.probabilities(scores[:, -1:])])
        everything = np.arange(len(target))
        linear = OneVsRest.added(fit(everything), weights[:2])
        return cls(
            labels,
            linear,
            calibration,
            counting,
            nearest(everything),
            near,
            chances.astype(np.float32),
        )

    def probabilities(self, vector: np.ndarray, row: sp.csr_matrix) -> tuple[np.ndarray, float]:
        """Returns the calibrated probability of each label [labels] for one message, and that it expresses several."""
        score = self._linear.score(vector, row)
        if self._neighbours is not None:
            score[:-1] += self._near * self._neighbours.score(vector, row)
        several = self._counting.probabilities(score[np.newaxis, -1:])
        return self._calibration.probabilities(score[np.newaxis, :-1])[0], float(several[0, 0])

    def save(self, folder: Path) -> None:
        """Writes the model into `folder`."""
        content = {
            "labels": self.labels,
            "calibration": self._calibration.content(),
            "counting": self._counting.content(),
            "near": self._near,
        }
        (folder / self.FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        np.save(folder / self.HELD, self.held)
        if self._neighbours is not None:
            self._neighbours.save(folder)
        self._linear.save(folder)

    @classmethod
    def load(cls, folder: Path) -> LabelModel:
        """Reads what `save` wrote."""
        content = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        calibration, counting = Calibration.of(content["calibration"]), Calibration.of(content["counting"])
        neighbours = Neighbours.load(folder) if content["near"] else None
        held = np.load(folder / cls.HELD)
        linear = OneVsRest.load(folder)
        return cls(content["labels"], linear, calibration, counting, neighbours, content["near"], held)
