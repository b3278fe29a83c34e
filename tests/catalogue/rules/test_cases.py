"""Every case of every service, as the law has it; and that the cases look at every criterion from both sides."""

import datetime as dt
from collections import Counter
from pathlib import Path
from statistics import mean, median

import pytest

import catalogue
from catalogue import files as yaml_files
from catalogue import rules
from catalogue.rules import Missing, Rulebook, cases, report

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
    """Aimed at: 40 % of the facts of a rule, in the median service and in the median case."""
    assert median(one.asked for one in covered) <= 0.34
    assert median(share for one in covered for share in one.shares) <= 0.34
    assert median(one.singly for one in covered) <= 0.75
    assert mean(one.lines for one in covered) <= 0.98
    assert sum(one.asked <= 0.4 for one in covered) >= 36
    assert sum(one.unsettled for one in covered) <= 13
    for one in covered:
        assert one.fewest <= one.asked <= one.singly <= 1, one.service


def test_lines_ask_people_to_tell_less(covered: list[report.Coverage]) -> None:
    """Days, numbers and amounts that are told, of those that single questions ask for."""
    assert sum(one.told for one in covered) <= 0.25 * sum(one.told_singly for one in covered)


def test_lists_come_to_the_verdict_of_the_case(book: Rulebook) -> None:
    """From nothing, by lists, as a person with the facts of the case answers them. A list can leave open what its law
    settles, where somebody is not sure of a line; it never comes to another verdict.
    """
    for file in FILES:
        for case in file.cases:
            facts, day = file.facts_of(case), file.day_of(case)
            said, found = report.asked(book, (file.service,), facts, day)
            ids = [line.id for question, _ in said for line in question]
            assert len(ids) == len(set(ids)), case.name
            is_unsure = any(answer == Missing.UNKNOWN for _, answers in said for answer in answers.values())
            wanted = {case.expect, "unknown"} if is_unsure else {case.expect}
            assert found.results[0].verdict in wanted, f"{file.service}: {case.name}"


def test_a_baby_takes_thirteen_questions(book: Rulebook) -> None:
    services = [one.id for one in catalogue.load().services_for("having_a_baby") if one.id in book.services]
    found = report.together(book, services, report.people(FILES, 101), dt.date(2026, 11, 25))
    assert found.asked <= 13
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
