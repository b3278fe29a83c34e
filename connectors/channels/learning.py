"""Learning from what advisers set right: examples, a candidate, the comparison, and promotion or refusal with reasons.

A candidate is trained apart and compared with the model in use on every labelled set. Only then are its examples put
into ``nlu_data/learned``, its model beside the others, and Rasa asked to go on with it. What was before is kept, and
one command brings it back.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from connectors.channels.programs import BOT_PYTHON, bot_environment
from connectors.channels.settings import ROOT, Settings
from conversations import Rasa, RasaDown
from conversations.desk.corrections import Correction, Corrections

MARK = "fingerprint"
ALIKE = 96
"""From how alike on, of 100, a text counts as one that is among the examples already."""
KEPT = 5
"""Promotions that can be looked back at."""


class NothingToLearn(Exception):
    """No correction was approved since the last time, or what was is among the examples already."""


class LearningFailed(Exception):
    """A step did not work. The text says which; nothing was changed."""


@dataclass
class Outcome:
    """What came of it: whether the candidate was promoted, why not, and the comparison by labelled set."""

    promoted: bool
    reasons: list[str]
    report: dict[str, Any]
    learned: int
    model: Path
    seconds: float = 0.0
    told_rasa: bool = False
    skipped: list[str] = field(default_factory=list)


class Learning:
    """One project's learning.

    Args:
        root: the folder with ``config.yml``, ``bot/`` and ``nlu_data/``.
        floors, sets: what a candidate is measured against; the project's own where they are left out.
        tell: is called with a line about each step.
    """

    def __init__(
        self,
        settings: Settings,
        corrections: Corrections,
        rasa: Rasa,
        *,
        root: Path = ROOT,
        floors: Path | None = None,
        sets: Sequence[Path] = (),
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._settings = settings
        self._corrections = corrections
        self._rasa = rasa
        self._root = root
        self._floors = floors or root / "bot" / "floors.yml"
        self._sets = list(sets)
        self._tell = tell
        self._home = settings.data_dir / "learning"
        self._learned = root / "nlu_data" / "learned"

    def learn(self, *, dry: bool = False) -> Outcome:
        """Learns from the approved corrections.

        Args:
            dry: only trains and compares.

        Raises:
            NothingToLearn: see there.
            LearningFailed: see there.
        """
        began = time.monotonic()
        with self._alone():
            current = self.current()
            approved = [one for one in self._corrections.all("approved") if one.kind != "missing_answer"]
            fresh, skipped = self._fresh(approved)
            if not fresh:
                raise NothingToLearn("There is nothing new to learn: no correction was approved since the last time.")
            self._tell(f"{len(fresh)} examples to learn from, {len(skipped)} are known already")
            candidate = self._prepare(fresh, current)
            self._tell("training the candidate")
            self._run("measure.candidate", "--models", str(candidate / "models"), "--root", str(candidate))
            model = _newest(candidate / "models")
            self._tell("comparing it with the model in use")
            report = self._compare(current, model)
            reasons = [reason for one in report.values() for reason in one["reasons"]]
            outcome = Outcome(False, reasons, report, len(fresh), model, skipped=skipped)
            if not reasons and not dry:
                self._promote(candidate, model, report, [one.id for one in approved], outcome)
            outcome.seconds = round(time.monotonic() - began, 1)
            return outcome

    def roll_back(self) -> Path:
        """Brings back the model and the examples of before the last promotion; gives the model's file.

        Raises:
            NothingToLearn: where there is none to go back to.
        """
        with self._alone():
            history = sorted(self._home.glob("promotion-*"))
            if not history:
                raise NothingToLearn("No promotion is kept to go back to.")
            last = history[-1]
            kept = json.loads((last / "promotion.json").read_text("utf-8"))
            self._replace_learned(last / "learned")
            model = self._place(last / "model.tar.gz", kept["fingerprint"])
            # They were learned and did harm: somebody has to look at them again.
            self._corrections.mark(kept["corrections"], "waiting")
            self._switch(model)
            shutil.rmtree(last)
            return model

    def current(self) -> Path:
        """The model in use.

        Raises:
            LearningFailed: where none was trained yet.
        """
        try:
            return _newest(self._settings.models)
        except LearningFailed:
            raise LearningFailed("There is no model yet. Train one first: ./aratohu train") from None

    def _fresh(self, approved: list[Correction]) -> tuple[list[Correction], list[str]]:
        """The corrections whose texts are no examples yet, and the texts of the others."""
        known = [text.casefold() for text in _examples(self._root / "nlu_data")]
        fresh: list[Correction] = []
        skipped = []
        for one in approved:
            text = one.text.casefold()
            if process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=ALIKE):
                skipped.append(one.text)
            else:
                fresh.append(one)
                known.append(text)
        return fresh, skipped

    def _prepare(self, fresh: list[Correction], current: Path) -> Path:
        """A folder to train from: the project's own files, with the new examples among them."""
        candidate = self._home / "candidate"
        shutil.rmtree(candidate, ignore_errors=True)
        (candidate / "models").mkdir(parents=True)
        (candidate / "bot").symlink_to(self._root / "bot", target_is_directory=True)
        shutil.copyfile(self._root / "config.yml", candidate / "config.yml")
        shutil.copytree(self._root / "nlu_data", candidate / "nlu_data")
        attributes = self._attributes(fresh, current)
        write(candidate / "nlu_data" / "learned", fresh, attributes)
        return candidate

    def _attributes(self, fresh: list[Correction], current: Path) -> dict[int, dict[str, str]]:
        """Who a text is about and its language, as the model in use reads them: advisers set only the event right."""
        lines = "\n".join(" ".join(one.text.split()) for one in fresh)
        said = self._run("recognise", "--models", str(current), text=lines)
        found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return {
            one.id: {"about": read.get("about") or "self", "language": read.get("language") or one.language}
            for one, read in zip(fresh, found, strict=True)
        }

    def _compare(self, current: Path, model: Path) -> dict[str, Any]:
        options = ["--current", str(current), "--candidate", str(model), "--floors", str(self._floors)]
        said = self._run("measure.compare", *options, *map(str, self._sets), expected=(0, 1))
        try:
            report: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise LearningFailed("The candidate could not be compared. The model in use stays.") from None
        return report

    def _promote(
        self, candidate: Path, model: Path, report: dict[str, Any], corrections: list[int], outcome: Outcome
    ) -> None:
        kept = self._home / f"promotion-{time.strftime('%Y%m%d-%H%M%S')}"
        kept.mkdir(parents=True)
        shutil.copyfile(self.current(), kept / "model.tar.gz")
        if self._learned.is_dir():
            shutil.copytree(self._learned, kept / "learned")
        mark = self._settings.models / MARK
        before = {
            "fingerprint": mark.read_text("utf-8").strip() if mark.exists() else "",
            "corrections": corrections,
            "report": report,
        }
        (kept / "promotion.json").write_text(json.dumps(before, ensure_ascii=False), "utf-8")
        self._replace_learned(candidate / "nlu_data" / "learned")
        placed = self._place(model, (candidate / "models" / MARK).read_text("utf-8").strip())
        self._corrections.mark(corrections, "learned")
        outcome.promoted, outcome.model = True, placed
        outcome.told_rasa = self._switch(placed)
        for old in sorted(self._home.glob("promotion-*"))[:-KEPT]:
            shutil.rmtree(old)

    def _place(self, model: Path, fingerprint: str) -> Path:
        """Puts a model beside the others as the newest, which is the one that a start uses."""
        models = self._settings.models
        placed = models / f"assistant-{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 1000:03d}.tar.gz"
        unfinished = placed.with_suffix(".part")
        shutil.copyfile(model, unfinished)
        unfinished.rename(placed)
        (models / MARK).write_text(fingerprint + "\n", "utf-8")
        return placed

    def _replace_learned(self, wanted: Path) -> None:
        shutil.rmtree(self._learned, ignore_errors=True)
        if wanted.is_dir():
            shutil.copytree(wanted, self._learned)

    def _switch(self, model: Path) -> bool:
        """Lets a running Rasa go on with ``model``; one that is not running takes it at its start."""
        if not self._rasa.is_ready():
            return False
        try:
            self._rasa.replace(str(model))
        except RasaDown:
            return False
        return True

    def _run(self, module: str, *options: str, text: str | None = None, expected: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [str(BOT_PYTHON), "-m", f"bot.{module}", *options],
            cwd=ROOT,
            env=bot_environment(self._settings),
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode not in expected:
            last = done.stderr.strip().splitlines()[-3:]
            raise LearningFailed("\n".join([f"bot.{module} failed; the model in use stays.", *last]))
        return done.stdout

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LearningFailed("Somebody is learning already. Wait until that is done.") from None
            yield


def write(folder: Path, fresh: Sequence[Correction], attributes: dict[int, dict[str, str]]) -> None:
    """Adds examples to the files in ``folder``, one for each label, each with where it comes from."""
    folder.mkdir(parents=True, exist_ok=True)
    by_label: dict[str, list[dict[str, Any]]] = {}
    for one in fresh:
        label = str(one.right) if one.kind == "wrong_event" else "service_question"
        metadata: dict[str, Any] = {"register": one.channel, **attributes.get(one.id, {})}
        if one.kind == "wrong_service":
            metadata |= {"decision": "accept", "service": one.right}
        day = one.reviewed_at.date().isoformat() if one.reviewed_at else ""
        metadata["source"] = f"correction {one.id}, approved {day}"
        block = {"intent": label, "metadata": metadata, "examples": f"- {_line(one.text)}\n"}
        by_label.setdefault(label, []).append(block)
    for label, blocks in by_label.items():
        file = folder / f"{label}.yml"
        there = yaml.safe_load(file.read_text("utf-8"))["nlu"] if file.exists() else []
        whole = {"version": "3.1", "nlu": [*there, *blocks]}
        file.write_text(yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000), "utf-8")


class _Dumper(yaml.SafeDumper):
    """Writes examples as a person would: a block of lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _line(text: str) -> str:
    # Square and curly brackets would be read as entities.
    return " ".join(text.translate(str.maketrans("[]{}", "()()")).split())


def _examples(folder: Path) -> list[str]:
    found = []
    for file in folder.rglob("*.yml"):
        for block in (yaml.load(file.read_text("utf-8"), yaml.CSafeLoader) or {}).get("nlu") or []:
            found += [line[2:] for line in (block.get("examples") or "").splitlines() if line.startswith("- ")]
    return found


def _newest(folder: Path) -> Path:
    models = sorted(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not models:
        raise LearningFailed(f"There is no model in {folder}.")
    return models[-1]
