"""The New Zealand Customs Service in the sandbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.office import Check, day


def _not_too_soon(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    arrival = day(answers, "arrival_date")
    # A trip can take a day and a half, and cross the date line.
    if arrival and arrival > count(today, "3 days"):
        return {"arrival_date": "Declare from 24 hours before your trip starts. Come back then."}
    return {}


CHECKS: dict[str, tuple[Check, ...]] = {"declare-at-the-border": (_not_too_soon,)}
