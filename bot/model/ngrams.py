"""Word and character n-grams as sparse tf-idf rows, over text folded of case and macrons."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from bot.text import fold

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_PIECE: Final = re.compile(r"\S+")
_IDEOGRAPHS: Final = "\u2e80"
"""The first character of Unicode's CJK blocks; the scripts before it spell words out."""


def words(folded: str) -> Iterator[str]:
    """Yields words and pairs of neighbouring words."""
    before = ""
    for word in _WORD.findall(folded):
        yield word
        if before:
            yield f"{before} {word}"
        before = word


def characters(piece: str, shortest: int, longest: int) -> Iterator[str]:
    """Yields the character n-grams of a word, padded with a space on both sides; `^` keeps them from words.

    Where a character or two are a word, as in Chinese, they are n-grams too, however short.
    """
    for at, letter in enumerate(piece):
        if letter >= _IDEOGRAPHS:
            yield "^" + letter
            yield "^" + piece[at : at + 2]
    padded = f" {piece} "
    for size in range(shortest, longest + 1):
        for start in range(max(1, len(padded) - size + 1)):
            yield "^" + padded[start : start + size]


class Ngrams:
    """Learns which n-grams occur often enough, and turns texts into rows of unit length for each of both kinds."""

    FILE: Final = "ngrams.json"
    WEIGHTS: Final = "ngrams.npy"

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._shortest = int(config["shortest"])
        self._longest = int(config["longest"])
        self._word_floor = int(config["word_floor"])
        self._character_floor = int(config["character_floor"])
        self._most = int(config["most"])
        self._place: dict[str, int] = {}
        self._weights = np.zeros(0, dtype=np.float32)
        self._boundary = 0

    @property
    def size(self) -> int:
        """The number of columns of `rows`."""
        return len(self._weights)

    def fit(self, texts: list[str]) -> Ngrams:
        """Learns the vocabulary and the inverse document frequencies of `texts`."""
        of_words: Counter[str] = Counter()
        of_characters: Counter[str] = Counter()
        of_piece: dict[str, list[str]] = {}
        for text in texts:
            folded = fold(text)
            of_words.update(set(words(folded)))
            pieces = set(_PIECE.findall(folded))
            for piece in pieces:
                if piece not in of_piece:
                    of_piece[piece] = list(characters(piece, self._shortest, self._longest))
            of_characters.update(set().union(*(of_piece[piece] for piece in pieces)))
        # In an order of their own: that of a set changes from run to run, and with it which of equals are kept.
        kept = sorted(gram for gram, count in of_words.items() if count >= self._word_floor)
        self._boundary = len(kept)
        able = [(-count, gram) for gram, count in of_characters.items() if count >= self._character_floor]
        kept += [gram for _, gram in sorted(able)[: self._most]]
        counts = np.array([of_words[gram] or of_characters[gram] for gram in kept], dtype=np.float32)
        self._place = {gram: index for index, gram in enumerate(kept)}
        self._weights = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return self

    def rows(self, texts: list[str]) -> sp.csr_matrix:
        """Returns a float32 matrix [len(texts), size]; a text without known n-grams is a row of zeros."""
        found: list[int] = []
        ends = [0]
        # The words of many texts are the same few: each is taken apart once.
        of_piece: dict[str, list[int]] = {}
        for text in texts:
            folded = fold(text)
            found += self._places(words(folded))
            for piece in _PIECE.findall(folded):
                if piece not in of_piece:
                    of_piece[piece] = self._places(characters(piece, self._shortest, self._longest))
                found += of_piece[piece]
            ends.append(len(found))
        made = sp.csr_matrix(
            (np.ones(len(found), dtype=np.float32), np.array(found, dtype=np.int32), np.array(ends, dtype=np.int32)),
            shape=(len(texts), self.size),
        )
        made.sum_duplicates()
        made.data = (np.log(made.data) + 1) * self._weights[made.indices]
        # Words and characters of a text are brought to unit length apart.
        part = 2 * np.repeat(np.arange(len(texts)), np.diff(made.indptr)) + (made.indices >= self._boundary)
        lengths = np.sqrt(np.bincount(part, weights=np.square(made.data), minlength=2 * len(texts)))
        made.data /= lengths[part].astype(np.float32)
        return made

    def _places(self, grams: Iterator[str]) -> list[int]:
        found = (self._place.get(gram) for gram in grams)
        return [place for place in found if place is not None]

    def save(self, folder: Path) -> None:
        """Writes the vocabulary and the weights into `folder`."""
        content = {"config": self._config, "grams": list(self._place), "boundary": self._boundary}
        (folder / self.FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", errors="replace")
        np.save(folder / self.WEIGHTS, self._weights)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Reads what `save` wrote; raises FileNotFoundError where nothing was saved."""
        content = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        loaded = cls(content["config"])
        loaded._place = {gram: index for index, gram in enumerate(content["grams"])}
        loaded._boundary = content["boundary"]
        loaded._weights = np.load(folder / cls.WEIGHTS)
        return loaded
