"""Inland Revenue in the sandbox: IRD numbers and Best Start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Check, day


def _child(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "baby_birth_date")
    if born and age(born, today) >= 16:
        return {"baby_birth_date": "From the age of 16 people ask for their own IRD number."}
    return {}


def _under_three(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "baby_birth_date")
    if born and age(born, today) >= 3:
        return {"baby_birth_date": "Best Start ends when a child turns 3. By this date your child is 3 or over."}
    return {}


def _parent_age(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    parent, baby = day(answers, "date_of_birth"), day(answers, "baby_birth_date")
    if parent and baby and parent >= baby:
        return {"date_of_birth": "By this date you are no older than the child. Check both dates."}
    return {}


def _two_numbers(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if "baby_ird_number" in answers and answers["baby_ird_number"] == answers.get("ird_number"):
        return {"baby_ird_number": "This is your own number. Give your child's, or leave it out."}
    return {}


def _old_enough(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    if born and age(born, today) < 16:
        return {"date_of_birth": "Under the age of 16, a parent asks for the number."}
    return {}


def _visa(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("citizenship_status") == "visa" and "passport_number" not in answers:
        return {"passport_number": "Give the number of the passport that your visa is in."}
    return {}


def _partner(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    alone = answers.get("relationship") in ("single", "separated", "divorced", "widowed")
    if alone and "partner_full_name" in answers:
        return {"partner_full_name": "You said that you have no partner. Leave the name out."}
    return {}


def _leave(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    start, born = day(answers, "leave_starts"), day(answers, "baby_birth_date")
    if start and not count(today, "12 months", back=True) <= start <= count(today, "12 months"):
        return {"leave_starts": "Apply for leave that starts within a year, or that began in the last year."}
    if start and born and start > count(born, "12 months"):
        return {"leave_starts": "The leave must start within a year of the birth. Check both dates."}
    return {}


def _hours_of_work(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("worked_26_weeks_hours", 10) < 10:
        return {"worked_26_weeks_hours": "The law asks for 10 hours a week or more, on average, in 26 weeks."}
    return {}


def _tax_year(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    year = answers.get("tax_year")
    if year is not None and dt.date(int(year), 3, 31) >= today:
        return {"tax_year": "That tax year has not ended. It ends on 31 March."}
    return {}


def _costs(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("untaxed_income") == 0 and answers.get("untaxed_income_costs", 0) > 0:
        return {"untaxed_income_costs": "There can be no costs where there was no income. Check both amounts."}
    return {}


def _something_to_pay(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    return {} if answers.get("tax_to_pay", 1) >= 1 else {"tax_to_pay": "Pay 1 dollar or more."}


CHECKS: dict[str, tuple[Check, ...]] = {
    "child-ird-number": (_child, _parent_age),
    "ird-number-adult": (_old_enough, _visa),
    "best-start": (_under_three, _parent_age, _two_numbers),
    "working-for-families": (_two_numbers, _partner),
    "paid-parental-leave": (_leave, _hours_of_work),
    "file-tax-return": (_tax_year, _costs),
    "pay-income-tax": (_tax_year, _something_to_pay),
}
