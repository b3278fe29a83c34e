"""The components in Rasa: what they learn, what they make of anything, and that the quick reader agrees with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.model.reading import ModelError, Reader, newest

ROOT = Path(__file__).resolve().parents[2]
GARBAGE = [
    "",
    "   \t ",
    "a" * 10_000,
    "word " * 2_000,
    "🙂🙃🔥",
    "\x00\x01\x1b[31m\u202e\u200b",
    "<script>alert(1)</script> {{7*7}} ${HOME} '; DROP TABLE",
    "Kei te pēhea koe? 你好 здравствуйте مرحبا नमस्ते",
    "ñ̈́̂" * 300,
    "\ud800 lone",
    '[fruit](thing) {"a": 1}',
]
ASKED = [
    "can I get apples please",
    "where are hammers and nails",
    "is it raining",
    "the barn is on fire",
    "mōrena",
    "eh",
]


def test_labels_become_decisions(parse: Any) -> None:
    assert parse("do you sell ripe plums")["decision"] == "accept"
    assert parse("is it going to rain in Gore tomorrow")["decision"] == "out_of_scope"
    assert parse("the shed is on fire")["decision"] == "crisis"
    greeting = parse("kia ora")
    assert greeting["decision"] == "dialogue"
    assert greeting["intent"]["name"] == "hello"


def test_only_labels_without_a_decision_are_events(parse: Any) -> None:
    events = parse("do you sell ripe plums")["life_events"]
    assert [event["id"] for event in events] == ["fruit", "tools"]
    assert 0 <= events[1]["confidence"] <= events[0]["confidence"] <= 1


def test_an_attribute_turns_an_accepted_message_into_a_question(parse: Any) -> None:
    found = parse("do you sell apples")
    assert found["wish"] == "apple-1"
    assert found["intent"]["name"] == "ask"


def test_the_longest_name_wins_and_keeps_its_id(parse: Any) -> None:
    found = parse("do you sell Ripe Apples")
    assert [(e["entity"], e["value"]) for e in found["entities"]] == [("thing", "apple-2")]
    assert found["entities"][0]["start"] == len("do you sell ")


def test_names_are_found_with_and_without_macrons(parse: Any) -> None:
    assert parse("he pūrere tāku")["entities"][0]["value"] == "machine"
    assert parse("he PURERE taku")["entities"][0]["value"] == "machine"


def test_a_rule_decides_unless_an_exception_covers_it(parse: Any) -> None:
    assert parse("something is burning")["decision"] == "crisis"
    assert parse("a burning question, do you sell ripe plums and apples")["decision"] != "crisis"


def test_labels_that_stand_apart_are_never_detected_together(parse: Any) -> None:
    for text in ("I need apples and also a hammer", "plums, nails, pears, a saw"):
        assert not {"fruit", "tools"} <= set(parse(text)["detected"])


def test_a_button_passes_untouched(parse: Any) -> None:
    assert parse("/start")["intent"]["name"] == "start"
    pressed = parse('/choose{"id": "fruit"}')
    assert pressed["intent"]["name"] == "choose"
    assert {e["entity"]: e["value"] for e in pressed["entities"]} == {"id": "fruit"}


@pytest.mark.parametrize("text", GARBAGE)
def test_anything_gets_a_decision(parse: Any, text: str) -> None:
    found = parse(text)
    assert found["decision"] in {"accept", "clarify", "out_of_scope", "crisis", "dialogue"}


def test_the_quick_reader_says_what_rasa_says(parse: Any, model: Path) -> None:
    reader = Reader.load(model)
    for text in ASKED + GARBAGE:
        by_rasa, line = parse(text), reader.read(text)
        assert line.decided.decision == by_rasa["decision"], text
        assert line.decided.detected == by_rasa["detected"], text
        assert line.decided.choices == by_rasa["choices"], text
        assert line.attributes == {key: by_rasa.get(key) for key in ("colour", "wish")}, text
        assert [name for name, _ in line.decided.events] == [event["id"] for event in by_rasa["life_events"]], text


def test_a_plain_file_trains(plain: Path) -> None:
    decided = Reader.load(plain).read("do you sell plums").decided
    assert decided.label == "fruit"
    assert next(name for name, _ in decided.events) == "fruit"


def test_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="make train"):
        newest(tmp_path)


def test_recognise_answers_every_line(model: Path) -> None:
    given = "do you sell plums\n\n\xff\xfe\nthe shed is on fire\n".encode("latin-1")
    command = [sys.executable, "-m", "bot.recognise", "--models", str(model)]
    done = subprocess.run(command, input=given, capture_output=True, check=True, cwd=ROOT)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert next(line["decision"] for line in lines) == "accept"
    assert len(lines) == 4
    keys = {"text", "decision", "life_events", "detected", "service", "question", "about", "language"}
    assert set(lines[1]) == keys
    assert lines[3]["decision"] == "crisis"


def test_recognise_needs_no_rasa(model: Path) -> None:
    program = (
        "import sys; from bot.model.reading import Reader; from pathlib import Path;"
        f"Reader.load(Path({str(model)!r})).read('plums');"
        "assert not {'rasa', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
