"""Phrases that decide by themselves: patterns as data, with the exceptions that take them back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

from bot.text import clean, fold


class Phrases:
    """A decision, the patterns that call for it, and exceptions.

    The file holds `decision` (a name), `patterns` and `exceptions` (lists of regular expressions, or of mappings from a
    heading to such lists). They are matched against the message folded of case and macrons. A match counts unless an
    exception overlaps it.
    """

    FILE: Final = "phrases.json"

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.decision = str(content["decision"])
        self._patterns = [re.compile(pattern) for pattern in _flat(content.get("patterns", []))]
        self._exceptions = [re.compile(pattern) for pattern in _flat(content.get("exceptions", []))]

    @classmethod
    def read(cls, path: Path) -> Phrases:
        """Reads a file; raises FileNotFoundError, KeyError without a decision, re.error for a bad pattern."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        """Writes the phrases into `folder`."""
        (folder / self.FILE).write_text(json.dumps(self.content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Phrases:
        """Reads what `save` wrote."""
        return cls(json.loads((folder / cls.FILE).read_text(encoding="utf-8")))

    def match(self, text: str) -> bool:
        """Returns whether a phrase stands in `text` that no exception covers."""
        folded = fold(clean(text))
        excused = [found.span() for exception in self._exceptions for found in exception.finditer(folded)]
        for pattern in self._patterns:
            for found in pattern.finditer(folded):
                start, end = found.span()
                if not any(first < end and start < last for first, last in excused):
                    return True
        return False


def _flat(patterns: Any) -> list[str]:
    if isinstance(patterns, dict):
        return [pattern for part in patterns.values() for pattern in _flat(part)]
    return [str(pattern) for pattern in patterns]
