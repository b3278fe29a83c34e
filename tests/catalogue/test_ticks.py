"""What people say to a list of statements, in their own words."""

import pytest

from catalogue import AnswerError, ticks
from catalogue.model import Fact

LISTED = [
    Fact.model_validate({"id": name, "type": "yes_no", "question": "?", "label": "?", "statement": statement})
    for name, statement in (
        ("here", {"en": "I normally live in New Zealand", "mi": "Kei Aotearoa tōku kāinga"}),
        ("alone", "I live alone"),
        ("card", "I have a SuperGold card"),
    )
]


def said(text: str) -> str:
    """The answer as a letter a line: yes, no, or a question mark."""
    return "".join({True: "y", False: "n", None: "?"}[one] for one in ticks.read(LISTED, text).values())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", "ynn"),
        ("the first and third", "yny"),
        ("First and the 3rd.", "yny"),
        ("1, 3", "yny"),
        ("number 2", "nyn"),
        ("just the second one", "nyn"),
        ("yes to 1 and 2", "yyn"),
        ("the last", "nny"),
        ("te tuatahi me te tuatoru", "yny"),
        ("none", "nnn"),
        ("None of these", "nnn"),
        ("no to all", "nnn"),
        ("nope", "nnn"),
        ("kāo", "nnn"),
        ("all", "yyy"),
        ("Yes to all!", "yyy"),
        ("all of them", "yyy"),
        ("katoa", "yyy"),
        ("all but the second", "yny"),
        ("everything except 1", "nyy"),
        ("yes, no, yes", "yny"),
        ("I live alone", "nyn"),
        ("kei aotearoa tōku kāinga", "ynn"),
        ("1 and I'm not sure about the rest", "y??"),
        ("the third, don't know the others", "??y"),
        ("I’m not sure about the rest", "???"),
        ("tick:here+card", "yny"),
        ("tick:none", "nnn"),
        ("unsure:alone", "?y?"),
        ("unsure:none", "???"),
    ],
)
def test_an_answer(text: str, wanted: str) -> None:
    assert said(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["", "yes", "maybe", "4", "0", "the ninth", "my mother is ill", "both", "tick:", "tick:nothing", "1 or 2", "not 2"],
)
def test_no_answer_says_what_to_do(text: str) -> None:
    with pytest.raises(AnswerError, match=r"Tick what is true, or choose None of these\."):
        ticks.read(LISTED, text)


def test_both_are_two() -> None:
    assert ticks.read(LISTED[:2], "both") == {"here": True, "alone": True}


def test_a_bare_yes_is_meant_as_an_answer() -> None:
    assert all(ticks.says_too_little(text) for text in ("Yes.", "āe", "some of them"))
    assert not any(ticks.says_too_little(text) for text in ("none", "yes to all", "what does it cost?"))
