"""What people say to a list of statements, in their own words."""

import datetime as dt

import pytest

from catalogue import AnswerError, lines, ticks
from catalogue.lines import Line
from catalogue.model import Fact

DAY = dt.date(2026, 11, 25)
LISTED = [
    Line(Fact.model_validate({"id": name, "type": "yes_no", "question": "?", "label": "?", "statement": statement}))
    for name, statement in (
        ("here", {"en": "I normally live in New Zealand", "mi": "Kei Aotearoa tōku kāinga"}),
        ("alone", "I live alone"),
        ("card", "I have a SuperGold card"),
    )
]


def said(text: str) -> str:
    """The answer as a letter a line: yes, no, or a question mark."""
    return "".join({True: "y", False: "n", None: "?"}[one] for one in ticks.read(LISTED, text, DAY).values())


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
        ticks.read(LISTED, text, DAY)


def test_both_are_two() -> None:
    assert ticks.read(LISTED[:2], "both", DAY) == {"here": True, "alone": True}


def test_a_bare_yes_is_meant_as_an_answer() -> None:
    assert all(ticks.says_too_little(text) for text in ("Yes.", "āe", "some of them"))
    assert not any(ticks.says_too_little(text) for text in ("none", "yes to all", "what does it cost?"))


BIRTH = Fact.model_validate(
    {
        "id": "birth",
        "type": "date",
        "question": "?",
        "label": "?",
        "lines": {"sure": True, "age": "I am {age}", "day": "I was born {day}"},
    }
)
PAY = Fact.model_validate(
    {"id": "pay", "type": "money", "question": "?", "label": "?", "minimum": 0, "lines": {"amount": "I earn {amount}"}}
)
KNOWN = {"birth": BIRTH, "pay": PAY}
AGES = [lines.find(KNOWN, one) for one in ("birth@2008-11-26/..", "birth@../1961-11-25", "pay@../655.4")]


def test_a_line_is_ticked_by_its_own_words() -> None:
    assert ticks.read(AGES, "I am 65 or older", DAY) == {
        "birth@2008-11-26/..": False,
        "birth@../1961-11-25": True,
        "pay@../655.4": False,
    }


def test_lines_that_rule_each_other_out_are_asked_back() -> None:
    with pytest.raises(AnswerError, match="“I am younger than 18” and “I am 65 or older”"):
        ticks.read(AGES, "1 and 2", DAY)


def test_people_are_sure_of_their_own_age_and_not_of_another_s() -> None:
    assert list(ticks.read(AGES, "unsure:none", DAY).values()) == [False, False, None]
    assert list(ticks.read(AGES, "unsure:none", DAY, is_own=False).values()) == [None, None, None]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("yes", {"pay@../655.4": True}), ("Nope.", {"pay@../655.4": False}), ("$700", {"pay": 700})],
)
def test_a_line_by_itself_takes_yes_no_or_the_value(text: str, wanted: dict[str, object]) -> None:
    assert ticks.read_alone(AGES[2], text, DAY) == wanted
    with pytest.raises(AnswerError, match="Answer yes or no"):
        ticks.read_alone(AGES[2], "perhaps", DAY)
