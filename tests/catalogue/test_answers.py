import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.answers import AnswerError, read, show
from catalogue.model import Fact, Option

TODAY = dt.date(2026, 11, 23)


def fact(type: Any, **more: Any) -> Fact:
    if type == "choice":
        more.setdefault(
            "options", ({"id": "full_time", "label": "Full time"}, {"id": "part_time", "label": "Part time"})
        )
    return Fact.model_validate({"id": "a_fact", "type": type, "question": "What?", "label": "A fact", **more})


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("date", "27 3 1990", "1990-03-27"),
        ("date", "27/03/90", "1990-03-27"),
        ("date", "1.11.26", "2026-11-01"),
        ("date", "2026-11-01", "2026-11-01"),
        ("date", "1st of November 2026", "2026-11-01"),
        ("date", " 1  nov 2026 ", "2026-11-01"),
        ("yes_no", "Yep", True),
        ("yes_no", "āe", True),
        ("yes_no", "nah", False),
        ("choice", "part time", "part_time"),
        ("choice", "full_time", "full_time"),
        ("choice", "Full", "full_time"),
        ("money", "$45k", 45000),
        ("money", "1,234.50", 1234.5),
        ("money", "about eighty thousand maybe", 80000),
        ("money", "80 grand, I think", 80000),
        ("money", "ninety k", 90000),
        ("money", "twenty-two thousand five hundred dollars", 22500),
        ("money", "1 250", 1250),
        ("number", "two", 2),
        ("number", "around thirty", 30),
        ("number", ".5", 0.5),
        ("ird_number", "49 091 850", "049091850"),
        ("email", "Mere@Example.nz", "Mere@example.nz"),
        ("phone", "021 123 4567", "+64 21 123 4567"),
        ("phone", "+61 412 345 678", "+61 412 345 678"),
        ("name", "Tāne O’Brien-Ngata", "Tāne O’Brien-Ngata"),
        ("address", "12 Rātā Street, Taupō 3330", "12 Rātā Street, Taupō 3330"),
    ],
)
def test_what_people_write(type: str, text: str, value: object) -> None:
    assert read(fact(type), text, TODAY) == value


@pytest.mark.parametrize(
    ("type", "text", "says"),
    [
        ("date", "31 2 2026", "There is no such day"),
        ("date", "12", "Give the day, the month and the year"),
        ("date", "soon", "Give the day, the month and the year"),
        ("date", "1 1 1850", "Check the year"),
        ("yes_no", "maybe", "Answer yes or no"),
        # What it is counted for is not left aside, nor are two numbers made one.
        ("money", "eighty thousand a week", "Write a number"),
        ("number", "2 or 3", "Write a number"),
        ("number", "12 34", "Write a number"),
        ("money", "5 million", "Write a number"),
        ("choice", "sometimes", "Choose one of the answers"),
        ("money", "nan", "Write a number"),
        ("money", "lots", "Write a number"),
        ("ird_number", "49-091-851", "wrong digit"),
        ("ird_number", "12", "8 or 9 digits"),
        ("email", "mere at example", "looks like"),
        ("phone", "call me", "Give a phone number"),
        ("name", "R2D2", "in letters"),
        ("address", "here", "whole address"),
        ("text", "   ", "Write an answer"),
        ("text", "x" * 301, "too long"),
    ],
)
def test_what_can_not_be_taken_says_what_to_write(type: str, text: str, says: str) -> None:
    with pytest.raises(AnswerError, match=says):
        read(fact(type), text, TODAY)


def test_dates_that_must_have_passed_or_be_to_come() -> None:
    assert read(fact("date", past=True), "23 11 2026", TODAY) == "2026-11-23"
    with pytest.raises(AnswerError, match="has not come yet"):
        read(fact("date", past=True), "24 11 2026", TODAY)
    with pytest.raises(AnswerError, match="has passed"):
        read(fact("date", past=False), "22 11 2026", TODAY)
    assert read(fact("date", past=True), "25 december", TODAY) == "2025-12-25"
    assert read(fact("date", past=False), "25 december", TODAY) == "2026-12-25"


def test_a_number_keeps_to_its_limits() -> None:
    limited = fact("money", minimum=0, maximum=10)
    assert read(limited, "0", TODAY) == 0
    assert read(limited, "10", TODAY) == 10
    for text in ("-1", "11"):
        with pytest.raises(AnswerError, match="must be"):
            read(limited, text, TODAY)


@settings(deadline=None)  # a first look at a language takes dateparser a while
@given(
    st.sampled_from(
        [
            "text",
            "name",
            "date",
            "yes_no",
            "choice",
            "number",
            "money",
            "ird_number",
            "email",
            "phone",
            "address",
            "country",
        ]
    ),
    st.text(max_size=400),
)
def test_any_text_gives_a_value_or_a_sentence(type: str, text: str) -> None:
    try:
        value = read(fact(type), text, TODAY)
    except AnswerError as error:
        said = str(error)
    else:
        said = show(fact(type), value)
        assert isinstance(value, str | bool) or math.isfinite(value)
    assert said


def test_values_in_words() -> None:
    assert show(fact("date"), "2026-11-01") == "1 November 2026"
    assert show(fact("money"), 45000) == "$45,000"
    assert show(fact("money"), 45.5) == "$45.50"
    assert show(fact("yes_no"), False) == "No"
    assert show(fact("ird_number"), "049091850") == "049-091-850"
    assert show(fact("choice", options=(Option.model_validate({"id": "a", "label": "An answer"}),)), "a") == "An answer"
