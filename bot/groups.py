"""Groups of near-duplicate sentences, so that no split puts one in training and its twin in the test."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
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


def pairs(texts: list[str], alike: float = ALIKE, chunk: int = 1_000) -> sp.csr_matrix:
    """Returns a matrix [n, n] with the cosine of every pair of sentences that is above `alike`, zero elsewhere.

    Pairs are first looked for among the n-grams that are not in every hundredth sentence. A sentence that has no
    others is compared by all of them.
    """
    if not texts:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    # The `#` keeps a sentence of one letter, or of none, from having no n-gram at all.
    folded = [f"#{fold(text)}#" for text in texts]
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32).fit_transform(folded)
    frequency = np.bincount(grams.indices, minlength=grams.shape[1])
    rare = frequency <= max(50.0, USUAL * len(texts))
    few = grams[:, rare]
    plain = np.flatnonzero(np.diff(few.indptr) == 0)
    few = normalize(few)
    turned, whole = few.T.tocsr(), grams.T.tocsr()
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for start in range(0, len(texts), chunk):
        near = (few[start : start + chunk] @ turned).tocoo()
        close = near.data >= SLACK * alike
        found.append((near.row[close] + start, near.col[close]))
    for start in range(0, len(plain), chunk):
        near = (grams[plain[start : start + chunk]] @ whole).tocoo()
        close = near.data >= alike
        one, other = plain[near.row[close] + start], near.col[close]
        found += [(one, other), (other, one)]
    one, other = (np.concatenate(places).astype(np.int64) for places in zip(*found, strict=True))
    one, other = np.divmod(np.unique(one * len(texts) + other), len(texts))
    cosines = np.asarray(grams[one].multiply(grams[other]).sum(axis=1)).ravel()
    kept = cosines >= alike
    return sp.csr_matrix((cosines[kept], (one[kept], other[kept])), shape=(len(texts), len(texts)))


def groups(texts: list[str], alike: float = ALIKE) -> np.ndarray:
    """Returns an int array [n]: the number of the group of each sentence."""
    if not texts:
        return np.zeros(0, dtype=np.int64)
    return connected_components(pairs(texts, alike), directed=False)[1]
