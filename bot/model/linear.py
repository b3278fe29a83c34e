"""Logistic regressions, one for each column of a table of zeros and ones, over sparse and dense features together."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from scipy.special import expit
from threadpoolctl import threadpool_limits

BLOCK: Final = 1_024
"""Rows whose scores are looked at together: few enough to stay in a core's own cache."""


class OneVsRest:
    """Weights [features, columns] and biases [columns]."""

    WEIGHTS: Final = "weights.npy"
    BIASES: Final = "biases.npy"

    def __init__(self, weights: np.ndarray, biases: np.ndarray) -> None:
        self.weights = weights
        self.biases = biases

    @classmethod
    def fit_dense(
        cls, features: np.ndarray, table: np.ndarray, strength: float, rounds: int = 40, jobs: int = 2
    ) -> OneVsRest:
        """Fits all columns at once on dense features [rows, features]: many times as fast as a column at a time.

        `strength` is the inverse of the regularisation, `rounds` the most iterations of L-BFGS; `jobs` parts of the
        rows are looked at at once.
        """
        from scipy.optimize import minimize

        data, wanted = np.ascontiguousarray(features, dtype=np.float32), table.astype(np.float32)
        size, columns = data.shape[1], wanted.shape[1]
        cut = size * columns
        starts = range(0, len(data), BLOCK)

        def part(first: int, weights: np.ndarray, biases: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
            loss, slope, tilt = 0.0, np.zeros_like(weights), np.zeros(columns)
            for start in starts[first::jobs]:
                here, true = data[start : start + BLOCK], wanted[start : start + BLOCK]
                scores = here @ weights + biases
                loss += float(np.logaddexp(0, scores).sum(dtype=np.float64) - np.vdot(true, scores))
                off = expit(scores) - true
                slope += here.T @ off
                tilt += off.sum(axis=0, dtype=np.float64)
            return loss, slope, tilt

        # The threads of the matrix library would wait for whatever is done to the scores between two products.
        with threadpool_limits(1), ThreadPoolExecutor(jobs) as pool:

            def whole(point: np.ndarray) -> tuple[float, np.ndarray]:
                weights = point[:cut].reshape(size, columns).astype(np.float32)
                biases = point[cut:].astype(np.float32)
                losses, slopes, tilts = zip(
                    *pool.map(lambda first: part(first, weights, biases), range(jobs)), strict=True
                )
                total = sum(losses) + 0.5 / strength * float(np.square(weights).sum(dtype=np.float64))
                slope = sum(slopes) + weights / np.float32(strength)
                return total, np.concatenate([slope.ravel(), sum(tilts)], dtype=np.float64)

            zeros = np.zeros(cut + columns)
            found = minimize(whole, zeros, jac=True, method="L-BFGS-B", options={"maxiter": rounds})
        point = found.x.astype(np.float32)
        return cls(point[:cut].reshape(size, columns), point[cut:])

    @classmethod
    def fit(cls, features: sp.csr_matrix, table: np.ndarray, strength: float, jobs: int = 2) -> OneVsRest:
        """Fits a column at a time, `jobs` at once.

        `strength` is the inverse of the regularisation (liblinear's C). A column of only zeros or only ones gets no
        weights and a bias that says so.
        """
        from sklearn.linear_model import LogisticRegression

        def one(column: int) -> tuple[np.ndarray, float]:
            target = table[:, column]
            if target.min() == target.max():
                return np.zeros(features.shape[1]), 10.0 if target[0] else -10.0
            model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=100, tol=0.3, random_state=0)
            with warnings.catch_warnings():
                # Stopping at the limit of iterations is meant: what is left changes the third decimal place.
                warnings.simplefilter("ignore")
                model.fit(features, target)
            return model.coef_[0], float(model.intercept_[0])

        fitted = Parallel(n_jobs=jobs, prefer="threads")(delayed(one)(c) for c in range(table.shape[1]))
        weights = np.array([w for w, _ in fitted], dtype=np.float32).reshape(-1, features.shape[1]).T
        return cls(np.ascontiguousarray(weights), np.array([b for _, b in fitted], dtype=np.float32))

    @classmethod
    def added(cls, parts: tuple[OneVsRest, ...], weights: np.ndarray) -> OneVsRest:
        """Returns one model over the features of all `parts` side by side, whose scores are theirs times `weights`."""
        pairs = list(zip(parts, weights.astype(np.float32), strict=True))
        return cls(
            np.ascontiguousarray(np.vstack([part.weights * weight for part, weight in pairs])),
            np.sum([part.biases * weight for part, weight in pairs], axis=0),
        )

    def beside(self, other: OneVsRest) -> OneVsRest:
        """Returns one model with the columns of both, over the same features."""
        return OneVsRest(np.hstack([self.weights, other.weights]), np.concatenate([self.biases, other.biases]))

    def scores(self, features: sp.csr_matrix | np.ndarray) -> np.ndarray:
        """Returns log odds [rows, columns], not calibrated."""
        return np.asarray(features @ self.weights + self.biases)

    def score(self, vector: np.ndarray, row: sp.csr_matrix) -> np.ndarray:
        """Returns the log odds [columns] of one message, without building a joined matrix: the fast way."""
        size = len(vector)
        total = self.biases.copy()
        if size:
            total += vector.astype(np.float32) @ self.weights[:size]
        if row.nnz:
            total += row.data.astype(np.float32) @ self.weights[size + row.indices]
        return total

    def save(self, folder: Path) -> None:
        """Writes weights and biases into `folder`."""
        # Half precision halves the file; what it rounds is far below what the scores can tell apart.
        np.save(folder / self.WEIGHTS, self.weights.astype(np.float16))
        np.save(folder / self.BIASES, self.biases)

    @classmethod
    def load(cls, folder: Path) -> OneVsRest:
        """Reads what `save` wrote."""
        return cls(np.load(folder / cls.WEIGHTS).astype(np.float32), np.load(folder / cls.BIASES))


ENOUGH: Final = 10_000
"""Rows with scores after which no further model is fitted for more: what is learned from them hardly moves."""

Score = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Fits a model on the examples whose row numbers come first, and returns the scores of those that come second."""


def out_of_fold(score: Score, of_group: np.ndarray, folds: int, wanted: np.ndarray, seed: int = 0) -> np.ndarray:
    """Returns what `score` makes of the rows that are `wanted` [rows], each by a model fitted without the row's group.

    The other rows are learned from, and their scores are NaN; so are those of the folds that come after ENOUGH rows.
    Groups of near-duplicates stay together; too few groups for `folds` means fewer folds, and one group is an error.
    """
    kinds = np.unique(of_group)
    folds = min(folds, len(kinds))
    if folds < 2:
        raise ValueError("out-of-fold scores need at least two groups of examples")
    shuffled = np.random.RandomState(seed).permutation(len(kinds)) % folds
    of_fold = shuffled[np.searchsorted(kinds, of_group)]
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    for fold in range(folds):
        rows = np.flatnonzero((of_fold == fold) & wanted)
        if len(rows) and sum(len(scored) for scored, _ in parts) < ENOUGH:
            parts.append((rows, score(np.flatnonzero(of_fold != fold), rows)))
    scores = np.full((len(of_group), *parts[0][1].shape[1:]), np.nan)
    for rows, found in parts:
        scores[rows] = found
    return scores
