"""What a person is told about a file that answers a question: kinds, size, and how such names end."""

from __future__ import annotations

from collections.abc import Callable

from catalogue import Fact
from catalogue.answers import ENDINGS


def hint(fact: Fact, say: Callable[..., str]) -> str:
    """Which kinds of file will do, and how large one may be; ``say`` gives the words for a key."""
    names = [str(say(f"file_{kind}")) for kind in fact.kinds]
    named = f" {say('file_or')} ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return str(say("help_document", kinds=named, size=f"{fact.largest_mb:g}"))


def endings(fact: Fact) -> list[str]:
    """How the names of such files end, such as ``.pdf``."""
    return [ending for kind in fact.kinds for ending in ENDINGS[kind]]
