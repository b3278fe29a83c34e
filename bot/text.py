"""What every component reads of a message: cleaned text, and text folded for comparing.

Nothing here raises on any string: lone surrogates, control characters, markup and mixed scripts all pass through.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 2_000
"""Characters of a message that are looked at. Longer ones are cut, so that time stays bounded."""

_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SPACES: Final = re.compile(r"\s+")
_REPEATS: Final = re.compile(r"(\S)\1{3,}")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "ʻ": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def clean(text: str | None, longest: int = LONGEST) -> str:
    """Returns the first `longest` characters on one line, without control characters and in composed form.

    Runs of more than three of one character are cut to three ("helppppp" reads as "helppp").
    """
    if not text:
        return ""
    text = unicodedata.normalize("NFC", text[:longest])
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text)
    text = _SPACES.sub(" ", text.translate(_QUOTES)).strip()
    return _REPEATS.sub(r"\1\1\1", text)


def fold(text: str) -> str:
    """Returns `text` in lower case without macrons and other marks on Latin letters ("Hapū" reads as "hapu").

    Marks of other scripts stay: in Hindi or Thai they are vowels, not decoration.
    """
    text = text.lower()
    if text.isascii():
        return text
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char) and letters and letters[-1].isascii():
            continue
        letters.append(char)
    return unicodedata.normalize("NFC", "".join(letters))


def scripts(text: str) -> dict[str, int]:
    """Returns how many letters of each script `text` holds, by the first word of their Unicode name (LATIN, HANGUL)."""
    if text.isascii():
        letters = sum(map(str.isalpha, text))
        return {"LATIN": letters} if letters else {}
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            name = "LATIN" if char.isascii() else unicodedata.name(char, "UNKNOWN").split(" ")[0]
            counts[name] = counts.get(name, 0) + 1
    return counts
