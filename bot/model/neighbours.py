"""Nearest examples: which labels the examples have that share a message's rarer words and its meaning.

Regressions weigh one word at a time; examples say which words come together. An example is as near as its rarer n-grams
are the message's, times its likeness in meaning, for which fewer dimensions than the encoder has will do.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed

DIMENSIONS: Final = 64
"""Of the dense features, turned so that the first ones tell most: what finding the nearest looks at."""
COUNTED: Final = 20
"""How many examples count at most: the square root of the examples that a label has on average."""
RARE: Final = 0.01
"""Share of the examples above which an n-gram is too common to tell anything."""
SHARP: Final = 4
"""Power of the likeness with which an example counts: twice as alike is sixteen times the weight."""
APART: Final = 0.02
"""Likeness in n-grams of an example that shares none of the rarer ones, so that meaning chooses where none does."""
LEAST: Final = 0.02
"""Added to a share before its logarithm is taken."""


def counted(examples: int, labels: int) -> int:
    """Returns how many of so many examples count as nearest, in [1, COUNTED].

    What it lacks to COUNTED tells how much less a set of few examples says by its words: the nearest count that much
    less beside the regressions, and what the encoder has brought along counts that much more.
    """
    return min(COUNTED, max(1, math.isqrt(examples // labels)))


class Neighbours:
    """What the nearest examples say of each label."""

    FILE: Final = "neighbours.npz"
    RARER: Final = "rarer.npz"

    def __init__(
        self, turn: np.ndarray, middle: np.ndarray, points: np.ndarray, rarer: sp.csc_matrix, shares: np.ndarray
    ) -> None:
        """`turn` [dense, dimensions], `middle` [dense], `points` [examples, dimensions] of unit length, `rarer`
        [examples, sparse], `shares` [examples, labels], each row adding up to 1."""
        self._turn, self._middle, self._points, self._rarer, self._shares = turn, middle, points, rarer, shares
        self._count = counted(*shares.shape)

    @classmethod
    def fit(cls, vectors: np.ndarray, rows: sp.csr_matrix, target: np.ndarray) -> Neighbours:
        """Keeps the examples: `vectors` [examples, dense], `rows` [examples, sparse], `target` [examples, labels]."""
        middle = vectors.mean(axis=0)
        _, turn = np.linalg.eigh(np.cov(vectors - middle, rowvar=False).reshape(vectors.shape[1], vectors.shape[1]))
        turn = np.ascontiguousarray(turn[:, ::-1][:, :DIMENSIONS], dtype=np.float32)
        rarer = rows.astype(np.float32).tocsc()
        common = np.diff(rarer.indptr) > max(COUNTED, RARE * rows.shape[0])
        rarer.data[np.repeat(common, np.diff(rarer.indptr))] = 0
        rarer.eliminate_zeros()
        shares = (target / target.sum(axis=1, keepdims=True)).astype(np.float32)
        made = cls(turn, middle.astype(np.float32), np.zeros((0, turn.shape[1]), dtype=np.float32), rarer, shares)
        made._points = made._placed(vectors)
        return made

    def _placed(self, vectors: np.ndarray) -> np.ndarray:
        points = (vectors.astype(np.float32) - self._middle) @ self._turn
        lengths = np.linalg.norm(points, axis=-1, keepdims=True)
        placed: np.ndarray = points / np.where(lengths > 0, lengths, 1)
        return placed

    def score(self, vector: np.ndarray, row: sp.csr_matrix) -> np.ndarray:
        """Returns the logarithm of each label's share [labels] among the examples nearest to one message."""
        return self._counted(self._points @ self._placed(vector), row)

    def scores(self, vectors: np.ndarray, rows: sp.csr_matrix, batch: int = 256) -> np.ndarray:
        """Returns the same for many messages, [messages, labels]."""
        found = np.zeros((len(vectors), self._shares.shape[1]), dtype=np.float32)

        def fill(start: int) -> None:
            near = self._placed(vectors[start : start + batch]) @ self._points.T
            for place, likeness in enumerate(near, start):
                found[place] = self._counted(likeness, rows[place])

        Parallel(n_jobs=2, prefer="threads")(delayed(fill)(start) for start in range(0, len(vectors), batch))
        return found

    def _counted(self, likeness: np.ndarray, row: sp.csr_matrix) -> np.ndarray:
        alike = (self._shared(row) + APART) * np.maximum(likeness, 0.01)
        # Whatever shares no rarer n-gram is below, so that mostly a tenth of the examples is left to choose from.
        able = np.flatnonzero(alike > APART)
        if len(able) < self._count:
            able = np.arange(len(alike))
        nearest = able[np.argpartition(alike[able], -self._count)[-self._count :]]
        weights = alike[nearest] ** SHARP
        shares = weights @ self._shares[nearest]
        log: np.ndarray = np.log(shares / weights.sum() + LEAST) * (self._count / COUNTED)
        return log

    def _shared(self, row: sp.csr_matrix) -> np.ndarray:
        """How much of a message's n-grams each example has [examples]."""
        starts, ends = self._rarer.indptr[row.indices], self._rarer.indptr[row.indices + 1]
        lengths = ends - starts
        # The places of all entries of the n-grams' columns in one array: faster than choosing columns one by one.
        places = np.repeat(ends - lengths.cumsum(), lengths) + np.arange(lengths.sum())
        products = self._rarer.data[places] * np.repeat(row.data, lengths)
        shared = np.bincount(self._rarer.indices[places], weights=products, minlength=self._rarer.shape[0])
        return shared.astype(np.float32)

    def save(self, folder: Path) -> None:
        """Writes the examples' features into `folder`, in half precision."""
        np.savez(
            folder / self.FILE,
            turn=self._turn,
            middle=self._middle,
            points=self._points.astype(np.float16),
            shares=self._shares.astype(np.float16),
        )
        sp.save_npz(folder / self.RARER, self._rarer, compressed=False)

    @classmethod
    def load(cls, folder: Path) -> Neighbours:
        """Reads what `save` wrote."""
        with np.load(folder / cls.FILE) as kept:
            parts = {name: kept[name].astype(np.float32) for name in kept.files}
        return cls(parts["turn"], parts["middle"], parts["points"], sp.load_npz(folder / cls.RARER), parts["shares"])
