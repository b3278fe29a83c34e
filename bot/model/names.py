"""Names in a text: spaCy's entity ruler over text folded of case and macrons, keeping each name's id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from bot.text import LONGEST, fold


@dataclass(frozen=True)
class Name:
    """A name found: characters `start` to `end` of the text, its kind (`label`) and the id it stands for."""

    start: int
    end: int
    label: str
    id: str


def same_length(text: str) -> str:
    """Returns `text` folded letter by letter, so that places in the one are places in the other."""
    if text.isascii():
        return text.lower()
    # Half of a surrogate pair is no character at all, and spaCy refuses it.
    whole = ["\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text]
    letters = (fold(char) for char in whole)
    return "".join(folded if len(folded) == 1 else char for folded, char in zip(letters, whole, strict=True))


def read(path: Path) -> list[dict[str, Any]]:
    """Returns the patterns of a JSON Lines file: `label`, `pattern` (a string, or a list of token patterns) and `id`.

    String patterns are folded as texts are. Raises ValueError, with the line, for a line that lacks one of the three.
    """
    patterns: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        pattern = json.loads(line)
        if not isinstance(pattern, dict) or not {"label", "pattern", "id"} <= pattern.keys():
            raise ValueError(f"{path.name}:{number}: a pattern needs `label`, `pattern` and `id`")
        if isinstance(pattern["pattern"], str):
            pattern["pattern"] = same_length(pattern["pattern"])
        patterns.append({key: pattern[key] for key in ("label", "pattern", "id")})
    return patterns


class Names:
    """Finds names; of overlapping ones the longest counts."""

    def __init__(self, language: Language) -> None:
        self._language = language

    @classmethod
    def build(cls, patterns: list[dict[str, Any]]) -> Names:
        """Builds a blank English pipeline with an entity ruler of `patterns`."""
        language = spacy.blank("en")
        ruler = language.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
        ruler.add_patterns(patterns)  # type: ignore[attr-defined]
        return cls(language)

    def find(self, text: str) -> list[Name]:
        """Returns the names in the first 2,000 characters of `text`, in order."""
        document = self._language(same_length(text[:LONGEST]))
        return [Name(e.start_char, e.end_char, e.label_, e.ent_id_) for e in document.ents]

    def save(self, folder: Path) -> None:
        """Writes the pipeline into `folder`."""
        self._language.to_disk(folder)

    @classmethod
    def load(cls, folder: Path) -> Names:
        """Reads what `save` wrote."""
        return cls(spacy.load(folder))
