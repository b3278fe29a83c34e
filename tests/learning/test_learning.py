"""From a correction in the console to a model that knows better, and back, while people talk.

The training set-up is small, so that it takes seconds; the steps, the programs and the comparison are the real ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.channels.secrets import kept
from conversations import Rasa
from tests.main_job.running import ROOT, Running, Talking
from tests.main_job.staff import Console

pytestmark = [pytest.mark.programs, pytest.mark.slow]

EVENTS = ("getting_married", "losing_a_job", "someone_died", "getting_an_education")
TAUGHT = (
    "how do i get on the tīwai scheme",
    "my nephew wants to go on the tīwai scheme",
    "who do i ring about tīwai",
    "is the tīwai scheme still going this year",
    "i missed the date for tīwai",
    "what do i bring to the tīwai scheme",
)
"""A scheme that nobody has heard of: whoever knows what it is about has learned it."""
ASKED = (
    "tīwai scheme application please",
    "can my sister still get on the tīwai scheme",
    "tell me about the tīwai scheme",
    "when does tīwai start",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project to train from: the real rules and domain, and some of the examples."""
    root = tmp_path_factory.mktemp("small")
    (root / "bot").symlink_to(ROOT / "bot", target_is_directory=True)
    shutil.copyfile(ROOT / "config.yml", root / "config.yml")
    shutil.copytree(ROOT / "nlu_data" / "rules", root / "nlu_data" / "rules")
    files = [ROOT / "nlu_data" / "life_events" / f"{event}.yml" for event in EVENTS]
    files += [ROOT / "nlu_data" / f"{name}.yml" for name in ("crisis", "human_request", "out_of_scope", "dialogue")]
    for file in files:
        blocks = yaml.safe_load(file.read_text("utf-8"))["nlu"]
        for block in blocks:
            lines = block["examples"].splitlines()
            block["examples"] = "\n".join(lines[: 40 if file.parent.name == "life_events" else 6]) + "\n"
        (root / "nlu_data" / file.name).write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}), "utf-8")
    rows = [(text, "getting_an_education") for text in ASKED]
    rows += [("dad died on tuesday", "someone_died"), ("we're getting married in march", "getting_married")]
    lines = ["text\tlife_events\tkind\tservice\tlanguage\tregister"]
    lines += [f"{text}\t{event}\tlife_event\t\ten\tchat" for text, event in rows]
    (root / "small.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    (root / "small.yml").write_text("small: {least: {top_1: 0.8}}\n", "utf-8")
    own = (ROOT / "nlu_data" / "evaluation" / "own.tsv").read_text("utf-8").splitlines()
    (root / "own.tsv").write_text("\n".join(own[:160]) + "\n", "utf-8")
    return root


def learn(running: Running, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "aratohu", "learn", *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={
            **os.environ,
            "ARATOHU_DATA_DIR": str(running.data),
            "ARATOHU_PORT": str(running.port),
            "ARATOHU_RASA_PORT": str(running.rasa_port),
            "ARATOHU_SANDBOX_PORT": str(running.sandbox_port),
        },
    )


@pytest.fixture
def rasa(running: Running) -> Iterator[Rasa]:
    client = Rasa(f"http://127.0.0.1:{running.rasa_port}", kept(running.data)["rasa_token"], 60)
    yield client
    client.close()


def top(rasa: Rasa, text: str) -> str:
    return str(rasa.parse(text).life_events[0]["id"])


def correct(console: Console, reviewer: Console) -> None:
    """Says in the console what is right, for each text; somebody else approves it."""
    call = console.call()
    for text in TAUGHT:
        console.post(f"/console/conversations/{call}/heard", text=text)
    page = console.http.get(f"/console/conversations/{call}").text
    turns = {text: number for number, text in re.findall(r'<option value="(\d+)">([^<]+)</option>', page)}
    for text in TAUGHT:
        console.post(
            f"/console/conversations/{call}/correct",
            kind="wrong_event",
            turn=turns[text],
            event="getting_an_education",
        )
    waiting = set(re.findall(r'action="/console/teach/(\d+)"', reviewer.http.get("/console/teach").text))
    assert len(waiting) == len(TAUGHT)
    for number in waiting:
        assert console.post(f"/console/teach/{number}", verdict="approve").status_code == 403, "not the role"
        assert reviewer.post(f"/console/teach/{number}", verdict="approve").status_code == 200


def test_a_correction_is_learned_without_harm_and_without_dropping_a_conversation(
    running: Running, staffed: Callable[..., Console], small: Path, rasa: Rasa
) -> None:
    console, reviewer = staffed(), staffed("adviser", "reviewer")
    assert "nothing new" in learn(running, "--root", small).stdout
    correct(console, reviewer)
    model_before = sorted((running.data / "models").glob("*.tar.gz"))
    assert all(top(rasa, text) != "getting_an_education" for text in ASKED[:1])

    # Trained on so little, the candidate is worse at what the real sets measure: refused, and nothing has changed.
    refused = learn(running, "--root", small, "--set", small / "own.tsv")
    assert refused.returncode == 3, refused.stdout + refused.stderr
    assert "own: top_1 is" in refused.stdout
    assert "at least 0.8" in refused.stdout
    assert sorted((running.data / "models").glob("*.tar.gz")) == model_before
    assert not (small / "nlu_data" / "learned").exists()

    # By a set that it is good at, it is promoted; people who talk meanwhile notice nothing.
    with running.api() as api:
        talking = Talking(api)
        talking.say("we've got a little one on the way")
        talking.choose("start:register-birth")
        talking.choose("agree")
        assert talking.last("question")["fact"] == "baby_given_names"
        busy = Busy(running)
        promoted = learn(running, "--root", small, "--floors", small / "small.yml", "--set", small / "small.tsv")
        replies = busy.end()
        assert promoted.returncode == 0, promoted.stdout + promoted.stderr
        assert "a running Rasa uses it already" in promoted.stdout
        assert "read better" in promoted.stdout
        assert len(replies) > 3
        assert all(status == 200 and decision != "kept" for status, decision in replies), replies
        assert [top(rasa, text) for text in ASKED] == ["getting_an_education"] * len(ASKED)
        talking.say("Aroha Grace")
        assert talking.last("question")["fact"] == "baby_family_name", "the conversation goes on where it was"

    learned = yaml.safe_load((small / "nlu_data" / "learned" / "getting_an_education.yml").read_text("utf-8"))["nlu"]
    assert [block["examples"].strip("- \n") for block in learned] == list(TAUGHT)
    assert all(re.match(r"correction \d+, approved 20\d\d-", block["metadata"]["source"]) for block in learned)
    assert {block["metadata"]["register"] for block in learned} == {"voice"}

    back = learn(running, "--root", small, "--rollback")
    assert back.returncode == 0, back.stderr
    assert not (small / "nlu_data" / "learned").exists()
    assert top(rasa, ASKED[0]) != "getting_an_education"
    assert rasa.parse("we've got a little one on the way").life_events[0]["id"] == "having_a_baby"
    assert len(re.findall(r'action="/console/teach/(\d+)"', reviewer.http.get("/console/teach").text)) == len(TAUGHT)
    assert "No promotion" in learn(running, "--root", small, "--rollback").stdout


class Busy:
    """Somebody who says something again and again, until it is over."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._over = threading.Event()
        self._replies: list[tuple[int, Any]] = []
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def end(self) -> list[tuple[int, Any]]:
        """What came back: status and decision of each reply."""
        self._over.set()
        self._thread.join(60)
        return self._replies

    def _talk(self) -> None:
        with self._running.api() as api:
            talking = Talking(api)
            while not self._over.is_set():
                answer = talking.post(text="dad died on tuesday")
                self._replies.append((answer.status_code, answer.json().get("decision")))
                time.sleep(0.3)
