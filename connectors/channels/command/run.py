"""``./aratohu run`` and ``./aratohu stop``."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

import click

from catalogue import load
from connectors.channels.command.adviser import demo_account
from connectors.channels.command.bot import prepare, trained
from connectors.channels.command.group import RefusedError
from connectors.channels.connected import connected
from connectors.channels.programs import programs, taken
from connectors.channels.settings import Settings, variable
from connectors.channels.supervisor import GRACE, StartFailedError, Supervisor


class FailedError(click.ClickException):
    """Something did not work that should have."""

    exit_code = 1


@click.command()
def run() -> None:
    """Start everything, and keep it going until Ctrl-C or stop.

    Sets up and trains first where that is due. What each program says goes to the logs in the data folder.
    """
    settings = Settings.load()
    # A fault in the connections is told here, and not by the app that would not start.
    connected(settings, load())
    # Ends what is being set up or trained at that moment, too; the supervisor takes over once it runs.
    signal.signal(signal.SIGTERM, _end)
    with _only_one(settings):
        parts = programs(settings)
        # Before minutes are spent on anything that would then fail.
        problems = taken(parts)
        if problems:
            raise RefusedError("\n".join(problems))
        prepare("front-end", *(["bot"] if settings.has_own_rasa else []))
        if settings.has_own_rasa:
            trained(settings)
        _offer_demo(settings)
        _supervise(Supervisor(parts, settings.logs, _note), settings)


@click.command()
def stop() -> None:
    """Stop what was started with run on the same data folder."""
    settings = Settings.load()
    file = _pid_file(settings)
    if not file.exists():
        click.echo("Aratohu is not running.")
        return
    with file.open("r+") as handle:
        if _lock(handle):
            click.echo("Aratohu is not running.")
            return
        # The lock is held, so the number in the file is that of a living process of ours.
        number = int(handle.read() or 0)
        if number <= 1:
            raise FailedError("Aratohu is just starting. Try again in a moment.")
        os.kill(number, signal.SIGTERM)
        deadline = time.monotonic() + GRACE * 2
        while time.monotonic() < deadline:
            if _lock(handle):
                click.echo("Aratohu has stopped.")
                return
            time.sleep(0.1)
    raise FailedError(f"Aratohu (process {number}) does not stop. End it with: kill -9 {number}")


def _offer_demo(settings: Settings) -> None:
    """On a fresh machine with the sandbox, an account for the console, whose password is shown this once."""
    marker = settings.data_dir / "demo-adviser"
    if marker.exists():
        return
    # Where it would not be safe, there is none.
    with contextlib.suppress(RefusedError):
        click.echo(demo_account(settings))
        click.echo("  (shown once; ./aratohu adviser demo makes a new password)")
        marker.touch(mode=0o600)


def _supervise(supervisor: Supervisor, settings: Settings) -> None:
    async def keep() -> None:
        await supervisor.run(lambda: click.echo(f"Aratohu is ready: {settings.public_url}"))

    click.echo("Starting. Ctrl-C stops everything.")
    try:
        asyncio.run(keep())
    except StartFailedError as error:
        raise FailedError(f"{error}\nEverything was stopped again.") from None
    click.echo("Aratohu has stopped.")


def _end(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def _note(name: str, text: str) -> None:
    click.echo(f"  {name}: {text}")


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Holds the data folder for this process; two on one folder would write over each other's files."""
    file = _pid_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as handle:
        if not _lock(handle):
            handle.seek(0)
            raise RefusedError(
                f"Aratohu is running already on {settings.data_dir} (process {handle.read().strip()}), "
                f"at {settings.public_url} unless its settings differ.\n"
                f"make stop ends it; a second one beside it needs its own {variable('data_dir')} and ports."
            )
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def _lock(handle: IO[str]) -> bool:
    # Held as long as the process lives and given back by the system when it dies, unlike a number in a file.
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_file(settings: Settings) -> Path:
    return settings.data_dir / "aratohu.pid"
