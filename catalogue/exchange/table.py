"""The catalogue as a table: a line for each service, as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io

from catalogue import model
from catalogue.catalogue import Catalogue, on

COLUMNS = (
    "id",
    "name",
    "name_mi",
    "agency",
    "agency_name",
    "what",
    "life_events",
    "eu_life_events",
    "cost_nzd",
    "cost",
    "cost_confidence",
    "deadline",
    "start",
    "url",
    "url_confidence",
    "confidence",
    "assured_date",
)
"""The names in the first line. Lists are joined by spaces; what is not known is left empty."""


def table(catalogue: Catalogue, day: dt.date) -> str:
    """All services as CSV (RFC 4180, UTF-8), with what holds on ``day``."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for service in catalogue.services.values():
        writer.writerow({key: _safe(value) for key, value in _line(catalogue, service, day).items()})
    return out.getvalue()


def _line(catalogue: Catalogue, service: model.Service, day: dt.date) -> dict[str, str]:
    cost, deadline = on(day, service.cost), on(day, service.deadline)
    page = next((one for one in service.channels if one.url and one.holds_on(day)), None)
    codes = dict.fromkeys(catalogue.life_events[event].eu_code for event in service.life_events)
    return {
        "id": service.id,
        "name": service.name.en,
        "name_mi": service.name.mi or "",
        "agency": service.agency,
        "agency_name": catalogue.agency_of(service).name.en,
        "what": service.what.en,
        "life_events": " ".join(service.life_events),
        "eu_life_events": " ".join(codes),
        "cost_nzd": f"{cost.amount:.2f}" if cost and cost.amount is not None else "",
        "cost": " ".join(filter(None, (cost.text, cost.note))) if cost else "",
        "cost_confidence": service.confidence_of(cost) if cost else "",
        "deadline": deadline.text if deadline else "",
        "start": service.start.kind,
        "url": page.url or "" if page else "",
        "url_confidence": service.confidence_of(page) if page else "",
        "confidence": service.confidence,
        "assured_date": service.assured_date.isoformat(),
    }


def _safe(value: str) -> str:
    """``value`` so that a spreadsheet takes it for text and not for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
