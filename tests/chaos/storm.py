"""A storm over the applications: many people, agencies that fail in every way, and a program that is killed.

``make test-chaos`` runs it in full. What must hold afterwards: every application is at its agency exactly once, none
before the one that it waits for was completed, and each is in a final state or waits for a reason that is told.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from cases.tables import ApplicationRow, WaitRow
from connectors.channels.ports import free_ports
from storage import Database, Sealed
from tests.connectors.agencies.running import CLIENT_SECRET, WEBHOOK_SECRET, good
from tests.main_job.running import ROOT

GROUPS = (
    ("register-birth", "child-ird-number", "jobseeker-support"),
    ("visa-application", "declare-at-the-border", "ird-number-adult"),
    ("register-birth", "child-ird-number", "jobseeker-support"),
    ("change-vehicle-ownership", "pay-infringement", "book-doc-hut"),
)
"""What people start: three agencies each, all eight between them. In the first, the second waits for the first."""

AFTER = {"child-ird-number": "register-birth"}
AGENCIES = ("dia", "ir", "msd", "mbie", "customs", "nzta", "police", "doc")
FAULTS: dict[str, dict[str, float]] = {
    "slow": {"share": 0.05, "seconds": 1},
    "error": {"share": 0.1},
    "drop": {"share": 0.05},
    "lost_answer": {"share": 0.1},
    "expired_token": {"share": 0.05},
    "duplicate_webhook": {"share": 0.1},
    "reordered_webhook": {"share": 0.1, "seconds": 3},
    "stale_webhook": {"share": 0.05},
    "bad_signature": {"share": 0.05},
}
"""Part of the calls, or of the webhooks, that each fault hits. ``maintenance`` comes on top, as windows of time."""

FINAL = ("completed", "declined", "withdrawn", "not_accepted")
KEY = "c3Rvcm0tc3Rvcm0tc3Rvcm0tc3Rvcm0tc3Rvcm0tMzI="


@dataclass
class Outcome:
    """What a storm came to. ``faults`` are sentences: none means that everything held."""

    workflows: int
    database: str
    kills: int = 0
    seconds: float = 0.0
    states: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    delivered: int = 0
    doubled: int = 0
    lost: int = 0
    out_of_order: int = 0
    withdrawn: int = 0
    faults: list[str] = field(default_factory=list)

    def told(self) -> str:
        """The outcome as Markdown."""
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        waiting = "; ".join(f"{count} × {reason}" for reason, count in sorted(self.waiting.items())) or "none"
        lines = [
            f"## {self.workflows} workflows × 3 agencies on {self.database}, {self.kills} kills",
            "",
            "| what | figure |",
            "|---|---|",
            f"| applications | {3 * self.workflows} |",
            f"| delivered exactly once | {self.delivered} |",
            f"| taken back by the person, on purpose | {self.withdrawn} |",
            f"| lost | {self.lost} |",
            f"| doubled | {self.doubled} |",
            f"| before what they wait for was done | {self.out_of_order} |",
            f"| states in the end | {states} |",
            f"| waiting, and why | {waiting} |",
            f"| seconds | {self.seconds:.0f} |",
            "",
            *(f"- {fault}" for fault in self.faults),
        ]
        return "\n".join(lines) + "\n"


class Storm:
    """The programs, the people and the killer.

    Args:
        database: an SQLAlchemy address; a file in ``folder`` where it is left out.
        seed: makes the choices of what to start, take back and kill the same again.
    """

    def __init__(self, folder: Path, workflows: int, kills: int, database: str | None = None, seed: int = 1) -> None:
        Sealed.use(KEY)
        self._folder, self._workflows, self._kills = folder, workflows, kills
        self._url = database or f"sqlite:///{folder / 'aratohu.sqlite'}"
        self._chance = random.Random(seed)  # noqa: S311 - a storm that can be had again
        self._port, self._sandbox_port = free_ports(2)
        self._env = {
            **os.environ,
            "ARATOHU_DATA_DIR": str(folder),
            "ARATOHU_DATABASE_URL": self._url,
            "ARATOHU_PORT": str(self._port),
            "ARATOHU_SANDBOX_PORT": str(self._sandbox_port),
            "ARATOHU_RASA_URL": "http://127.0.0.1:9",
            "ARATOHU_SANDBOX_CLIENT_SECRET": CLIENT_SECRET,
            "ARATOHU_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "ARATOHU_ENCRYPTION_KEY": KEY,
            "ARATOHU_FOLLOW_SECONDS": "3",
            "ARATOHU_SANDBOX_AUTO_SECONDS": "2",
            "ARATOHU_REQUESTS_A_MINUTE": "1000000",
            "ARATOHU_LOG_LEVEL": "error",
        }
        self._api = f"http://127.0.0.1:{self._port}/api/v1"
        self._desk = f"http://127.0.0.1:{self._sandbox_port}/desk/api"
        self._program: subprocess.Popen[bytes] | None = None
        self._taken: dict[int, dict[str, Any]] = {}
        self._taken_back: set[str] = set()
        self._posted = threading.Event()
        self._trouble: list[str] = []
        self.outcome = Outcome(workflows, "Postgres" if self._url.startswith("postgres") else "SQLite")

    def run(self, patience: float = 1800) -> Outcome:
        """Lets it blow, waits until all is settled (``patience`` seconds at most), and looks at what is left."""
        began = time.monotonic()
        with contextlib.ExitStack() as open:
            open.enter_context(self._sandbox())
            open.callback(self._stop)
            self._start()
            self._switch_on()
            people = [threading.Thread(target=self._people, args=(start,), daemon=True) for start in range(4)]
            killer = threading.Thread(target=self._kill, daemon=True)
            for thread in (*people, killer):
                thread.start()
            for thread in people:
                thread.join(patience)
            self._posted.set()
            killer.join(patience)
            httpx.delete(f"{self._desk}/faults", timeout=60).raise_for_status()
            self._settle(began + patience)
            self._judge()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    @contextlib.contextmanager
    def _sandbox(self) -> Iterator[None]:
        with self._run("connectors.agencies.sandbox.app:app", self._sandbox_port) as program:
            self._until_up(f"http://127.0.0.1:{self._sandbox_port}/health", program)
            yield

    @contextlib.contextmanager
    def _run(self, app: str, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        command = (sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "error", *more)
        with (self._folder / "said.txt").open("ab") as said:
            program = subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=said, stderr=said)
        try:
            yield program
        finally:
            program.kill()
            program.wait()

    def _start(self) -> None:
        self._held = contextlib.ExitStack()
        app = "tests.chaos.program:create"
        self._program = self._held.enter_context(self._run(app, self._port, "--factory"))
        self._until_up(f"{self._api}/health", self._program)

    def _stop(self) -> None:
        self._held.close()

    def _until_up(self, url: str, program: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end and program.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(url, timeout=10).is_success:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not come up: {(self._folder / 'said.txt').read_text(errors='replace')[-3000:]}")

    def _switch_on(self) -> None:
        with httpx.Client(timeout=60) as http:
            for kind, how in FAULTS.items():
                body = {"agency": "*", "kind": kind, "for_seconds": 3600, **how}
                http.post(f"{self._desk}/faults", json=body).raise_for_status()
            self._close_one(http)

    def _close_one(self, http: httpx.Client) -> None:
        body = {"agency": self._chance.choice(AGENCIES), "kind": "maintenance", "for_seconds": 3}
        http.post(f"{self._desk}/faults", json=body).raise_for_status()

    def _people(self, first: int) -> None:
        try:
            with httpx.Client(timeout=60) as http:
                for number in range(first, self._workflows, 4):
                    self._apply(http, number)
        except Exception as error:  # noqa: BLE001 - whatever ends a person's day must be told in the end
            self._trouble.append(f"somebody could not apply: {type(error).__name__} {error}")

    def _apply(self, http: httpx.Client, number: int) -> None:
        services = GROUPS[number % len(GROUPS)]
        answers = {fact: value for service in reversed(services) for fact, value in good(service).items()}
        body = {
            "services": services,
            "answers": answers | {"email": f"person{number}@example.org"},
            "consents": {agency: {"agreed": True} for agency in AGENCIES},
        }
        made = self._persist(http, "applications/together", body, {"Idempotency-Key": f"person-{number}"})
        self._taken[number] = made
        if number % 7 == 5:
            one = made["applications"][number % 3]["reference"]
            code = {"X-Access-Code": made["access_code"]}
            # Too late is an answer too: the agency was done with it.
            self._persist(http, f"applications/{one}/withdraw", None, code, fine=(202, 409))
            self._taken_back.add(one)

    def _persist(
        self, http: httpx.Client, path: str, body: Any, headers: dict[str, str], fine: tuple[int, ...] = (202,)
    ) -> dict[str, Any]:
        """Posts until there is an answer, as people do who press the button again."""
        end = time.monotonic() + 600
        while time.monotonic() < end:
            try:
                answer = http.post(f"{self._api}/{path}", json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.3)
                continue
            if answer.status_code in fine:
                made: dict[str, Any] = answer.json()
                return made
            if answer.status_code < 500:
                raise AssertionError(f"{path}: {answer.status_code} {answer.text[:500]}")
            time.sleep(0.3)
        raise AssertionError(f"{path}: no answer within ten minutes")

    def _kill(self) -> None:
        with httpx.Client(timeout=60) as http:
            for _ in range(self._kills):
                time.sleep(self._chance.uniform(0.2, 3.0))
                if self._program is not None:
                    os.kill(self._program.pid, signal.SIGKILL)
                    self._program.wait()
                self.outcome.kills += 1
                self._start()
                self._close_one(http)

    def _settle(self, end: float) -> None:
        while time.monotonic() < end:
            if all(state in FINAL or reason for state, reason in self._standing()):
                return
            time.sleep(1)
        self._trouble.append("not all was settled in time")

    def _standing(self) -> list[tuple[str, str | None]]:
        """The state of each application, and why it waits if it does."""
        filed = self._filed()
        due = {
            one["application"]["reference"]
            for ones in filed.values()
            for one in ones
            if (one["application"]["payment"] or {}).get("state") == "due"
        }
        with contextlib.closing(Database(self._url)) as database, database.read() as session:
            waits = set(session.scalars(select(WaitRow.reference)))
            return [
                (row.state, "payment is due" if row.state == "received" and row.reference in due else _why(row, waits))
                for row in session.scalars(select(ApplicationRow))
            ]

    def _filed(self) -> dict[str, list[dict[str, Any]]]:
        """What each agency has received."""
        with httpx.Client(timeout=120) as http:
            return {
                agency: http.get(f"{self._desk}/applications", params={"agency": agency}).raise_for_status().json()
                for agency in AGENCIES
            }

    def _judge(self) -> None:
        outcome, wrong = self.outcome, list(self._trouble)
        for state, reason in self._standing():
            outcome.states[state] += 1
            if state not in FINAL:
                outcome.waiting[reason or "no reason"] += 1
        with contextlib.closing(Database(self._url)) as database, database.read() as session:
            rows = list(session.scalars(select(ApplicationRow)))
        ours = {row.reference: row for row in rows}
        there = defaultdict(list)
        people: Counter[tuple[str, str]] = Counter()
        for ones in self._filed().values():
            for one in ones:
                there[one["application"]["reference"]].append(one["application"])
                people[one["answers"]["email"], one["application"]["service"]] += 1
        told = {one["reference"] for made in self._taken.values() for one in made["applications"]}
        if len(rows) != 3 * self._workflows or told != set(ours):
            wrong.append(f"{len(rows)} applications for {self._workflows} people, {len(told - set(ours))} unknown")
        outcome.doubled = sum(count - 1 for count in people.values())
        wrong += [f"{person} has {count} of {service}" for (person, service), count in people.items() if count > 1]
        outcome.withdrawn = sum(row.state == "withdrawn" for row in rows)
        for reference, row in ours.items():
            wrong += self._judge_one(row, there[reference], there)
        stray = [reference for reference in there if reference not in ours]
        wrong += [f"{reference} is at an agency and nowhere else" for reference in stray if there[reference]]
        outcome.faults = wrong

    def _judge_one(self, row: ApplicationRow, found: list[dict[str, Any]], there: dict[str, Any]) -> list[str]:
        outcome, wrong = self.outcome, []
        stopped = row.state == "withdrawn" or (row.state == "submitted" and row.trouble == "dependency")
        if not found:
            if not stopped:
                outcome.lost += 1
                wrong.append(f"{row.reference} ({row.service}, {row.state}) never arrived")
            return wrong
        outcome.delivered += row.state != "withdrawn"
        if row.state != found[0]["state"]:
            wrong.append(f"{row.reference} is {row.state} here and {found[0]['state']} at the agency")
        if row.state == "withdrawn" and row.reference not in self._taken_back:
            wrong.append(f"{row.reference} was taken back by nobody")
        first = AFTER.get(row.service)
        if first is not None:
            group = next(made for made in self._taken.values() if row.together == made["applications"][0]["together"])
            other = next(one["reference"] for one in group["applications"] if one["service"] == first)
            done = (
                [one["at"] for one in there[other][0]["history"] if one["state"] == "completed"] if there[other] else []
            )
            if not done or _moment(found[0]["history"][0]["at"]) < _moment(done[0]):
                outcome.out_of_order += 1
                wrong.append(f"{row.reference} came before {other} was done")
        return wrong


def _why(row: ApplicationRow, waits: set[str]) -> str | None:
    if row.state == "submitted" and row.reference in waits and row.trouble == "dependency":
        return "what comes first was taken back"
    return None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
