"""The real programs, started as ``make run`` starts them, on a data folder and ports of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from connectors.channels.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], Any], seconds: float = 30, what: str = "it") -> Any:
    """What ``true`` gives, as soon as that is something."""
    end = time.monotonic() + seconds
    while True:
        given = true()
        if given:
            return given
        assert time.monotonic() < end, f"{what} did not happen within {seconds} seconds"
        time.sleep(0.1)


class Running:
    """Aratohu, running."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.settings = {f"ARATOHU_{name.upper()}": value for name, value in settings.items()}
        self.port, self.rasa_port, self.sandbox_port = free_ports(3)
        self.address = f"http://127.0.0.1:{self.port}"
        self.desk = f"http://127.0.0.1:{self.sandbox_port}/desk"
        # Where people go who leave quickly; a test machine may have no network.
        self.elsewhere = f"http://127.0.0.1:{self.sandbox_port}/site/site.css"
        self.said = data / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._before = 0

    def start(self) -> float:
        """Starts everything; gives the seconds until it is ready."""
        began = time.monotonic()
        with self.said.open("ab") as said:
            self._before = said.tell()
            self._process = subprocess.Popen(
                [str(ROOT / "aratohu"), "run"],
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                env={
                    **os.environ,
                    "ARATOHU_DATA_DIR": str(self.data),
                    "ARATOHU_PORT": str(self.port),
                    "ARATOHU_RASA_PORT": str(self.rasa_port),
                    "ARATOHU_SANDBOX_PORT": str(self.sandbox_port),
                    "ARATOHU_FOLLOW_SECONDS": "2",
                    "ARATOHU_LEAVE_TO": self.elsewhere,
                    "ARATOHU_MESSAGES_A_MINUTE": "1000",
                    "ARATOHU_REQUESTS_A_MINUTE": "100000",
                    **self.settings,
                },
            )
        until(self._is_ready, 300, f"ready (see {self.said})")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stops everything, as Ctrl-C does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def kill(self, part: str) -> int:
        """Kills one of the programs as a crash would; gives its process number."""
        module = {"app": "connectors.channels.app:app", "rasa": "bot.serve"}[part]
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and self._is_ours(folder, module):
                os.kill(int(folder.name), signal.SIGKILL)
                return int(folder.name)
        raise AssertionError(f"{part} is not running")

    def api(self) -> httpx.Client:
        """A client of the public API."""
        return httpx.Client(base_url=f"{self.address}/api/v1", timeout=60)

    def act(self, reference: str, state: str, message: str | None = None) -> None:
        """Acts as the agency: moves an application on."""
        id = next(one["id"] for one in self.received() if one["reference"] == reference)
        body = {"state": state, "message": message}
        httpx.post(f"{self.desk}/api/applications/{id}/move", json=body, timeout=30).raise_for_status()

    def received(self) -> list[dict[str, Any]]:
        """The applications that the agencies have."""
        filed = httpx.get(f"{self.desk}/api/applications", timeout=30).raise_for_status().json()
        return [one["application"] for one in filed]

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it stopped by itself: {self.said.read_text(errors='replace')[-2000:]}"
        return re.search(r"Aratohu is ready: \S+", self._fresh()) is not None

    def _fresh(self) -> str:
        # Only what this start said, not the one before it.
        return self.said.read_bytes()[self._before :].decode(errors="replace")

    def _is_ours(self, folder: Path, module: str) -> bool:
        try:
            line = (folder / "cmdline").read_bytes().split(b"\0")
            ports = {str(port).encode() for port in (self.port, self.rasa_port, self.sandbox_port)}
        except OSError:
            return False
        return module.encode() in line and bool(ports & set(line))


class Talking:
    """A conversation over the API."""

    def __init__(self, api: httpx.Client, **opening: Any) -> None:
        self.api = api
        opened = api.post("/conversations", json=opening).raise_for_status().json()
        self.id = opened["id"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}
        self.messages: list[dict[str, Any]] = opened["messages"]

    def post(self, **body: Any) -> httpx.Response:
        """Says something; gives the response as it is."""
        return self.api.post(f"/conversations/{self.id}/messages", json=body, headers=self.headers)

    def say(self, text: str) -> dict[str, Any]:
        """Says something; gives the reply."""
        return self._took(self.post(text=text))

    def choose(self, choice: str) -> dict[str, Any]:
        """Presses a button."""
        return self._took(self.post(choice=choice))

    def last(self, type: str) -> dict[str, Any]:
        """The last message of a type in the last reply."""
        found = [message for message in self.messages if message["type"] == type]
        assert found, f"no {type} in {json.dumps(self.messages)[:1500]}"
        return found[-1]

    def _took(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        self.messages = reply["messages"]
        return reply


BIRTH = {
    "baby_given_names": "Aroha Grace",
    "baby_family_name": "O’Brien-Ngata",
    "baby_birth_date": "1 11 2026",
    "baby_birth_place": "Hutt Hospital",
    "full_name": "Mere Ngata",
    "date_of_birth": "3/4/1994",
    "citizenship_status": "New Zealand citizen",
    "second_parent": "Yes, and they will sign too",
    "second_parent_name": "Sean O’Brien",
    "email": "mere@example.co.nz",
    "ird_number": "49-091-850",
}
"""What the parent of a baby answers, by fact."""


def fill(talking: Talking, answers: dict[str, str] = BIRTH) -> None:
    """Answers the form's questions until the answers can be checked."""
    for _ in range(40):
        if talking.messages[-1]["type"] == "check_answers":
            return
        question = talking.last("question")
        assert not question["error"], question
        options = {option["label"]: option["id"] for option in question["options"]}
        answer = answers[question["fact"]]
        if answer in options:
            talking.choose(f"answer:{options[answer]}")
        else:
            talking.say(answer)
    raise AssertionError("the form does not end")
