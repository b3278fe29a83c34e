"""Plain language: what the assistant and the catalogue say is measured, and what gets worse fails."""

from __future__ import annotations

import pytest

import catalogue
from conversations.words import load
from scripts.plain import GRADE, LONGEST, Measured, measure, texts

ALL = [measure(where, text) for where, text in texts()]
OWN = [one for one in ALL if one.where.startswith("words/")]


def graded(some: list[Measured]) -> list[Measured]:
    return [one for one in some if one.grade is not None]


def test_what_the_assistant_says_asks_for_eight_years_of_school_at_most() -> None:
    assert len(graded(OWN)) > 150
    assert [(one.where, round(one.grade or 0, 1)) for one in graded(OWN) if (one.grade or 0) > GRADE] == []
    assert [(one.where, one.longest) for one in OWN if one.longest > LONGEST] == []


def test_it_uses_no_jargon_without_a_meaning_and_spells_as_here() -> None:
    assert [(one.where, one.faults) for one in ALL if one.faults] == []


def test_each_service_told_as_a_whole_is_plain() -> None:
    for service in catalogue.load().services.values():
        said = " ".join(f"{one.text.rstrip('.')}." for one in ALL if one.where.startswith(f"service/{service.id}/"))
        whole = measure(service.id, said)
        assert whole.grade is not None
        assert whole.grade <= GRADE, (service.id, round(whole.grade, 1))


def test_few_single_lines_of_the_catalogue_are_harder() -> None:
    rest = graded([one for one in ALL if not one.where.startswith("words/")])
    harder = [one for one in rest if (one.grade or 0) > GRADE]
    # 6 in 100 when this was written, nearly all for names of papers and places; python -m scripts.plain lists them.
    assert len(harder) <= 0.07 * len(rest), sorted((round(one.grade or 0, 1), one.where) for one in harder)[-20:]


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("We go to the shop. It is not far. You can come too.", 0.0),
        ("Notification of registration requirements constitutes administrative responsibility.", 20.0),
    ],
)
def test_the_measure_tells_plain_from_hard(text: str, grade: float) -> None:
    found = measure("x", text).grade
    assert found is not None
    assert (found <= 3) if grade == 0 else (found > 12)


def test_faults_are_found() -> None:
    faults = measure("x", "You must enroll prior to the XYZQ organization color check.").faults
    assert len(faults) >= 4
    assert not measure("x", "Enrol before you organise the colours. The size is right. It costs $25.").faults


def test_sorrow_and_danger_have_no_exclamation_marks() -> None:
    book = catalogue.load()
    for event in book.life_events.values():
        if event.tone in ("sorrow", "safety"):
            services = book.services_for(event.id)
            said = [event.opening.en, event.opening.mi or "", *(one.what.en for one in services)]
            assert not any("!" in one for one in said), event.id
    assert [key for key, words in load().texts.items() if "!" in words.en or "!" in (words.mi or "")] == []
