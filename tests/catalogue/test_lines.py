"""Lines: what they are called, and how a bound reads on a day."""

import datetime as dt
import doctest

import pytest

import catalogue
from catalogue import bounds, lines

FACTS = catalogue.load().facts
DAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("lives_alone", "I live alone"),
        ("date_of_birth@../1961-11-25", "I am 65 or older"),
        ("date_of_birth@1961-11-26/..", "I am younger than 65"),
        ("date_of_birth@../1961-11-24", "I was born before 25 November 1961"),
        ("date_of_birth@1978-01-01/..", "I was born on 1 January 1978 or later"),
        ("partner_date_of_birth@../2008-11-25", "My partner is 18 or older"),
        ("child_birth_date@2012-11-26/..", "The child is younger than 14"),
        ("learner_since@../2026-05-25", "I have had my learner licence for 6 months or more"),
        ("learner_since@2025-11-26/..", "I have had my learner licence for less than 1 year"),
        ("learner_since@../2021-03-25", "I got my learner licence before 26 March 2021"),
        ("work_hours@../29.99", "I work for pay for less than 30 hours a week"),
        ("work_hours@30/..", "I work for pay for 30 hours a week or more"),
        ("work_hours@0.01/..", "I work for pay"),
        ("weekly_income@655.41/..", "My income is $655.41 a week or more before tax, with my partner's if I have one"),
        ("ece_fees_quarter@0.01/..", "In the last 3 months I paid early childhood fees, after other subsidies"),
        ("dependent_children@1/..", "I look after a child who depends on me"),
        ("dependent_children@../0", "I look after no child who depends on me"),
        ("dependent_children@3/..", "I look after 3 children or more who depend on me"),
        ("dependent_children@../1", "I look after fewer than 2 children who depend on me"),
        ("days_unable_to_work@8/..", "My medical certificate says that I can't work for 8 days or more"),
        ("family_income@../31705", "My family has no income, or $31,705 a year or less before tax"),
        ("family_income@../37699.99", "My family has no income, or less than $37,700 a year before tax"),
        ("cash_assets@8100.01/..", "My savings and things that I could turn into cash are worth more than $8,100, "
         "with my partner's if I have one"),
        ("course_efts@0.25/..", "The size of my course is 0.25 EFTS or more"),
        ("kiwisaver_years@../0.99", "I have been in KiwiSaver for less than 1 year"),
    ],
)  # fmt: skip
def test_a_line_reads(id: str, said: str) -> None:
    line = lines.find(FACTS, id)
    assert line.text(DAY).en == said
    assert line.id == id


def test_an_age_is_that_of_the_day() -> None:
    """Who was born on 29 February comes of age on 1 March, and the words go with the verdict."""
    line = lines.find(FACTS, "date_of_birth@../2008-02-28")
    assert line.text(dt.date(2026, 2, 28)).en == "I am 18 or older"
    assert line.text(dt.date(2026, 3, 1)).en == "I was born before 29 February 2008"
    assert lines.find(FACTS, "date_of_birth@../2008-03-01").text(dt.date(2026, 3, 1)).en == "I am 18 or older"


def test_a_line_that_is_not_true_leaves_the_other_side() -> None:
    for id, value in (("date_of_birth@../1961-11-25", "1961-11-26"), ("weekly_income@655.41/..", 655.4)):
        line = lines.find(FACTS, id)
        assert not line.holds(value)
        assert line.left(False).holds(bounds.number(line.fact, value))
        assert line.left(True).within(line.left(False)) is None


@pytest.mark.parametrize(
    "id",
    ["relationship@../3", "lives_alone@1/..", "date_of_birth@", "date_of_birth@..",
     "date_of_birth@1961-11-26/2001-01-01"],
)  # fmt: skip
def test_what_is_no_line_is_refused(id: str) -> None:
    with pytest.raises(ValueError, match=r"bound|reads like"):
        lines.find(FACTS, id)
    with pytest.raises(KeyError):
        lines.find(FACTS, "nobody@1/..")


@pytest.mark.parametrize(
    ("fact", "bound", "said"),
    [
        ("date_of_birth", "../1961-11-25", "65 or older"),
        ("date_of_birth", "2006-11-26/2010-11-25", "16 or older, younger than 20"),
        ("weekly_income", "0/655.4", "less than $655.41 a week"),
        ("dependent_children", "0/0", "0"),
        ("dependent_children", "1/20", "1 children or more"),
        ("work_hours", "0.01/100", "more than 0 hours a week"),
    ],
)
def test_a_bound_in_words(fact: str, bound: str, said: str) -> None:
    assert lines.show(FACTS[fact], bounds.read(FACTS[fact], bound), DAY) == said


def test_lines_are_found_by_those_whom_they_are_about() -> None:
    """A list mixes facts about several people, so that a line must say whose it is."""
    for fact in FACTS.values():
        for said in fact.lines.sentences.values() if fact.lines else ():
            assert fact.about in ("self", "other") or fact.about in said, fact.id


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(lines).failed == 0
