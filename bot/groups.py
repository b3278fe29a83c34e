"""Groups of near-duplicate sentences, so that no split puts one in training and its twin in the test."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bot.text import fold

ALIKE: Final = 0.75
"""Cosine of character 3- and 4-grams above which two sentences count as near-duplicates."""
USUAL: Final = 0.01
"""The share of sentences from which an n-gram is too usual to bring two together: time goes by the square of it."""
SLACK: Final = 0.5
"""The share of the bound that the cosine of the rarer n-grams must reach for a pair to be compared whole."""


def pairs(texts: list[str], alike: float = ALIKE) -> sp.csr_matrix:
    """Returns a matrix [n, n] with the cosine of every pair of sentences that is above `alike`, zero elsewhere."""
    if not texts:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    # The `#` keeps a sentence of one letter, or of none, from having no n-gram at all.
    folded = [f"#{fold(text)}#" for text in texts]
    return near(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32).fit_transform(folded), alike)


def near(grams: sp.csr_matrix, alike: float = ALIKE, chunk: int = 1_000) -> sp.csr_matrix:
    """Returns what `pairs` does for rows of n-grams [n, n-grams] of unit length.

    Pairs are first looked for among the n-grams that are not in every hundredth sentence. A sentence that has no
    others is compared by all of them.
    """
    count = grams.shape[0]
    frequency = np.bincount(grams.indices, minlength=grams.shape[1])
    rare = frequency <= max(50.0, USUAL * count)
    few = grams[:, rare]
    plain = np.flatnonzero(np.diff(few.indptr) == 0)
    few = normalize(few)
    turned, whole = few.T.tocsr(), grams.T.tocsr()

    def closest(start: int) -> tuple[np.ndarray, np.ndarray]:
        likeness = (few[start : start + chunk] @ turned).tocoo()
        close = likeness.data >= SLACK * alike
        return likeness.row[close] + start, likeness.col[close]

    # Multiplying sparse matrices leaves other threads free to do the same.
    found = Parallel(n_jobs=2, prefer="threads")(delayed(closest)(start) for start in range(0, count, chunk))
    for start in range(0, len(plain), chunk):
        likeness = (grams[plain[start : start + chunk]] @ whole).tocoo()
        close = likeness.data >= alike
        one, other = plain[likeness.row[close] + start], likeness.col[close]
        found += [(one, other), (other, one)]
    one, other = (np.concatenate(places).astype(np.int64) for places in zip(*found, strict=True))
    one, other = np.divmod(np.unique(one * count + other), count)
    cosines = np.asarray(grams[one].multiply(grams[other]).sum(axis=1)).ravel()
    kept = cosines >= alike
    return sp.csr_matrix((cosines[kept], (one[kept], other[kept])), shape=(count, count))


def groups(texts: list[str], alike: float = ALIKE) -> np.ndarray:
    """Returns an int array [n]: the number of the group of each sentence."""
    if not texts:
        return np.zeros(0, dtype=np.int64)
    return grouped(pairs(texts, alike))


def grouped(pairs: sp.csr_matrix) -> np.ndarray:
    """Returns the number of the group of each sentence, from the pairs that are alike."""
    found: np.ndarray = connected_components(pairs, directed=False)[1]
    return found
