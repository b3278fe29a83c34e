"""Tokens and codes: made at random, kept as hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letters or digits that are mixed up when read out: 0/O, 1/I/L, U/V."""


def token() -> str:
    """An unguessable token of 256 bits, safe in headers and cookies."""
    return secrets.token_urlsafe(32)


def code(groups: int, prefix: str = "") -> str:
    """A code that can be read out on the phone: ``groups`` of four characters, some 20 bits each."""
    parts = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups)]
    return "-".join([prefix, *parts] if prefix else parts)


def tidy(code: str) -> str:
    """A code as it was given out, however it was typed: case, spaces and hyphens don't matter.

    >>> tidy("ara 7k2m 9qxp")
    'ARA7K2M9QXP'
    """
    return re.sub(r"[^0-9A-Z]", "", code.upper())


def digest(secret: str) -> str:
    """What is kept of a token or code (SHA-256; they are random enough to need no salt)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, kept: str | None) -> bool:
    """Whether ``secret`` is the one whose digest was ``kept``, in constant time."""
    return hmac.compare_digest(digest(secret), kept or "")
