"""What is asked back, and what comes before the choices."""

from __future__ import annotations

from typing import Any

import pytest

from actions.understand import Clarify
from conversations import messages as m
from tests.actions.test_finding import offered, scene_of


def asked_back(*events: tuple[str, float]) -> list[Any]:
    scene = scene_of("my husband beats me and i need a passport for the kids")
    scene.parse.intent = "clarify"
    scene.parse.life_events = [{"id": event, "confidence": chance} for event, chance in events]
    Clarify(scene.rooms).act(scene)
    assert offered(scene)[: len(events)] == [f"event:{event}" for event, _ in events]
    return scene.said


def test_who_may_be_in_danger_sees_who_can_help_before_choosing() -> None:
    said = asked_back(("going_overseas", 0.5), ("crime_or_violence", 0.4))
    kinds = [type(one) for one in said]
    assert kinds.index(m.Crisis) < kinds.index(m.Choices)
    first = next(one for one in said if isinstance(one, m.Crisis))
    assert first.lines[0].number == "111"


@pytest.mark.parametrize("chance", [0.05, 0.2])
def test_a_mere_chance_of_it_frightens_nobody(chance: float) -> None:
    said = asked_back(("going_overseas", 0.5), ("crime_or_violence", chance))
    assert not [one for one in said if isinstance(one, m.Crisis)]
