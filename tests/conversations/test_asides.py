"""What people say beside the matter is known by its words, and nothing that tells of something is taken for it."""

from __future__ import annotations

import doctest

import pytest

from conversations import asides


def test_examples_in_the_docs_hold() -> None:
    assert doctest.testmod(asides).failed == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hang on", "wait"),
        ("Wait a sec!", "wait"),
        ("brb", "wait"),
        ("one moment please", "wait"),
        ("let me check", "wait"),
        ("lemme look it up", "wait"),
        ("hold on the baby’s crying", "wait"),
        ("hang on someone's at the door", "wait"),
        ("taihoa", "wait"),
        ("lol", "hum"),
        ("hmm", "hum"),
        ("ur useless!!", "anger"),
        ("THIS IS BULLSHIT", "anger"),
        ("whatever", "anger"),
        ("do you keep my info", "privacy"),
        ("is this confidential?", "privacy"),
        ("delete everything", "privacy"),
    ],
)
def test_an_aside_is_known(text: str, kind: str) -> None:
    assert asides.read(text) == f'/thank{{"value": "{kind}"}}'


@pytest.mark.parametrize(
    "text",
    [
        "hang on, it was friday",
        "wait no i meant for good",
        "hold on he's hitting me",
        "hold on the kids are screaming and he has a knife",
        "wait, what about my wife",
        "let me check if i can get the dole",
        "im useless",
        "i hate myself",
        "fuck my life",
        "my boss is an idiot and sacked me",
        "can you delete my application",
        "how long do i wait",
        "",
    ],
)
def test_what_tells_of_something_is_no_aside(text: str) -> None:
    assert asides.read(text) is None


@pytest.mark.parametrize("text", ["???", "what", "huh?"])
def test_who_did_not_follow_is_told_again(text: str) -> None:
    assert asides.read(text) == "/repeat"


@pytest.mark.parametrize("text", ["ok cool", "k", "thx", "nvm", "forget it", "thanks heaps"])
def test_a_small_word_is_no_name(text: str) -> None:
    assert asides.is_no_answer(text)


@pytest.mark.parametrize("text", ["Kay", "Sweet", "Cool Springs Road 4", "Hope Nguyen", "Ta'ase", "no", "yes", "2"])
def test_a_name_is_one(text: str) -> None:
    assert not asides.is_no_answer(text)
