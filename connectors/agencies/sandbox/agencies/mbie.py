"""Immigration New Zealand and Tenancy Services in the sandbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Check, day


def _not_ours(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    country = str(answers.get("passport_country", "")).strip().casefold()
    if country in ("new zealand", "nz", "aotearoa"):
        return {"passport_country": "New Zealand citizens need no visa."}
    if country == "australia":
        return {"passport_country": "Australians need not apply. They get a visa when they arrive."}
    return {}


def _soon(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    wanted = day(answers, "visa_from")
    if wanted and wanted > count(today, "12 months"):
        return {"visa_from": "Apply in the year before you need it."}
    return {}


def _grown_up(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    if born and age(born, today) < 18:
        return {"date_of_birth": "Under the age of 18, a parent or guardian applies with you on paper."}
    return {}


def _ended(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    ended = day(answers, "tenancy_ended_on")
    if ended and ended > count(today, "28 days"):
        return {"tenancy_ended_on": "Ask for the bond in the last 4 weeks of your tenancy, or after it."}
    return {}


def _two_people(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    if "email" in answers and str(answers["email"]).casefold() == str(answers.get("landlord_email", "")).casefold():
        return {"landlord_email": "This is your own address. Give your landlord's."}
    return {}


CHECKS: dict[str, tuple[Check, ...]] = {
    "visa-application": (_not_ours, _soon, _grown_up),
    "bond-refund": (_ended, _two_people),
}
