"""A service that is named in a way that the model does not know is found all the same."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

import catalogue
from actions import Rooms, Scene
from actions.explain import explain
from actions.understand import OutOfScope
from conversations import Context
from conversations import messages as m
from conversations.words import load


class Tracker:
    """What the actions see of Rasa's tracker after a message that it made nothing of."""

    active_loop_name = None

    def __init__(self, text: str) -> None:
        self.latest_message: dict[str, Any] = {"text": text, "intent": {"name": "out_of_scope", "confidence": 0.9}}
        self.events = [{"event": "user", "text": text}]

    def get_latest_entity_values(self, entity: str) -> Iterator[str]:
        return iter([])


def scene_of(text: str) -> Scene:
    nothing: Any = None
    rooms = Rooms(catalogue.load(), nothing, nothing, nothing, load(), nothing, nothing, lambda: dt.date(2026, 11, 23))
    tracker: Any = Tracker(text)
    return Scene(rooms, "c", tracker, Context(), "en")


def offered(scene: Scene) -> list[str]:
    return [choice.id for message in scene.said if isinstance(message, m.Choices) for choice in message.choices]


@pytest.mark.parametrize(
    ("text", "service"),
    [("sole parent", "sole-parent-support"), ("residental subsidy", "residential-care-subsidy")],
)
def test_half_a_name_is_offered(text: str, service: str) -> None:
    scene = scene_of(text)
    OutOfScope(scene.rooms).act(scene)
    assert offered(scene)[0] == f"about:{service}"


@pytest.mark.parametrize(
    ("text", "service"),
    [("comunity servces card", "community-services-card"), ("the winter enegry payment", "winter-energy-payment")],
)
def test_a_misspelt_name_is_offered_to_a_question(text: str, service: str) -> None:
    asking = scene_of(text)
    explain(asking, "cost")
    assert offered(asking)[0] == f"about:{service}"


@pytest.mark.parametrize("text", ["flights to nadi under $400", "best pizza", "who won the election", "", "asdf"])
def test_what_is_none_of_ours_stays_so(text: str) -> None:
    scene = scene_of(text)
    OutOfScope(scene.rooms).act(scene)
    assert not [one for one in offered(scene) if one.startswith("about:")]
