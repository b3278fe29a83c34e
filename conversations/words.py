"""What the assistant says: written by people, in English and te reo Māori, each string with its review state."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from catalogue.model import Text
from conversations import messages

FOLDER = Path(__file__).parent / "words"
"""The words that this project ships: one YAML file a topic, each entry ``key: {en, mi, mi_reviewed}``."""


class Words:
    """Strings by key.

    Raises:
        ValueError: where two files have the same key.
    """

    def __init__(self, texts: dict[str, Text]) -> None:
        self.texts = texts

    def text(self, key: str, language: str, **values: Any) -> str:
        """The words for ``key`` with ``values`` filled in; English where there is no te reo Māori.

        Raises:
            KeyError: where there are no such words.
        """
        return self.texts[key].in_language(language).format(**values)

    def say(self, key: str, language: str, links: list[messages.Link] | None = None, **values: Any) -> messages.Words:
        """The words for ``key`` as a message, marked with the language that they are really in."""
        return messages.Words(text=self.text(key, language, **values), links=links or [], **self.marks(key, language))

    def marks(self, key: str, language: str) -> dict[str, Any]:
        """``lang`` and ``unreviewed`` for a message with the words for ``key``."""
        words = self.texts[key]
        spoken = language == "mi" and words.mi is not None
        return {"lang": "mi" if spoken else "en", "unreviewed": spoken and not words.mi_reviewed}

    def choice(self, id: str, key: str, language: str, kind: Any = "secondary", **values: Any) -> messages.Choice:
        """A choice whose label is the words for ``key``."""
        lang = self.marks(key, language)["lang"]
        return messages.Choice(id=id, label=self.text(key, language, **values), kind=kind, lang=lang)


@functools.cache
def load(folder: Path = FOLDER) -> Words:
    """The words in ``folder``, read once."""
    texts: dict[str, Text] = {}
    for path in sorted(folder.glob("*.yml")):
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"{path.name}: `{key}` is there already; give it another key")
            texts[key] = Text.model_validate(value)
    return Words(texts)
