"""Learning without the training: which examples there are, how they are written, and what a comparison refuses.

`make test-learning` does the whole of it, training included.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from connectors.channels.learning import Learning, NothingToLearn, write
from connectors.channels.programs import BOT_PYTHON
from connectors.channels.settings import ROOT, Settings
from conversations import Rasa
from conversations.desk.corrections import Correction
from tests.conversations.desk.house import House

MODELS = ROOT / ".data" / "models"


def corrected(id: int, text: str, right: str, kind: str = "wrong_event") -> Correction:
    day = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    return Correction(
        id=id,
        kind=kind,
        text=text,
        language="en",
        channel="chat",
        was=None,
        right=right,
        adviser="a",
        at=day,
        state="approved",
        reviewer="b",
        reviewed_at=day,
    )


def test_examples_are_written_as_rasa_reads_them_with_where_they_come_from(tmp_path: Path) -> None:
    known = {1: {"about": "self", "language": "en"}, 2: {"about": "other", "language": "en"}}
    write(tmp_path, [corrected(1, "they [showed] me the door", "losing_a_job")], known)
    write(tmp_path, [corrected(2, "mum got the sack", "losing_a_job")], known)
    write(tmp_path, [corrected(3, "the gold card thing", "supergold-card", "wrong_service")], {})
    blocks = yaml.safe_load((tmp_path / "losing_a_job.yml").read_text("utf-8"))["nlu"]
    assert [block["examples"] for block in blocks] == ["- they (showed) me the door\n", "- mum got the sack\n"]
    assert blocks[1]["metadata"] == {
        "register": "chat",
        "about": "other",
        "language": "en",
        "source": "correction 2, approved 2026-11-25",
    }
    service = yaml.safe_load((tmp_path / "service_question.yml").read_text("utf-8"))["nlu"][0]
    assert (service["intent"], service["metadata"]["service"]) == ("service_question", "supergold-card")


def test_what_is_an_example_already_is_not_learned_again(tmp_path: Path) -> None:
    house = House(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    settings = Settings(data_dir=tmp_path / "data", rasa_url="http://127.0.0.1:9")
    settings.models.mkdir(parents=True)
    (settings.models / "assistant.tar.gz").touch()
    rasa = Rasa("http://127.0.0.1:9", "token")
    learning = Learning(settings, house.desk.corrections, rasa)
    with pytest.raises(NothingToLearn):
        learning.learn()
    aroha, rita = house.adviser("aroha"), house.adviser("rita", roles=["reviewer"])
    made = house.desk.corrections.add(aroha, "wrong_event", "Got laid off today", right="losing_a_job")
    house.desk.corrections.review(made.id, rita, approve=True)
    with pytest.raises(NothingToLearn):
        learning.learn()
    with pytest.raises(NothingToLearn):
        learning.roll_back()
    rasa.close()
    house.database.close()


class Quick(Learning):
    """Learning whose candidate is there at once, and compared with the result that a test asks for."""

    reasons: tuple[str, ...] = ()

    def _run(self, module: str, *options: str, text: str | None = None, expected: tuple[int, ...] = (0,)) -> str:
        if module == "measure.candidate":
            models = Path(options[options.index("--models") + 1])
            (models / "assistant-new.tar.gz").write_text("new")
            (models / "fingerprint").write_text("new\n")
            return ""
        if module == "recognise":
            return "\n".join(json.dumps({"about": "other", "language": "en"}) for _ in (text or "").splitlines())
        return json.dumps({"own": {"reasons": list(self.reasons)}})


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[tuple[House, Quick, Settings, Path]]:
    house = House(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    settings = Settings(data_dir=tmp_path / "data", rasa_url="http://127.0.0.1:9")
    settings.models.mkdir(parents=True)
    (settings.models / "assistant-old.tar.gz").write_text("old")
    (settings.models / "fingerprint").write_text("old\n")
    root = tmp_path / "project"
    (root / "nlu_data").mkdir(parents=True)
    (root / "config.yml").touch()
    (root / "bot").mkdir()
    rasa = Rasa("http://127.0.0.1:9", "token")
    yield house, Quick(settings, house.desk.corrections, rasa, root=root), settings, root / "nlu_data" / "learned"
    rasa.close()
    house.database.close()


def approved(house: House, text: str, right: str) -> int:
    """A correction that somebody else approved."""
    aroha, rita = house.adviser("aroha"), house.adviser("rita", roles=["reviewer"])
    made = house.desk.corrections.add(aroha, "wrong_event", text, right=right)
    house.desk.corrections.review(made.id, rita, approve=True)
    return made.id


def used(settings: Settings) -> tuple[str, str]:
    """What a start would take: the newest model's content, and what it says it was trained on."""
    newest = max(settings.models.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime_ns)
    return newest.read_text(), (settings.models / "fingerprint").read_text().strip()


def test_a_better_candidate_takes_the_place_and_one_command_brings_back_what_was(
    quick: tuple[House, Quick, Settings, Path],
) -> None:
    house, learning, settings, learned = quick
    first = approved(house, "they showed me the door this morning", "losing_a_job")
    outcome = learning.learn()
    assert outcome.promoted
    assert not outcome.told_rasa, "none is running: it takes it at its start"
    assert used(settings) == ("new", "new")
    block = yaml.safe_load((learned / "losing_a_job.yml").read_text("utf-8"))["nlu"][0]
    assert block["metadata"]["about"] == "other"
    assert block["metadata"]["source"].startswith(f"correction {first}, approved ")
    assert [one.id for one in house.desk.corrections.all("learned")] == [first]
    with pytest.raises(NothingToLearn):
        learning.learn()
    learning.roll_back()
    assert used(settings) == ("old", "old")
    assert not learned.exists()
    assert [one.id for one in house.desk.corrections.all("waiting")] == [first], "somebody has to look at it again"


def test_a_worse_candidate_changes_nothing_and_a_trial_neither(quick: tuple[House, Quick, Settings, Path]) -> None:
    house, learning, settings, learned = quick
    first = approved(house, "they showed me the door this morning", "having_a_baby")
    learning.reasons = ("own: loss_confused is 4, at most 0 is allowed",)
    outcome = learning.learn()
    assert not outcome.promoted
    assert outcome.reasons == ["own: loss_confused is 4, at most 0 is allowed"]
    learning.reasons = ()
    assert not learning.learn(dry=True).promoted
    assert used(settings) == ("old", "old")
    assert not learned.exists()
    assert [one.id for one in house.desk.corrections.all("approved")] == [first], "it can be set right and tried again"
    with pytest.raises(NothingToLearn):
        learning.roll_back()


def test_a_candidate_below_a_floor_is_refused_with_the_reason(tmp_path: Path) -> None:
    model = max(MODELS.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    rows = (ROOT / "nlu_data" / "evaluation" / "own.tsv").read_text("utf-8").splitlines()[:40]
    (tmp_path / "few.tsv").write_text("\n".join(rows) + "\n", "utf-8")

    def compare(floors: str) -> tuple[int, list[str]]:
        (tmp_path / "floors.yml").write_text(floors, "utf-8")
        done = subprocess.run(
            [
                *(str(BOT_PYTHON), "-m", "bot.measure.compare", "--current", str(model), "--candidate", str(model)),
                *("--floors", str(tmp_path / "floors.yml"), str(tmp_path / "few.tsv")),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode, json.loads(done.stdout)["few"]["reasons"]

    assert compare("few: {least: {top_1: 0.3}}") == (0, [])
    code, reasons = compare("few: {least: {top_1: 1.01}}")
    assert code == 1
    assert "few: top_1 is" in reasons[0]
    assert "at least 1.01" in reasons[0]
