"""The programs that make up a running Aratohu, and how each is started. Secrets go to them by environment only:
command lines can be read by everybody on the machine.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.channels.connected import hidden
from connectors.channels.settings import PREFIX, ROOT, Settings, variable

BOT_PYTHON = ROOT / ".venv" / "bot" / "bin" / "python"
LOOPBACK = "127.0.0.1"
ACTIONS = "/internal/rasa/actions"

QUIET = {
    # Numbers of threads: more than one makes a single sentence slower, and takes the cores from the others.
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
    # A DeprecationWarning of old libraries is no news to whoever runs this.
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True)
class Program:
    """One of our programs: how to start it, and how to see that it is well."""

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    port_setting: str
    health: str
    environment: Mapping[str, str] = field(repr=False)
    token: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """Where its health is asked for."""
        host = LOOPBACK if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self.health}"


def programs(settings: Settings) -> list[Program]:
    """The programs that these settings ask for, the app last."""
    made = []
    if settings.sandbox:
        made.append(_sandbox(settings))
    if settings.has_own_rasa:
        made.append(_rasa(settings))
    return [*made, _app(settings)]


def bot_environment(settings: Settings) -> dict[str, str]:
    """The surroundings of what runs in the assistant's Python: quiet, and without the other programs' secrets."""
    home = settings.data_dir / "rasa"
    return {
        **_plain(settings),
        **QUIET,
        # Rasa and its libraries leave settings and caches in the user's home.
        "HOME": str(home),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PYTHONPATH": str(ROOT),
    }


def taken(programs: list[Program]) -> list[str]:
    """What stands in the way of starting these programs, for each port that can't be had."""
    problems = []
    wanted: dict[int, str] = {}
    for program in programs:
        if program.port in wanted:
            problems.append(
                f"{wanted[program.port]} and {program.port_setting} are both {program.port}. Give each its own port."
            )
        wanted[program.port] = program.port_setting
        reason = _refused(program.host, program.port)
        if reason:
            problems.append(f"{reason} Choose another with {program.port_setting}, for example:\n{_example(program)}")
    return problems


def _sandbox(settings: Settings) -> Program:
    environment = {
        **_plain(settings),
        variable("data_dir"): str(settings.data_dir),
        variable("sandbox_client_secret"): settings.sandbox_client_secret.get_secret_value(),
        variable("webhook_secret"): settings.webhook_secret.get_secret_value(),
        variable("public_url"): settings.public_url,
        "PYTHONPATH": str(ROOT),
    }
    if settings.sandbox_auto_seconds is not None:
        environment[variable("sandbox_auto_seconds")] = str(settings.sandbox_auto_seconds)
    return Program(
        name="agencies",
        command=_uvicorn("connectors.agencies.sandbox.app:app", LOOPBACK, settings.sandbox_port, settings),
        host=LOOPBACK,
        port=settings.sandbox_port,
        port_setting=variable("sandbox_port"),
        health="/health",
        environment=environment,
    )


def _rasa(settings: Settings) -> Program:
    token = settings.rasa_token.get_secret_value()
    environment = {
        **bot_environment(settings),
        "ARATOHU_ACTION_ENDPOINT": settings.internal_url + ACTIONS,
        "ARATOHU_ACTION_TOKEN": settings.action_token.get_secret_value(),
        "ARATOHU_RASA_TOKEN": token,
        "ARATOHU_TRACKER_DIALECT": "sqlite",
        "ARATOHU_TRACKER_DB": str(settings.data_dir / "tracker.sqlite"),
    }
    command = [str(BOT_PYTHON), "-m", "bot.serve", "--models", str(settings.models), "--port", str(settings.rasa_port)]
    return Program(
        name="rasa",
        command=(*command, "--log-level", settings.log_level),
        host=LOOPBACK,
        port=settings.rasa_port,
        port_setting=variable("rasa_port"),
        health="/status",
        environment=environment,
        token=token,
    )


def _app(settings: Settings) -> Program:
    if settings.trusted_proxies:
        proxies = ["--proxy-headers", "--forwarded-allow-ips", settings.trusted_proxies]
    else:
        # Without a proxy in front, anybody could claim any address and so get round the rate limits.
        proxies = ["--no-proxy-headers"]
    return Program(
        name="app",
        command=(*_uvicorn("connectors.channels.app:app", settings.host, settings.port, settings), *proxies),
        host=settings.host,
        port=settings.port,
        port_setting=variable("port"),
        health="/api/v1/health",
        environment={**os.environ, variable("data_dir"): str(settings.data_dir), "PYTHONPATH": str(ROOT)},
    )


def _uvicorn(app: str, host: str, port: int, settings: Settings) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "uvicorn", app, "--host", host, "--port", str(port)),
        *("--log-level", settings.log_level, "--no-access-log", "--no-server-header"),
        # A page that follows a conversation never hangs up by itself.
        *("--timeout-graceful-shutdown", "5"),
    )


def _plain(settings: Settings) -> dict[str, str]:
    """The surroundings without our settings and agencies' secrets: a program is told what it needs and no more."""
    secret = hidden(settings)
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name not in secret}


def _refused(host: str, port: int) -> str:
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as attempt:
            # As the servers do: a port whose last user has just gone counts as free.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except PermissionError:
        return f"Port {port} may only be used by the system's administrator."
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine ({variable('host')})."
        return f"Port {port} is taken by another program."
    return ""


def _example(program: Program) -> str:
    for port in range(program.port + 1, min(program.port + 100, 65536)):
        if not _refused(program.host, port):
            return f"    {program.port_setting}={port} make run"
    return f"    {program.port_setting}=… make run"


def models_there(folder: Path) -> bool:
    """Whether something was trained already."""
    return any(folder.glob("*.tar.gz"))
