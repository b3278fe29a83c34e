"""The patch of Rasa's check of action answers: pinned to a version, and saying what the original says."""

from __future__ import annotations

from typing import Any

import pytest
import rasa
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot import fast

GOOD: dict[str, Any] = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hello"}]}
BAD: list[dict[str, Any]] = [{"events": 3}, {"events": [{}]}, {"events": [{"event": 7}], "responses": []}]


def test_the_version_is_the_one_the_patch_was_written_for() -> None:
    assert rasa.__version__ == fast.RASA


@pytest.mark.parametrize("answer", [GOOD, {"events": [], "responses": []}, {}, *BAD])
def test_it_judges_as_the_original(answer: dict[str, Any]) -> None:
    action = RemoteAction("action_test", None)
    original = RemoteAction._validate_action_result
    try:
        expected: str | None = None
        original(action, answer)
    except ValidationError as error:
        expected = error.message
    if expected is None:
        assert fast.validate(action, answer)
    else:
        with pytest.raises(ValidationError) as raised:
            fast.validate(action, answer)
        assert raised.value.message == expected


def test_it_takes_the_originals_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
    fast.apply()
    assert RemoteAction._validate_action_result is fast.validate
