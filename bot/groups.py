"""Groups of near-duplicate sentences, so that no split puts one in training and its twin in the test."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text import fold

ALIKE: Final = 0.75
"""Cosine of character 3- and 4-grams above which two sentences count as near-duplicates."""


def pairs(texts: list[str], alike: float = ALIKE, chunk: int = 1_000) -> sp.csr_matrix:
    """Returns a matrix [n, n] with the cosine of every pair of sentences that is above `alike`, zero elsewhere."""
    if not texts:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    # The `#` keeps a sentence of one letter, or of none, from having no n-gram at all.
    folded = [f"#{fold(text)}#" for text in texts]
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32).fit_transform(folded)
    turned = grams.T.tocsr()
    rows = []
    for start in range(0, len(texts), chunk):
        cosines = grams[start : start + chunk] @ turned
        cosines.data[cosines.data < alike] = 0
        cosines.eliminate_zeros()
        rows.append(cosines)
    return sp.vstack(rows).tocsr()


def groups(texts: list[str], alike: float = ALIKE) -> np.ndarray:
    """Returns an int array [n]: the number of the group of each sentence."""
    if not texts:
        return np.zeros(0, dtype=np.int64)
    return connected_components(pairs(texts, alike), directed=False)[1]
