"""The Department of Conservation in the sandbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalogue.days import count
from connectors.agencies.sandbox.office import Check, day


def _this_season(answers: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    first = day(answers, "hut_first_night")
    if first and first > count(today, "12 months"):
        return {"hut_first_night": "Huts can be booked for the next 12 months."}
    return {}


CHECKS: dict[str, tuple[Check, ...]] = {"book-doc-hut": (_this_season,)}
