"""Who a message is about: "my mum", "for our daughter", "on behalf of a client"."""

from __future__ import annotations

import functools
import re
from typing import Any

from conversations.cues import any_of, load

_OWNED = r"\b(?:my|our|the|a|his|her|their|taku|tōku|toku|tāku|aku|ōku|tō mātou|to matou|tā mātou)\s+(?:\w+\s+)?"


def find(text: str) -> str | None:
    """The first person in ``text``, as ``cues/people.yml`` names them.

    >>> find("what about my elderly nan?"), find("it's for our daughter"), find("i want to study")
    ('grandmother', 'daughter', None)
    """
    found = [(match.start(), person) for person, pattern in _people() if (match := pattern.search(text))]
    return min(found, default=(0, None))[1]


def name(person: str, language: str) -> str:
    """What the assistant calls them: "your mother"."""
    called: dict[str, str] = load("people")[person]
    return called.get(language) or called["en"]


def role(text: str) -> str | None:
    """In which role somebody acts for another: executor, guardian, carer, adviser…

    >>> role("i'm the executor of my aunt's estate"), role("my aunt died")
    ('executor', None)
    """
    return next((one for one in load("roles") if any_of("roles", one, "patterns").search(text)), None)


def duty(role: str, language: str) -> dict[str, Any]:
    """What comes with a role, as the parts of a message."""
    said: dict[str, Any] = load("roles")[role]
    spoken = language == "mi" and "mi" in said
    return {"text": said["mi" if spoken else "en"], "lang": "mi" if spoken else "en", "unreviewed": spoken}


def switched(text: str) -> str | None:
    """The person in a message that says no more than whom it is about: "and for my wife?".

    >>> switched("and for my wife?"), switched("what about my partner"), switched("my wife is pregnant")
    ('wife', 'partner', None)
    """
    match = _SWITCH.fullmatch(text.strip())
    return find(match["who"]) if match else None


_SWITCH = re.compile(
    r"(?:ok(?:ay)?[, ]+|and |but |so |um |what |how |hei aha )*"
    r"(?:(?:what|how) about|for|about|same for|also for|it'?s for|it is for|me|mō|ā mō)\s+"
    r"(?P<who>(?:my|our|the|taku|tōku|toku|a) [\w -]{2,30}?)(?: instead| then| too| as well| please)?[?!. ]*",
    re.IGNORECASE,
)


@functools.cache
def _people() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (person, re.compile(rf"{_OWNED}(?:{'|'.join(cue['called'])})\b(?!'s (?:house|place|car))", re.IGNORECASE))
        for person, cue in load("people").items()
    ]
