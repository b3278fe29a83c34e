"""Cues: the words by which dates, people and follow-ups are known in a message, kept as data beside this code.

The model says what happened. What it can't know from one message alone is read here: which day "Tuesday" is, who "my
nan" is, and what "how much is that" asks while a plan lies on the table. All of it is plain patterns that a content
designer can read and mend; nothing is learned or guessed.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@functools.cache
def load(topic: str) -> dict[str, Any]:
    """The cues of a topic: ``people``, ``roles``, ``dates``, ``followups``, ``corrections``, ``naming``,
    ``asides`` or ``tongues``.
    """
    found = yaml.safe_load((FOLDER / f"{topic}.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict), topic  # noqa: S101 - a file of ours
    return found


@functools.cache
def any_of(topic: str, key: str, inside: str | None = None) -> re.Pattern[str]:
    """One pattern for all of a key's patterns."""
    found = load(topic)[key]
    listed = found[inside] if inside is not None else found
    return re.compile("|".join(f"(?:{one})" for one in listed), re.IGNORECASE)
