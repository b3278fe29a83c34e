"""Languages that we don't speak: which one a message is in, and an honest line in it if we have one."""

from __future__ import annotations

import functools
import re

from conversations.cues import load


def find(text: str, *, surely: bool = False) -> str | None:
    """The language of ``text``, as ``cues/tongues.yml`` names them; None where it is none of those.

    Args:
        surely: whether it is known to be neither English nor te reo Māori, so that one word is enough.

    >>> find("안녕하세요 도와주세요"), find("my tama started kura"), find("talofa, e mafai ona fesoasoani mai")
    ('ko', None, 'sm')
    """
    best, most = None, 0 if surely else 1
    for tongue, letters, words in _known():
        if letters is not None and letters.search(text):
            return tongue
        number = len({match.group().casefold() for match in words.finditer(text)}) if words is not None else 0
        if number > most:
            best, most = tongue, number
    return best


def line(tongue: str) -> str:
    """That we don't speak it, in that language."""
    said: str = load("tongues")[tongue]["line"]
    return said


@functools.cache
def _known() -> list[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]]:
    return [
        (
            tongue,
            re.compile(cue["letters"]) if "letters" in cue else None,
            re.compile(r"(?<!\w)(?:" + "|".join(cue["words"]) + r")(?!\w)", re.IGNORECASE) if "words" in cue else None,
        )
        for tongue, cue in load("tongues").items()
    ]
