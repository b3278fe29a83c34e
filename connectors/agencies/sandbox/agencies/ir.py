"""Inland Revenue in the sandbox: IRD numbers and Best Start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Office, day


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


OFFICE = Office.load(
    Path(__file__).with_suffix(".yml"),
    checks={
        "child-ird-number": (_child, _parent_age),
        "ird-number-adult": (_old_enough, _visa),
        "best-start": (_under_three, _parent_age, _two_numbers),
    },
)
