"""The whole assistant for one process to talk to: the house here, Rasa and the sandbox agencies beside it.

Conversation tests and ``make converse`` use it: the trained model, the actions and the agencies are the real ones; only
the pages are left out, and the day can be held.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from catalogue.days import today
from connectors.channels import webhook
from connectors.channels.ports import free_ports
from connectors.channels.programs import Program, programs
from connectors.channels.settings import ROOT, Settings
from connectors.channels.supervisor import follow_parent
from connectors.channels.wiring import House, build

PATIENCE = 180.0
"""Seconds in which each program must have become well."""


@contextlib.contextmanager
def rehearsal(models: Path = ROOT / ".data" / "models", day: Callable[[], dt.date] = today) -> Iterator[House]:
    """A house with everything behind it, on a data folder and ports of its own; all of it is gone at the end.

    Args:
        models: the folder of trained models.
        day: the day that the assistant takes it to be.

    Raises:
        RuntimeError: where a program does not become well; the text ends with its last words.
    """
    with tempfile.TemporaryDirectory(prefix="aratohu-") as folder, contextlib.ExitStack() as stack:
        data = Path(folder)
        (data / "models").symlink_to(models.resolve())
        port, rasa, sandbox = free_ports(3)
        settings = Settings(data_dir=data, port=port, rasa_port=rasa, sandbox_port=sandbox, follow_seconds=2)
        house = build(settings, today=day)
        stack.callback(house.close)
        app = FastAPI(openapi_url=None)
        app.include_router(webhook.router(house))
        stack.enter_context(_serving(app, port))
        started = [stack.enter_context(_running(one, data)) for one in programs(settings)[:-1]]
        for program, process, log in started:
            _wait(program, process, log)
        yield house


@contextlib.contextmanager
def _serving(app: FastAPI, port: int) -> Iterator[None]:
    """Answers Rasa and the agencies from a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def _running(program: Program, data: Path) -> Iterator[tuple[Program, subprocess.Popen[bytes], Path]]:
    log = data / f"{program.name}.log"
    with log.open("ab") as said:
        process = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            preexec_fn=follow_parent(os.getpid()),  # noqa: PLW1509 - it ends with us, however we end
        )
    try:
        yield program, process, log
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(program: Program, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(program.address, params={"token": program.token} if program.token else {}, timeout=2)
            if answer.status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{program.name} did not start: {log.read_text(errors='replace')[-1500:]}")
