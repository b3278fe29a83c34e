"""What is read from the model's parse of a message."""

from __future__ import annotations

import pytest

from conversations import Parse


@pytest.mark.parametrize(
    ("further", "chance", "counts"),
    [
        ("separating_or_divorcing", 0.01, False),
        ("separating_or_divorcing", 0.14, False),
        ("separating_or_divorcing", 0.15, True),
        # Whoever may be in danger is shown who can help, though it be needless.
        ("crime_or_violence", 0.03, True),
        ("crime_or_violence", 0.02, False),
    ],
)
def test_a_further_life_event_counts_from_some_confidence_on(further: str, chance: float, counts: bool) -> None:
    data = {
        "text": "winz cut my benefit",
        "decision": "accept",
        "life_events": [{"id": "losing_a_job", "confidence": 0.99}, {"id": further, "confidence": chance}],
        "detected": ["losing_a_job", further],
    }
    assert Parse.of(data).detected == ["losing_a_job", further][: 1 + counts]


def test_the_first_life_event_counts_whatever_its_confidence() -> None:
    data = {"decision": "clarify", "life_events": [{"id": "retiring", "confidence": 0.1}], "detected": ["retiring"]}
    assert Parse.of(data).detected == ["retiring"]


def test_a_choice_has_no_life_events() -> None:
    assert Parse.of({"text": "/browse", "intent": {"name": "browse", "confidence": 1.0}}).detected == []
