"""The Ministry of Social Development in the sandbox: StudyLink and Work and Income."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Check, day


def _aged(least: int, most: int, below: str, above: str) -> Check:
    def check(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
        born = day(answers, "date_of_birth")
        if born and age(born, today) < least:
            return {"date_of_birth": below}
        if born and age(born, today) > most:
            return {"date_of_birth": above}
        return {}

    return check


def _course_start(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    start = day(answers, "study_start")
    if start and not count(today, "12 months", back=True) <= start <= count(today, "12 months"):
        return {"study_start": "Apply for a course that starts within a year, or that began in the last year."}
    return {}


def _loan_parts(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born, wanted = day(answers, "date_of_birth"), answers.get("loan_for")
    if answers.get("study_load") == "part_time" and wanted in ("fees_and_costs", "all_parts"):
        return {"loan_for": "Part-time students can borrow for fees only."}
    if born and age(born, today) >= 55 and wanted in ("fees_and_costs", "all_parts"):
        return {"loan_for": "From the age of 55 you can borrow for fees only."}
    return {}


def _full_time(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("study_load") == "part_time":
        return {"study_load": "The allowance is for full-time study."}
    return {}


def _not_a_visitor(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("citizenship_status") == "visa":
        return {"citizenship_status": "This is for citizens and residents."}
    return {}


def _partner(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    alone = answers.get("relationship") in ("single", "separated", "divorced", "widowed")
    if alone and "partner_full_name" in answers:
        return {"partner_full_name": "You said that you have no partner. Leave the name out."}
    return {}


def _looks_or_unwell(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("looking_for_work") is False and answers.get("health_limits_work") is False:
        return {
            "looking_for_work": "This is for people who look for work, or whose health limits the work they can do."
        }
    return {}


def _not_full_time(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("work_hours", 0) >= 30:
        return {"work_hours": "From 30 hours a week, you work full time. This is for people who work less."}
    return {}


def _soon_65(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    if born and count(born, "65 years") > count(today, "12 weeks"):
        return {"date_of_birth": "You can apply from 12 weeks before you turn 65."}
    return {}


def _years(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    after_20, after_50 = answers.get("years_in_nz_since_20"), answers.get("years_in_nz_since_50")
    if born is None or after_20 is None or after_50 is None:
        return {}
    if after_20 > age(born, today) - 20 + 1:
        return {"years_in_nz_since_20": "These are more years than there were since you turned 20."}
    if after_50 > max(age(born, today) - 50 + 1, 0):
        return {"years_in_nz_since_50": "These are more years than there were since you turned 50."}
    if after_50 > after_20:
        return {"years_in_nz_since_50": "This can't be more than the years since you turned 20."}
    return {}


def _own_roof(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("housing") == "public":
        return {"housing": "In public housing your rent is lower already, so this can't be paid on top."}
    if answers.get("housing") in ("free", "care"):
        return {"housing": "This helps people who pay for housing."}
    return {}


def _within_a_year(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    died = day(answers, "death_date")
    if died and died < count(today, "12 months", back=True):
        return {"death_date": "You can apply for 12 months after the death. Call us about what else may help."}
    return {}


def _estate(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("estate_can_pay_funeral") is True:
        return {"estate_can_pay_funeral": "The grant is for funerals that the estate can't pay for."}
    return {}


def _alone_with_a_child(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    wrong = {}
    if answers.get("relationship") in ("married", "civil_union", "de_facto"):
        wrong["relationship"] = "This is for parents without a partner. Call us if your partner can't support you."
    if answers.get("dependent_children") == 0:
        wrong["dependent_children"] = "This is for people who look after a child."
    return wrong


CHECKS: dict[str, tuple[Check, ...]] = {
    "student-loan": (
        _aged(16, 120, "You must be 16 or over.", ""),
        _not_a_visitor,
        _course_start,
        _loan_parts,
    ),
    "student-allowance": (
        _aged(16, 65, "You must be 16 or over.", "From the age of 66 there is no Student Allowance."),
        _not_a_visitor,
        _course_start,
        _full_time,
    ),
    "jobseeker-support": (
        _aged(18, 64, "You must be 18 or over.", "From the age of 65, apply for NZ Super."),
        _not_a_visitor,
        _not_full_time,
        _looks_or_unwell,
        _partner,
    ),
    "accommodation-supplement": (_not_a_visitor, _aged(16, 120, "You must be 16 or over.", ""), _partner, _own_roof),
    "funeral-grant-msd": (_within_a_year, _estate),
    "community-services-card": (_aged(16, 120, "You must be 16 or over.", ""), _not_a_visitor),
    "sole-parent-support": (
        _aged(20, 64, "You must be 20 or over.", "From the age of 65, apply for NZ Super."),
        _not_a_visitor,
        _alone_with_a_child,
    ),
    "nz-super": (_soon_65, _not_a_visitor, _years, _partner),
}
