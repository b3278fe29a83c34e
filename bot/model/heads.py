"""Attribute heads: for each attribute of the examples, which value a message has, or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from bot.model.calibration import sigmoid
from bot.model.linear import OneVsRest
from bot.text import scripts

OWN_SCRIPT: Final = "LATIN"
"""The script in which a message's letters decide nothing by themselves."""


def script(text: str) -> str:
    """Returns the script of most letters of `text`, OWN_SCRIPT if it has none."""
    counts = scripts(text)
    return max(counts, key=lambda name: counts[name]) if counts else OWN_SCRIPT


class Heads:
    """Values of attributes. All heads share one matrix of weights, so that a message is multiplied once.

    An attribute that some examples lack can be missing from a message too. With `by_script`, a message in another
    script than the usual has the value that most examples in that script had (or, for one never met, in any such).
    """

    FILE: Final = "heads.json"

    def __init__(self, content: dict[str, Any], linear: OneVsRest) -> None:
        self._content = content
        self._linear = linear

    @classmethod
    def fit(
        cls,
        vectors: np.ndarray,
        rows: sp.csr_matrix,
        texts: list[str],
        values: dict[str, list[str | None]],
        config: dict[str, Any],
    ) -> Heads:
        """Fits one head for each key of `values` [rows]; values with fewer than `fewest` examples are left out.

        The dense features and the sparse ones are learned from apart, which takes a third of the time, and the scores
        are their mean. Config: `dense` and `sparse` (strengths, see `OneVsRest`), `fewest`, `attributes` (key to its
        own settings: `floor`, `by_script`).
        """
        wide = rows.astype(np.float64).tocsr()
        parts: list[OneVsRest] = []
        heads: dict[str, Any] = {}
        start = 0
        for key, of_rows in values.items():
            settings = config["attributes"].get(key) or {}
            counts: dict[str, int] = {}
            for value in of_rows:
                if value is not None:
                    counts[value] = counts.get(value, 0) + 1
            kept = sorted(value for value, count in counts.items() if count >= int(config["fewest"]))
            shown = _balanced(of_rows)
            # The last column tells whether there is a value at all: of a hundred values, none is likely by itself.
            table = np.zeros((len(shown), len(kept) + 1))
            place = {name: index for index, name in enumerate(kept)}
            for at, value in enumerate(of_rows[row] for row in shown):
                if value is not None:
                    table[at, -1] = 1
                    if value in place:
                        table[at, place[value]] = 1
            dense = OneVsRest.fit_dense(vectors[shown], table, float(config["dense"]))
            sparse = OneVsRest.fit(wide[shown], table, float(config["sparse"]))
            parts.append(OneVsRest.added((dense, sparse), np.array([0.5, 0.5])))
            heads[key] = {
                "values": kept,
                "start": start,
                "floor": float(settings.get("floor", 0.5)) if None in of_rows else 0.0,
                "scripts": _by_script(texts, of_rows) if settings.get("by_script") else {},
            }
            start += len(kept) + 1
        linear = OneVsRest(
            np.hstack(
                [np.zeros((vectors.shape[1] + rows.shape[1], 0), dtype=np.float32), *(part.weights for part in parts)]
            ),
            np.concatenate([np.zeros(0, dtype=np.float32), *(part.biases for part in parts)]),
        )
        return cls({"heads": heads}, linear)

    def values(self, text: str, vector: np.ndarray, row: sp.csr_matrix) -> dict[str, tuple[str | None, float]]:
        """Returns for each attribute its value, or None, and how likely it is that there is one, in [0, 1]."""
        chances = sigmoid(self._linear.score(vector, row))
        found: dict[str, tuple[str | None, float]] = {}
        for key, head in self._content["heads"].items():
            names = head["values"]
            if not names:
                found[key] = (None, 0.0)
                continue
            here = chances[head["start"] : head["start"] + len(names)]
            best = int(here.argmax())
            any_value = float(chances[head["start"] + len(names)])
            found[key] = (names[best] if any_value >= head["floor"] else None, any_value)
            of_script = script(text) if head["scripts"] else OWN_SCRIPT
            if of_script != OWN_SCRIPT:
                value = head["scripts"].get(of_script, head["scripts"].get(""))
                found[key] = (value, 1.0) if value else found[key]
        return found

    def save(self, folder: Path) -> None:
        """Writes the heads into `folder`."""
        (folder / self.FILE).write_text(json.dumps(self._content, ensure_ascii=False), encoding="utf-8")
        self._linear.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Reads what `save` wrote."""
        return cls(json.loads((folder / cls.FILE).read_text(encoding="utf-8")), OneVsRest.load(folder))


def _balanced(values: list[str | None], at_least: int = 2_000) -> list[int]:
    """Returns the rows that have a value and about as many that lack one: thousands more would only cost time."""
    having = [row for row, value in enumerate(values) if value is not None]
    lacking = [row for row, value in enumerate(values) if value is None]
    most = max(at_least, len(having))
    if len(lacking) > most:
        lacking = sorted(np.random.RandomState(0).choice(lacking, most, replace=False).tolist())
    return sorted(having + lacking)


def _by_script(texts: list[str], values: list[str | None]) -> dict[str, str]:
    votes: dict[str, dict[str, int]] = {}
    for text, value in zip(texts, values, strict=True):
        of_text = script(text)
        if of_text != OWN_SCRIPT and value is not None:
            for name in (of_text, ""):
                votes.setdefault(name, {})[value] = votes.get(name, {}).get(value, 0) + 1
    return {name: max(counts, key=lambda value: counts[value]) for name, counts in votes.items()}
