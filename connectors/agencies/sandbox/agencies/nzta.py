"""The NZ Transport Agency in the sandbox: plates, licences and who a vehicle belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.fields import age
from connectors.agencies.sandbox.office import Check, day


def _old_enough(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    born = day(answers, "date_of_birth")
    if born and age(born, today) < 16:
        return {"date_of_birth": "Nobody under 16 has a driver licence. Check the date."}
    return {}


def _two_people(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    names = [str(answers.get(fact, "")).casefold().split() for fact in ("full_name", "other_owner_name")]
    if names[0] and names[0] == names[1]:
        return {"other_owner_name": "This is your own name. Give the buyer's or the seller's."}
    return {}


def _lately(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    sold = day(answers, "vehicle_changed_hands_on")
    if sold and sold < count(today, "12 months", back=True):
        return {"vehicle_changed_hands_on": "That is more than a year ago. Call us, we do it with you."}
    return {}


CHECKS: dict[str, tuple[Check, ...]] = {
    "update-driver-licence-details": (_old_enough,),
    "change-vehicle-ownership": (_two_people, _lately),
}
