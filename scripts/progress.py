"""Says what is going on while something takes time, on standard error: standard output belongs to the command."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 2.0  # seconds that need no word
REMINDER = 20.0  # seconds after which a step says that it is still at it


class SetupError(Exception):
    """Something that only the person at the keyboard can put right; the text says how."""


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announces a step once it has taken two seconds, reminds that it goes on, and says how long it took."""
    began = time.monotonic()
    finished = threading.Event()

    def tell() -> None:
        if finished.wait(PATIENCE):
            return
        say(f"{what} …")
        while not finished.wait(REMINDER):
            say(f"  still at it after {time.monotonic() - began:.0f} s: {what}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        finished.set()
        teller.join()
    took = time.monotonic() - began
    if took >= PATIENCE:
        say(f"  done in {took:.0f} s")


def run(command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Runs a tool quietly. What it printed is kept in the log and its end is shown when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as output:
        output.write(f"\n$ {' '.join(command)}\n")
        output.flush()
        start = output.tell()
        try:
            done = subprocess.run(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                check=False,
            )
        except OSError as error:
            raise SetupError(f"{command[0]} could not be started: {error.strerror}.") from error
    if done.returncode != 0:
        printed = log.read_bytes()[start:].decode("utf-8", "replace")
        tail = "\n".join("    " + line for line in printed.strip().splitlines()[-15:])
        raise SetupError(
            f"{Path(command[0]).name} {command[1] if len(command) > 1 else ''} failed. Its last words:\n{tail}\n"
            f"The whole output is in {log}."
        )


def answer(command: Sequence[str], seconds: float = 20) -> str | None:
    """What a command prints, or None when it cannot be started, fails, or does not come back."""
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
