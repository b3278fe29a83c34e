"""Every case of every service, as the law has it; and that the cases look at every criterion from both sides."""

from collections import Counter
from pathlib import Path

import pytest

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


def test_every_criterion_decides_a_yes_and_a_no(book: Rulebook) -> None:
    found = [report.cover(book, file) for file in FILES]
    assert {one.service for one in found} == set(book.services)
    assert [f"{one.service}: {idle}" for one in found for idle in one.idle] == []


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
