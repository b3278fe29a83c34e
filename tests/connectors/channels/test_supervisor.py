"""The supervisor, with small programs of the test's own in place of ours."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.channels import supervisor as module
from connectors.channels.ports import free_ports
from connectors.channels.programs import Program, programs, taken
from connectors.channels.settings import ROOT, Settings, variable
from connectors.channels.supervisor import StartFailedError, Supervisor

SERVER = """
import http.server, os, signal, sys, time
if os.environ.get("FAIL"):
    sys.exit("no luck today")
if os.environ.get("DEAF"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if "token=" + os.environ["TOKEN"] in self.path else 401)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def program(name: str, **environment: str) -> Program:
    (port,) = free_ports(1)
    return Program(
        name=name,
        command=(sys.executable, "-c", SERVER, str(port)),
        host="127.0.0.1",
        port=port,
        port_setting="ARATOHU_PORT",
        health="/health",
        environment={**os.environ, "TOKEN": "abc", **environment},
        token="abc",
    )


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Scene:
    """A supervisor and what it said."""

    def __init__(self, tmp_path: Path, *programs: Program) -> None:
        self.notes: list[str] = []
        self.supervisor = Supervisor(programs, tmp_path, lambda name, text: self.notes.append(f"{name} {text}"))

    def run(self, then: Callable[[], None]) -> None:
        """Runs until ``then`` has been called and everything has stopped."""

        async def keep() -> None:
            await self.supervisor.run(then)

        asyncio.run(keep())

    def later(self, what: Callable[[], None], seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, what)


def test_ready_when_all_are_well_and_all_stop(tmp_path: Path) -> None:
    first, second = program("first"), program("second")
    scene = Scene(tmp_path, first, second)
    seen: list[int] = []

    def ready() -> None:
        seen.extend(pids(first, second))
        scene.supervisor.stop()

    scene.run(ready)
    assert len(set(seen)) == 2
    assert not any(is_there(one) for one in seen)
    assert sorted(note.split(" (")[0] for note in scene.notes) == ["first running", "second running"]


def test_what_dies_is_started_again_and_said(tmp_path: Path) -> None:
    one = program("one")
    scene = Scene(tmp_path, one)
    seen: list[int] = []

    def ready() -> None:
        seen.extend(pids(one))
        os.kill(seen[0], signal.SIGKILL)
        scene.later(again, 3.0)

    def again() -> None:
        seen.extend(pids(one))
        scene.supervisor.stop()

    scene.run(ready)
    assert seen[0] != seen[1]
    assert "one stopped (signal SIGKILL); starting it again in 1 s" in scene.notes
    assert scene.notes[-1].startswith("one running again")


def test_one_that_cannot_start_stops_all_with_its_last_words(tmp_path: Path) -> None:
    scene = Scene(tmp_path, program("good"), program("bad", FAIL="1"))
    with pytest.raises(StartFailedError) as failed:
        scene.run(lambda: None)
    assert "bad stopped at its start (exit code 1)" in str(failed.value)
    assert "no luck today" in str(failed.value)
    assert str(tmp_path / "bad.log") in str(failed.value)


def test_one_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    scene = Scene(tmp_path, program("mute", TOKEN="another"))
    with pytest.raises(StartFailedError, match="mute did not answer within"):
        scene.run(lambda: None)


def test_one_that_ignores_the_request_to_stop_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.5)
    deaf = program("deaf", DEAF="1")
    scene = Scene(tmp_path, deaf)
    seen: list[int] = []

    def ready() -> None:
        seen.extend(pids(deaf))
        scene.supervisor.stop()

    scene.run(ready)
    assert not is_there(seen[0])


def test_each_start_begins_a_new_log(tmp_path: Path) -> None:
    for _ in range(module.KEPT_LOGS + 2):
        scene = Scene(tmp_path, program("one"))
        scene.run(scene.supervisor.stop)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.log", "one.log.1", "one.log.2", "one.log.3"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux, which ends children with their parent")
def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    one = program("one")
    keeper = textwrap.dedent(f"""
        import asyncio, pathlib
        from connectors.channels.programs import Program
        from connectors.channels.supervisor import Supervisor
        one = Program(name="one", command={one.command!r}, host="127.0.0.1", port={one.port}, port_setting="",
                      health="/health", environment={{"TOKEN": "abc"}}, token="abc")
        asyncio.run(Supervisor([one], pathlib.Path({str(tmp_path)!r}), lambda *_: None).run(lambda: None))
    """)
    process = subprocess.Popen([sys.executable, "-c", keeper], cwd=ROOT)
    try:
        assert within(20, lambda: bool(pids(one)))
        child = pids(one)[0]
    finally:
        process.kill()
        process.wait()
    assert within(5, lambda: not is_there(child))


def pids(*asked: Program) -> list[int]:
    """The process behind each program that answers."""
    found = []
    for one in asked:
        try:
            with socket.create_connection(("127.0.0.1", one.port), timeout=2) as connection:
                connection.sendall(f"GET /health?token={one.token} HTTP/1.0\r\n\r\n".encode())
                answer = b""
                while part := connection.recv(4096):
                    answer += part
        except OSError:
            continue
        found.append(int(answer.rpartition(b"\r\n")[2]))
    return found


def test_a_taken_port_is_named_with_its_setting() -> None:
    one = program("one")
    with socket.socket() as other:
        other.bind(("127.0.0.1", one.port))
        other.listen()
        (problem,) = taken([one])
    assert f"Port {one.port} is taken by another program." in problem
    assert "ARATOHU_PORT=" in problem
    assert not taken([one])


def test_two_programs_on_one_port_are_refused() -> None:
    one = program("one")
    assert "both" in taken([one, one])[0]


def test_no_secret_is_on_a_command_line_and_none_goes_where_it_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ARATOHU_SESSION_SECRET", "s" * 40)
    settings = Settings.load()
    made = {one.name: one for one in programs(settings)}
    secret = {
        name: value.get_secret_value()
        for name in Settings.model_fields
        # One that is not set is nobody's to find out.
        if hasattr(value := getattr(settings, name), "get_secret_value") and value.get_secret_value()
    }
    assert len(secret) >= 6
    for one in made.values():
        assert not set(secret.values()) & set(one.command)
        assert not any(text in repr(one) for text in secret.values())
    assert set(secret.values()) & set(made["rasa"].environment.values()) == {
        secret["rasa_token"],
        secret["action_token"],
    }
    assert set(secret.values()) & set(made["agencies"].environment.values()) == {
        secret["sandbox_client_secret"],
        secret["webhook_secret"],
    }


def test_what_runs_elsewhere_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ARATOHU_RASA_URL", "http://127.0.0.1:6000")
    monkeypatch.setenv("ARATOHU_SANDBOX", "off")
    assert [one.name for one in programs(Settings.load())] == ["app"]
