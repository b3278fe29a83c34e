"""Every case of every service, as the law has it; and that the cases look at every criterion from both sides."""

import datetime as dt
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

import catalogue
from catalogue import files as yaml_files
from catalogue import rules
from catalogue.rules import Rulebook, cases, report

FOLDER = Path(__file__).parent / "cases"
FILES = cases.read(FOLDER)
ALL = [pytest.param(file, case, id=f"{file.service}: {case.name}") for file in FILES for case in file.cases]


@pytest.mark.parametrize(("file", "case"), ALL)
def test_case(file: cases.CaseFile, case: cases.Case) -> None:
    assert cases.differences(rules.load(), file, case) == []


def test_names_are_told_apart() -> None:
    twice = [
        key
        for key, count in Counter((file.service, case.name) for file in FILES for case in file.cases).items()
        if count > 1
    ]
    assert twice == []


def test_every_service_has_enough_cases(book: Rulebook) -> None:
    count = {file.service: len(file.cases) for file in FILES}
    assert [name for name in book.services if count.get(name, 0) < 8] == []
    assert len(book.services) >= 45
    assert sum(count.values()) >= 360


@pytest.fixture(scope="module")
def covered(book: Rulebook) -> list[report.Coverage]:
    return [report.cover(book, file) for file in FILES]


def test_every_criterion_decides_a_yes_and_a_no(book: Rulebook, covered: list[report.Coverage]) -> None:
    found = covered
    assert {one.service for one in found} == set(book.services)
    assert [f"{one.service}: {idle}" for one in found for idle in one.idle] == []


def test_lists_keep_questions_few(covered: list[report.Coverage]) -> None:
    """What was reached, so that it is not lost. 40 % was aimed at: see `docs/rules.md` for why it is not met."""
    assert median(one.asked for one in covered) <= 0.5
    assert median(one.singly for one in covered) <= 0.75
    assert median(one.lines for one in covered) <= 0.9
    assert sum(one.asked <= 0.4 for one in covered) >= 14
    assert sum(one.unsettled for one in covered) <= 11
    for one in covered:
        assert one.fewest <= one.asked <= one.singly <= 1, one.service


def test_a_baby_takes_fifteen_questions(book: Rulebook) -> None:
    services = [one.id for one in catalogue.load().services_for("having_a_baby") if one.id in book.services]
    found = report.together(book, services, report.people(FILES, 101), dt.date(2026, 11, 25))
    assert found.asked <= 15
    assert found.asked < found.singly


def test_a_criterion_that_no_case_makes_decisive_is_reported(book: Rulebook) -> None:
    (file,) = (file for file in FILES if file.service == "nz-super")
    only = file.model_copy(update={"cases": tuple(case for case in file.cases if case.expect == "yes")})
    assert "age decides no no" in report.cover(book, only).idle


def test_services_are_in_the_catalogue(book: Rulebook) -> None:
    known = {service.id for service in yaml_files.read().services}
    assert [name for name in book.services if name not in known] == []


def test_a_broken_case_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "cat.yml").write_text("service: cat\nday: 2026-11-23\ngiven: {}\ncases:\n- {name: A, expct: yes}\n")
    with pytest.raises(yaml_files.CatalogueError, match=r"cat.yml:5: `expct` is not a field; did you mean `expect`?"):
        cases.read(tmp_path)
