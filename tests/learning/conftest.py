"""A project that lacks something, its model, and Aratohu running on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from connectors.channels.programs import BOT_PYTHON
from tests.main_job.conftest import staffed
from tests.main_job.running import ROOT, Running

__all__ = ["staffed"]

EVENTS = ("getting_married", "turning_18")
"""What the project knows next to nothing of: every example of just one of these is taken out."""
EVERY = 3
"""Of other examples one in so many is kept, counted through each file, so that training takes a few minutes less."""
WHOLE = ("crisis.yml", "calm.yml")
"""Files that are kept whole, and so is what is in te reo Māori or partly so: figures that rest on a few rows of a set
would else go up and down by chance."""
WRONG = "losing_a_baby"
"""Examples of this event that were left out are what a careless adviser sets wrong."""


@dataclass
class Project:
    """A folder to train from, and what is not in it.

    Attributes:
        lacking: examples of :data:`EVENTS` by event, none of which the folder has.
        unseen: examples of :data:`WRONG` that it has not.
        model: what was trained on it.
        floors: the model's own, by the rule of ``bot/measure/floors.py``, on the project's evaluation sets.
    """

    root: Path
    lacking: dict[str, list[str]]
    unseen: list[str]
    model: Path
    floors: Path


def bot(module: str, *options: str | Path) -> str:
    """Runs a program of the assistant's; gives what it said."""
    done = subprocess.run(
        [BOT_PYTHON, "-m", f"bot.{module}", *map(str, options)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's own rules and domain, and a third of its examples without those of two life events."""
    root = tmp_path_factory.mktemp("project")
    (root / "bot").symlink_to(ROOT / "bot", target_is_directory=True)
    shutil.copyfile(ROOT / "config.yml", root / "config.yml")
    shutil.copytree(ROOT / "nlu_data" / "rules", root / "nlu_data" / "rules")
    lacking: dict[str, list[str]] = {event: [] for event in EVENTS}
    unseen: list[str] = []
    for file in sorted((ROOT / "nlu_data").rglob("*.yml")):
        place = file.relative_to(ROOT / "nlu_data")
        if place.parts[0] in ("rules", "evaluation"):
            continue
        blocks, number = [], 0
        for block in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader).get("nlu") or []:
            lines = [line for line in (block.get("examples") or "").splitlines() if line.startswith("- ")]
            whole = file.name in WHOLE or (block.get("metadata") or {}).get("language") in ("mi", "mix")
            kept = [line for at, line in enumerate(lines, number) if whole or at % EVERY == 0]
            number += len(lines)
            if block.get("intent") in EVENTS:
                lacking[block["intent"]] += [line[2:] for line in lines]
                continue
            if block.get("intent") == WRONG:
                unseen += [line[2:] for line in lines if line not in kept]
            if kept:
                blocks.append({**block, "examples": "\n".join(kept) + "\n"})
        if blocks:
            made = root / "nlu_data" / place
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, width=1000), "utf-8")
    models = tmp_path_factory.mktemp("models")
    bot("measure.candidate", "--models", models, "--root", root)
    (model,) = models.glob("*.tar.gz")
    floors = root / "floors.yml"
    floors.write_text(bot("measure.floors", "--model", model), "utf-8")
    return Project(root, lacking, unseen, model, floors)


@pytest.fixture(scope="session")
def running(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Aratohu, running with the model of the project that lacks something."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").mkdir()
    shutil.copy2(project.model, data / "models")
    # A start would train the whole project's model, which knows everything.
    whole = subprocess.run(
        [BOT_PYTHON, "-c", "from bot.train import fingerprint; print(fingerprint())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (data / "models" / "fingerprint").write_text(whole.stdout, "utf-8")
    made = Running(data)
    made.start()
    yield made
    made.stop()
