"""Broken rules, each named for its fault: one clear error with file, line and the mend."""

from pathlib import Path

import pytest

from catalogue import files as yaml_files
from catalogue.rules import Rulebook, files

FACTS = """\
facts:
- {id: age_of_cat, type: number, unit: years, question: How old is the cat?, label: Age}
- {id: fed, type: yes_no, question: Is it fed?, label: Fed, statement: The cat is fed}
- {id: born, type: date, question: When was it born?, label: Born}
- id: colour
  type: choice
  question: What colour?
  label: Colour
  options: [{id: black, label: Black}, {id: white, label: White}]
- {id: weekly, type: money, unit: NZD a week, question: What does it earn?, label: Income}
- {id: yearly, type: money, unit: NZD a year, question: What does it earn?, label: Income}
"""
RATES = """\
rates:
- {id: limit, title: Limit, unit: NZD a year, confirmed: false, values: [{from: 2020-04-01, value: 100}]}
"""
RULE = """\
acts:
- {id: cats, title: Cats Act}
rules:
- service: cat
  criteria:
  - id: one
    text: The cat is fed.
    source: {act: cats, section: "1"}
    test: fed
"""


def lay(folder: Path, rule: str = RULE, rates: str = RATES, facts: str = FACTS) -> Path:
    for name, text in (("facts", facts), ("rates", rates), ("rules", rule)):
        (folder / name).mkdir()
        (folder / name / "cat.yml").write_text(text, encoding="utf-8")
    return folder


def problem(folder: Path) -> str:
    with pytest.raises(yaml_files.CatalogueError) as raised:
        Rulebook(files.read(folder))
    assert len(raised.value.problems) == 1, raised.value.problems
    return raised.value.problems[0]


def test_a_sound_rule(tmp_path: Path) -> None:
    assert Rulebook(files.read(lay(tmp_path))).services == ("cat",)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("fedd", "there is no fact `fedd`; did you mean `fed`?"),
        ("{rate: limitt}", "there is no rate `limitt`; did you mean `limit`?"),
        ("{term: nothing}", "there is no term `nothing`"),
        ("age_of_cat", "this is a number (years), where yes or no is needed"),
        ('{">=": [weekly, {rate: limit}]}', "puts a number (NZD a week) and a number (NZD a year) together; use `per`"),
        ('{">=": [weekly, 100]}', "the amount 100 stands in the rule; put it among the rates"),
        ('{">=": [born, 3]}', "puts a day and a number together"),
        ('{">=": [fed, fed]}', "compares numbers or days; for yes or no use it as it stands"),
        ("{is: {colour: green}}", "`colour` has no option `green`; it has black, white"),
        ("{is: {fed: black}}", "`fed` is yes or no, and `is` needs a choice"),
        ("{all: [fed, born]}", "this is a day, where yes or no is needed"),
        ('{">": [{age: fed}, 3]}', "this is yes or no, where a day is needed"),
        ('{">": [{per: year, of: age_of_cat}, 3]}', "`per` needs an amount for a period"),
        ("{at_least: 3, of: [fed]}", "`at_least: 3` of only 1 can never hold"),
        ('{"<": [{"+": [weekly, yearly]}, {rate: limit}]}', "`+` puts a number (NZD a week) and a number (NZD a year)"),
        ("{alll: [fed]}", "no operator that the rules know; they are"),
        ('{">=": [age_of_cat]}', "is missing; add it"),
        ("{age: born, att: born}", "`att` is not a field"),
        ('{">": [{shift: born, by: soon}, born]}', "a span reads like `2 years`"),
        ("{season: [summer, 03-01]}", "a day of the year is a month and a day"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, test: str, said: str) -> None:
    found = problem(lay(tmp_path, RULE.replace("test: fed", f"test: {test}")))
    assert found.startswith("rules/cat.yml:9: ")
    assert said in found


def test_a_deep_fault_names_its_own_line(tmp_path: Path) -> None:
    deep = "test:\n      all:\n      - fed\n      - any:\n        - fed\n        - fedd"
    assert problem(lay(tmp_path, RULE.replace("test: fed", deep))).startswith(
        "rules/cat.yml:14: there is no fact `fedd`"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("act: cats,", "act: dogs,", "rules/cat.yml:8: there is no act `dogs`"),
        (
            '    source: {act: cats, section: "1"}\n',
            "",
            "a criterion has a `source` (act and section), or it is `confirmed: false`",
        ),
        ("  criteria:", "  requires: {all: [two]}\n  criteria:", "there is no criterion `two`"),
        ("text: The", "txt: The", "`txt` is not a field; did you mean `text`?"),
    ],
)
def test_faults_around_the_test(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(yaml_files.CatalogueError) as raised:
        Rulebook(files.read(lay(tmp_path, RULE.replace(old, new))))
    assert any(said in one for one in raised.value.problems)


def test_a_criterion_that_decides_nothing(tmp_path: Path) -> None:
    two = RULE + "  - {id: two, text: Born, confirmed: false, test: fed}\n  requires: {all: [one]}\n"
    assert "the criterion `two` is not in `requires`, so it decides nothing" in problem(lay(tmp_path, two))


def test_criteria_with_one_name(tmp_path: Path) -> None:
    assert "the criterion `one` is there 2 times" in problem(
        lay(tmp_path, RULE + "  - {id: one, text: Born, confirmed: false, test: fed}\n")
    )


def test_a_service_with_two_rules(tmp_path: Path) -> None:
    assert "`cat` is in rules/cat.yml too" in problem(lay(tmp_path, RULE + RULE[RULE.index("- service") :]))


def test_rates_out_of_order(tmp_path: Path) -> None:
    rates = RATES.replace("value: 100}", "value: 100}, {from: 2019-04-01, value: 90}")
    assert "go from the oldest day to the newest" in problem(lay(tmp_path, rates=rates))


def test_a_gate_that_is_not_there(tmp_path: Path) -> None:
    facts = FACTS.replace("type: date,", "type: date, only_if: {furr: [true]},")
    assert problem(lay(tmp_path, facts=facts)).startswith("facts/cat.yml:4: `only_if` names the fact `furr`")


def test_rules_do_not_disturb_the_catalogue() -> None:
    assert yaml_files.read().facts


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (", statement: The cat is fed", "", "facts/cat.yml:3: rules ask for `fed`: give it a `statement`"),
        ("The cat is fed", "Is the cat fed?", "a `statement` is a line to tick"),
        ("The cat is fed", "the cat is fed", "a `statement` is a line to tick"),
        ("type: yes_no, ", "type: yes_no, alone: It is sad., ", "take one out"),
        ("type: yes_no, ", "type: yes_no, about: child, ", "so its `statement` says `child`"),
        ("type: number, ", "type: number, alone: It is sad., ", "only a fact of type `yes_no`"),
    ],
)
def test_a_statement_that_nobody_could_tick(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in problem(lay(tmp_path, facts=FACTS.replace(old, new)))


def test_a_fact_that_is_always_asked_by_itself(tmp_path: Path) -> None:
    alone = FACTS.replace("statement: The cat is fed", "alone: It is sad.")
    assert Rulebook(files.read(lay(tmp_path, facts=alone))).facts["fed"].statement is None
