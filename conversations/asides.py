"""Asides: "hang on", "lol", "ur useless", "???". They tell nothing of what has happened and answer no question.

They are known by their words alone (``conversations/cues/asides.yml``), whatever is open. A question that is on the
table stays there.
"""

from __future__ import annotations

import re

from conversations.cues import any_of, load

_MOST = 12
"""Words in an aside, at most."""


def read(text: str) -> str | None:
    """What to send to Rasa instead of an aside; None for anything else.

    Rasa hears a kindness that asks nothing, after which a form goes on, with the kind of aside as its value.

    >>> read("hold on the baby's crying"), read("ur useless!!"), read("hang on, it was friday"), read("im useless")
    ('/thank{"value": "wait"}', '/thank{"value": "anger"}', None, None)
    """
    if len(text.split()) > _MOST:
        return None
    plain = _plain(text)
    if (not plain and "?" in text) or any_of("asides", "lost").fullmatch(plain):
        return "/repeat"
    kind = next((name for name, is_one in _KINDS if is_one(plain)), None)
    return f'/thank{{"value": "{kind}"}}' if kind else None


def is_no_answer(text: str) -> bool:
    """Whether a text is one of those small words that are nobody's name or address.

    >>> is_no_answer("ok cool"), is_no_answer("nvm"), is_no_answer("Cool Springs Road 4")
    (True, True, False)
    """
    return any_of("asides", "aside").fullmatch(_plain(text)) is not None


def _waits(plain: str) -> bool:
    begun = any_of("asides", "wait").match(plain)
    if begun is None:
        return False
    rest = plain[begun.end() :]
    return not rest.strip(" .,!?…-") or any_of("asides", "reason").fullmatch(rest.lstrip(" .,!-…")) is not None


def _hums(plain: str) -> bool:
    return any_of("asides", "hum").fullmatch(plain) is not None


def _is_angry(plain: str) -> bool:
    said, cues = re.findall(r"[\w']+", plain), load("asides")
    angry = set(cues["angry"])
    return any(word in angry for word in said) and all(word in angry or word in cues["beside"] for word in said)


def _is_private(plain: str) -> bool:
    return any_of("asides", "privacy").fullmatch(plain) is not None


_KINDS = (("wait", _waits), ("hum", _hums), ("anger", _is_angry), ("privacy", _is_private))


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'").strip(" .,!?…-~")
