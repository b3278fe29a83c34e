"""Written conversations, played with the trained model and the real actions; and a person who does anything."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from connectors.channels.command.converse import FOLDER
from connectors.channels.fuzz import fuzz
from connectors.channels.wiring import House
from conversations.script import Line, Script, ScriptError, read, read_all
from conversations.stage import Performance, Stage, check, perform

SCRIPTS = read_all(FOLDER)
PLAYED: dict[tuple[str, str], Performance] = {}

pytestmark = pytest.mark.programs


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: f"{one.file}: {one.name}")
def test_as_written(house: House, script: Script) -> None:
    done = perform(script, house.talk, house.catalogue)
    PLAYED[script.file, script.name] = done
    assert not done.problems, "\n".join(done.problems)


def test_each_life_event_is_talked_of_and_sixty_conversations_go_across(house: House) -> None:
    own = [script.file for script in SCRIPTS]
    assert {event: own.count(event) for event in house.catalogue.life_events if own.count(event) < 4} == {}
    assert sum(file.startswith("x_") for file in own) >= 60
    assert {script.measures for script in SCRIPTS if script.measures} == set(house.catalogue.life_events)


def test_plan_within_two_turns_and_start_within_three(house: House) -> None:
    measured = [script for script in SCRIPTS if script.measures]
    for script in measured:
        if (script.file, script.name) not in PLAYED:
            PLAYED[script.file, script.name] = perform(script, house.talk, house.catalogue)
    for event in house.catalogue.life_events:
        own = [PLAYED[one.file, one.name] for one in measured if one.measures == event]
        plans = [one.plan_at for one in own if one.plan_at is not None]
        starts = [one.to_start for one in own if one.to_start is not None]
        assert statistics.median(plans) <= 2, event
        assert starts, event
        assert statistics.median(starts) <= 3, event


def test_random_turns_find_no_dead_end(house: House) -> None:
    # The whole run of 2,000 turns is `make fuzz`.
    found = fuzz(house, 150, seed=20261125)
    assert not found.faults, "\n".join(found.faults)


def test_a_check_that_fails_says_what_came_instead(house: House) -> None:
    stage = Stage(house.talk, house.catalogue)
    stage.say("kia ora")
    line = Line.model_validate({"person": "kia ora", "has": "congratulations", "plan": "retiring", "asks": "email"})
    problems = check(line, stage)
    assert "the answer does not say: congratulations" in problems
    assert "the plan lacks: retiring" in problems
    assert "it asks for `nothing`, not for `email`" in problems


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- name: a\n  turns: []\n", "conversation 1"),
        ("- name: a\n  turns:\n  - has: b\n", "needs one of"),
        ("- name: a\n  turns:\n  - person: b\n    hass: c\n", "hass"),
        ("name: a\n", "begin each conversation"),
        ("- name: [\n", "is no YAML"),
    ],
)
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError, match=r"wrong\.yml") as refused:
        read(path)
    assert says in str(refused.value)
