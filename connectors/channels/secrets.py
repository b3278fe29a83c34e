"""Secrets that nobody has to think of: made once, kept in the data folder where only its owner can read them."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from pathlib import Path

FILE = "secrets.json"
WEBHOOK_PREFIX = "whsec_"


NAMES = ("session_secret", "rasa_token", "action_token", "encryption_key", "sandbox_client_secret", "webhook_secret")


def kept(folder: Path) -> dict[str, str]:
    """The secrets of a data folder; those that are missing are made now."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / FILE
    # Programs that start at the same time must end up with the same secrets.
    with (folder / f"{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        missing = [name for name in NAMES if name not in there]
        if missing:
            there |= {name: _made(name) for name in missing}
            _write(file, json.dumps(there, indent=2) + "\n")
    return there


def _made(name: str) -> str:
    if name == "encryption_key":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if name == "webhook_secret":
        return WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def _write(file: Path, text: str) -> None:
    # Never half written, and never for a moment readable by others.
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(file)
