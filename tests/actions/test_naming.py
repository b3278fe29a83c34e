"""A message that names a service and tells nothing else is about that service; a story is not."""

from __future__ import annotations

from typing import Any

import pytest

from actions.naming import outright, tell
from conversations import messages as m
from tests.actions.test_finding import scene_of


def named(text: str, service: str | None = None) -> str | None:
    scene = scene_of(text)
    scene.parse.service = service
    return outright(scene)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("I want to renew my passport", "renew-passport"),
        ("renw my pasport", "renew-passport"),
        ("lost my passport", "lost-passport"),
        ("passport for my daughter pls", "child-passport"),
        ("how much is a birth certificate", "birth-certificate"),
        ("accomodation suplement", "accommodation-supplement"),
        ("disabilty allowance for my son", "disability-allowance"),
        ("BOND REFUND", "bond-refund"),
        ("get my bond back", "bond-refund"),
    ],
)
def test_a_name_of_several_words_needs_no_model(text: str, service: str) -> None:
    assert named(text) == service


def test_a_word_of_everyday_life_needs_the_model_to_agree() -> None:
    assert named("passport") is None
    assert named("passport", "renew-passport") == "renew-passport"
    assert named("divorce", "renew-passport") is None


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("dad died and his passport is still here", "renew-passport"),
        ("got a new job need an ird number", "ird-number-adult"),
        ("i broke my leg and need an acc claim", "acc-injury-claim"),
        ("my husband beats me and i need a passport for the kids", "renew-passport"),
        ("moving to aussie need a new passport", "renew-passport"),
        ("my son died and i need his birth certificate", "birth-certificate"),
        ("i dont want to renew my passport", "renew-passport"),
        ("i need to change my mind about everything", "update-will"),
        ("flights to nadi", "renew-passport"),
        ("", "renew-passport"),
    ],
)
def test_a_story_names_nothing_outright(text: str, service: str) -> None:
    assert named(text, service) is None


def test_beside_a_loss_it_is_asked_first() -> None:
    scene = scene_of("ird number for baby")
    scene.context.life_events = ["losing_a_baby"]
    assert tell(scene)
    assert len(scene.said) == 1
    asked: Any = scene.said[0]
    assert isinstance(asked, m.Choices)
    assert "event:losing_a_baby" in [choice.id for choice in asked.choices]


def test_a_service_that_is_not_wanted_is_left_alone() -> None:
    scene = scene_of("i dont want to renew my passport")
    assert tell(scene)
    assert [type(one) for one in scene.said] == [m.Words]
