"""Outlines and what is made of them: every message type as text and as a tagged PDF."""

from __future__ import annotations

import re

import pytest

from connectors.channels import marking, outline, pdf
from conversations import Turn
from conversations import messages as m
from conversations.words import load
from tests.connectors.channels.test_rendering import DAY, EVIL, NOW, everything

WORDS = marking.labels(load(), "en")


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.type)
def test_every_message_becomes_text_and_pdf(message: m.Message) -> None:
    turns = [
        Turn(number=1, by="person", at=NOW, text="#set page(fill: red)"),
        Turn(number=2, by="assistant", at=NOW, messages=[message]),
    ]
    made = outline.transcript("Notes", turns, WORDS, "en")
    text = outline.text(made)
    assert "#set page(fill: red)" in text
    assert EVIL in text
    assert pdf.make(made).startswith(b"%PDF-1.7")


def test_the_pdf_is_tagged_and_says_its_title_and_language() -> None:
    made = pdf.make(outline.Outline(title="Tō mahere", language="mi", blocks=[outline.Heading(level=3, text="Māehe")]))
    assert b"/StructTreeRoot" in made
    assert b"/MarkInfo" in made
    assert re.search(rb"/Lang ?\(mi", made)
    assert b"pdfuaid" in made


def test_a_plan_tells_when_and_where_and_what_is_done() -> None:
    step = m.PlanStep(service="a", name="Register", what="You register", agency="dia", agency_name="DIA", stage="now",
                      why="You must", due=DAY, link=m.Link(url="https://www.govt.nz/", label="On govt.nz"))  # fmt: skip
    card = m.PlanCard(life_events=["a"], names=["A"], steps=[step], agencies=1)
    text = outline.text(outline.Outline(title="Plan", blocks=outline.plan(card, WORDS, done=["a"])))
    assert "[x] Register" in text
    assert "23 November 2026" in text
    assert "On govt.nz: https://www.govt.nz/" in text


def test_a_plan_tells_what_is_not_for_you_and_why() -> None:
    out = m.RuledOut(service="b", name="Rates rebate", agency_name="DIA", why=[m.Said(text="you own your home")])
    card = m.PlanCard(life_events=["a"], names=["A"], steps=[], not_for_you=[out], agencies=0)
    text = outline.text(outline.Outline(title="Plan", blocks=outline.plan(card, WORDS)))
    assert "Not for you, and why" in text
    assert "Rates rebate: you own your home." in text
