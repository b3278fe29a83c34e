"""Keeps programs going: starts them together, says when they are well, starts again what dies, stops them all."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from connectors.channels.programs import Program
from connectors.channels.settings import ROOT

PATIENCE = 180.0
"""Seconds in which a program must have become well after its start."""
STEADY = 60.0
"""Seconds after which a program counts as well again, so that the next fall is a first one."""
LONGEST_PAUSE = 30.0
GRACE = 10.0
"""Seconds that a program has to stop by itself."""
KEPT_LOGS = 3

Note = Callable[[str, str], None]

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child that is about to become another program must not load libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


class StartFailedError(Exception):
    """A program did not become well. The text says which, and ends with its last words."""


class Supervisor:
    """Runs programs until it is told to stop.

    Callers need not think of order, signals or processes left behind: also where this process is killed, Linux ends
    the programs with it.

    Args:
        note: called with a program's name and one line about it.
    """

    def __init__(self, programs: Sequence[Program], logs: Path, note: Note) -> None:
        self._programs = programs
        self._logs = logs
        self._note = note
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()

    async def run(self, ready: Callable[[], None]) -> None:
        """Starts everything, calls ``ready`` once all are well, and returns when all have stopped.

        Raises:
            StartFailedError: where a program does not become well; the others are stopped.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        well = [asyncio.Event() for _ in self._programs]
        tasks = [asyncio.create_task(self._keep(*pair)) for pair in zip(self._programs, well, strict=True)]
        all_well = asyncio.create_task(_all(well))
        try:
            await asyncio.wait([all_well, *tasks], return_when=asyncio.FIRST_COMPLETED)
            if all_well.done() and not self._stopping.is_set():
                ready()
            # A program that can't be started ends its task with an error; after that the rest must stop, too.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._stopping.set()
            all_well.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def stop(self) -> None:
        """Stops everything in good order; called once more, at once."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    async def _keep(self, program: Program, well: asyncio.Event) -> None:
        """Starts a program again whenever it dies, with growing pauses, until everything stops."""
        _rotate(self._logs / f"{program.name}.log")
        falls = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            process = await self._start(program)
            ended = asyncio.create_task(process.wait())
            watch = asyncio.create_task(self._watch(program, well))
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait([ended, stopping, watch], return_when=asyncio.FIRST_COMPLETED)
                if watch.done() and not ended.done() and not stopping.done():
                    self._take(watch, program, was_well=well.is_set())
                    if watch.exception() is None:
                        await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
            finally:
                watch.cancel()
                stopping.cancel()
                await self._end(process)
            if self._stopping.is_set():
                return
            if not well.is_set():
                raise StartFailedError(self._last_words(program, f"stopped at its start ({_how(process.returncode)})"))
            falls = 1 if time.monotonic() - began > STEADY else falls + 1
            pause = min(2.0 ** (falls - 1), LONGEST_PAUSE)
            self._note(program.name, f"stopped ({_how(process.returncode)}); starting it again in {pause:.0f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    def _take(self, watch: asyncio.Task[None], program: Program, was_well: bool) -> None:
        """A program that was well once and does not come back is tried again; one that never was is not."""
        if watch.exception() is not None:
            if not was_well:
                watch.result()
            self._note(program.name, f"does not answer after its start; see {self._logs / program.name}.log")

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{program.name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *program.command,
                cwd=ROOT,
                env=dict(program.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                # Ctrl-C reaches the supervisor alone, which then stops the rest in good order.
                start_new_session=True,
                preexec_fn=follow_parent(os.getpid()),
            )

    async def _watch(self, program: Program, well: asyncio.Event) -> None:
        """Waits until the program is well and says so.

        Raises:
            StartFailedError: where that takes too long.
        """
        began = time.monotonic()
        reminder = began + 10
        # No proxy stands between two programs of one machine, whatever the surroundings say.
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while not await _is_well(client, program):
                now = time.monotonic()
                if now - began > PATIENCE:
                    raise StartFailedError(self._last_words(program, f"did not answer within {PATIENCE:.0f} s"))
                if now > reminder:
                    self._note(program.name, f"still starting after {now - began:.0f} s")
                    reminder = now + 10
                await asyncio.sleep(0.2)
        self._note(
            program.name, f"{'running again' if well.is_set() else 'running'} ({time.monotonic() - began:.1f} s)"
        )
        well.set()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Asks the program to stop, waits, and ends it and whatever it started where it does not."""
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            hurry = asyncio.create_task(self._hurry.wait())
            await asyncio.wait(
                [asyncio.create_task(process.wait()), hurry], timeout=GRACE, return_when=asyncio.FIRST_COMPLETED
            )
            hurry.cancel()
        # Its whole session: also what it started itself and left behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def _last_words(self, program: Program, what: str) -> str:
        log = self._logs / f"{program.name}.log"
        lines = log.read_text("utf-8", "replace").strip().splitlines()[-15:] if log.exists() else []
        tail = "".join(f"\n    {line}" for line in lines) or "\n    (it said nothing)"
        return f"{program.name} {what}. Its last words:{tail}\nThe whole log is in {log}."


async def _all(events: Sequence[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


async def _is_well(client: httpx.AsyncClient, program: Program) -> bool:
    try:
        # The token is a parameter here since Rasa knows no other way; this request never leaves the machine.
        answer = await client.get(program.address, params={"token": program.token} if program.token else None)
    # Not only HTTPError: anyio fails with an AttributeError where a program ends as soon as it is connected.
    except Exception:  # noqa: BLE001 - whatever it is, the program has not answered
        return False
    return answer.status_code == 200


def follow_parent(parent: int) -> Callable[[], None] | None:
    """Runs in the child before it becomes the program: asks Linux to end it when the supervisor dies."""
    libc = _libc
    if libc is None:
        return None

    def follow() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            # The supervisor died before Linux was asked.
            os._exit(1)

    return follow


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _rotate(log: Path) -> None:
    """Each start begins a new log; the last few are kept."""
    if not log.exists():
        return
    for number in range(KEPT_LOGS, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        newer = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if newer.exists():
            newer.replace(older)
