"""The Department of Internal Affairs in the sandbox: births, deaths, marriages and passports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Check, day


def _second_parent(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    named = "second_parent_name" in answers
    if answers.get("second_parent") == "signs" and not named:
        return {"second_parent_name": "Give the name of the parent who will sign."}
    if answers.get("second_parent") == "not_known" and named:
        return {"second_parent_name": "You said that there is no second parent. Leave the name out."}
    return {}


def _parent_age(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    parent, baby = day(answers, "date_of_birth"), day(answers, "baby_birth_date")
    if parent and baby and age(parent, baby) < 14:
        return {"date_of_birth": "By this date you were under 14 when your baby was born. Check both dates."}
    return {}


def _same_person(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    names = [str(answers.get(fact, "")).casefold().split() for fact in ("full_name", "partner_full_name")]
    if names[0] and names[0] == names[1] and answers.get("date_of_birth") == answers.get("partner_date_of_birth"):
        return {"partner_full_name": "These are your own details. Give your partner's."}
    return {}


def _old_enough_to_marry(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    wrong = {}
    wedding = day(answers, "wedding_date") or today
    for fact in ("date_of_birth", "partner_date_of_birth"):
        born = day(answers, fact)
        if born and age(born, wedding) < 16:
            wrong[fact] = "You must both be 16 or over on the day of the wedding."
        elif born and age(born, wedding) < 18:
            wrong[fact] = "A Family Court judge must agree first for someone who is 16 or 17. Apply on paper."
    return wrong


def _wedding_day(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    wedding = day(answers, "wedding_date")
    if wedding and wedding < count(today, "3 working days"):
        return {"wedding_date": "We need 3 working days or more before the wedding. Choose a later day, or call us."}
    if wedding and wedding > count(today, "3 months"):
        return {"wedding_date": "A licence is good for 3 months. Apply when the wedding is less than 3 months away."}
    return {}


def _child(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born, parent = day(answers, "child_birth_date"), day(answers, "date_of_birth")
    if born and age(born, today) >= 16:
        return {"child_birth_date": "From the age of 16 people apply for their own passport."}
    if born and parent and parent >= born:
        return {"date_of_birth": "By this date you are no older than the child. Check both dates."}
    return {}


def _citizen(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if answers.get("child_is_citizen") is False:
        return {"child_is_citizen": "Only a citizen can have a New Zealand passport. Ask about citizenship first."}
    return {}


def _adult(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    if born and age(born, today) < 16:
        return {"date_of_birth": "This is for people who are 16 or over. A parent applies for a child's passport."}
    return {}


CHECKS: dict[str, tuple[Check, ...]] = {
    "register-birth": (_second_parent, _parent_age),
    "marriage-licence": (_same_person, _old_enough_to_marry, _wedding_day),
    "renew-passport": (_adult,),
    "civil-union-licence": (_same_person, _old_enough_to_marry, _wedding_day),
    "child-passport": (_child, _citizen),
}
