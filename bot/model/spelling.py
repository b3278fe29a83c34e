"""Spelling: puts right words that nobody knows and that lie near to one that the examples use often."""

from __future__ import annotations

import importlib.resources
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from symspellpy import SymSpell, Verbosity

from bot.text import fold

_WORD: Final = re.compile(r"[^\W\d_]+")
LONG: Final = 8
"""Letters from which a word may have two slips; a shorter one may have one."""


@cache
def english() -> frozenset[str]:
    """Returns the 82,000 English words that come with symspellpy; none of them is ever changed."""
    file = importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(line.split()[0] for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip())


@dataclass(frozen=True)
class Spelt:
    """A text with its slips put right; `shifts` are (place in `text`, how much longer the original is up to there)."""

    text: str
    shifts: tuple[tuple[int, int], ...] = ()

    def place(self, at: int) -> int:
        """Returns the place in the original text of place `at` in `text` (exact at the borders of words)."""
        return at + next((shift for start, shift in reversed(self.shifts) if start <= at), 0)


class Spelling:
    """Learns how often the examples use each word, and corrects by that.

    A word is changed where it is not English, has at least `shortest` letters, is not a name (no capital within a
    sentence), and a word with the same first letter within one slip (two for long words) is at least `ratio` times as
    frequent and was used `floor` times. A text of which less than half is English stays as it is.
    """

    FILE: Final = "spelling.json"

    def __init__(self, counts: dict[str, int], shortest: int, floor: int, ratio: float) -> None:
        self._counts = counts
        self._shortest, self._floor, self._ratio = shortest, floor, ratio
        self._near = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in counts.items():
            if count >= floor and len(word) >= shortest - 1:
                self._near.create_dictionary_entry(word, count)

    @classmethod
    def fit(cls, texts: list[str], shortest: int = 5, floor: int = 4, ratio: float = 10.0) -> Spelling:
        """Counts the words of `texts`."""
        counts = Counter(word for text in texts for word in _WORD.findall(fold(text)))
        return cls({word: count for word, count in counts.items() if count > 1}, shortest, floor, ratio)

    def correct(self, text: str) -> Spelt:
        """Returns `text` with its slips put right."""
        found = list(_WORD.finditer(text))
        strange = [
            match
            for match in found
            if len(match[0]) >= self._shortest
            and (match[0].islower() or match.start() == 0)
            and fold(match[0]) not in english()
        ]
        if not strange:
            return Spelt(text)
        if sum(fold(match[0]) in english() for match in found) * 2 < len(found):
            return Spelt(text)
        parts: list[str] = []
        shifts: list[tuple[int, int]] = []
        done = length = shift = 0
        for match in strange:
            better = self._better(fold(match[0]))
            if better is None:
                continue
            parts += [text[done : match.start()], better]
            done = match.end()
            length += len(parts[-2]) + len(better)
            shift += len(match[0]) - len(better)
            shifts.append((length, shift))
        return Spelt("".join([*parts, text[done:]]), tuple(shifts))

    def _better(self, word: str) -> str | None:
        slips = 2 if len(word) >= LONG else 1
        least = max(self._floor, self._ratio * self._counts.get(word, 0))
        for near in self._near.lookup(word, Verbosity.CLOSEST, max_edit_distance=slips):
            if near.term[0] == word[0] and near.term != word and near.count >= least:
                return str(near.term)
        return None

    def save(self, folder: Path) -> None:
        """Writes the counts into `folder`."""
        content = {"counts": self._counts, "shortest": self._shortest, "floor": self._floor, "ratio": self._ratio}
        (folder / self.FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        """Reads what `save` wrote."""
        return cls(**json.loads((folder / cls.FILE).read_text(encoding="utf-8")))
