"""The JSON Schema for editors takes what the model takes, and marks what it does not."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from catalogue import files, schema
from tests.catalogue.test_files import SERVICE

VALIDATOR = Draft202012Validator(json.loads(schema.text()))


def complaints(text: str) -> list[str]:
    content: Any = yaml.load(text, Loader=files._Loader)  # noqa: S506 - safe, with days left as text
    return [error.message for error in VALIDATOR.iter_errors(content)]


def test_it_is_current() -> None:
    assert schema.is_current(), "run ./aratohu catalogue schema"


def test_it_takes_every_file_that_we_ship() -> None:
    paths = [path for path in files.DATA.rglob("*.yml") if path.relative_to(files.DATA).parts[0] not in files.OTHERS]
    assert len(paths) > 150
    for path in paths:
        assert complaints(path.read_text(encoding="utf-8")) == [], path


def test_every_file_of_ours_names_it_for_editors() -> None:
    for kind in ("agencies", "life_events", "services"):
        for path in (files.DATA / kind).rglob("*.yml"):
            first = path.read_text(encoding="utf-8").splitlines()[0]
            if first.startswith("# yaml-language-server"):
                named = (path.parent / first.partition("$schema=")[2]).resolve()
                assert named == schema.FILE, path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  assured_date:", "  asured_date:"),
        ("  what: Gives the cat its dinner.\n", ""),
        ("stage: now", "stage: never"),
        ("kind: link", "kind: telepathy"),
        ("confidence: seen", "confidence: sure"),
        ("amount: 0", "amount: cheap"),
        ("amount: 0", "amount: -1"),
    ],
)
def test_it_marks_mistakes(before: str, after: str) -> None:
    assert complaints(SERVICE) == []
    assert complaints(SERVICE.replace(before, after, 1))
