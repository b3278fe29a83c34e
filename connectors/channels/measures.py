"""The figures that Aratohu publishes about itself, beside those of Result 10: a page, and the same as data."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from catalogue.days import AOTEAROA
from connectors.channels.problems import RESPONSES
from connectors.channels.rendering import Pages
from connectors.channels.wiring import House
from insights import Published, measures, published

QUARTERS = 4

STEPS = (
    ("recognised", "life_event_recognised"),
    ("planned", "plan_made"),
    ("checked", "check_made"),
    ("started", "application_sent"),
    ("completed", "application_completed"),
)
"""From what somebody wrote to what the agency said is done, with the event that counts each."""


class Step(BaseModel):
    """How often something happened. Null where it was seldom: few people must not be pointed out."""

    step: str
    number: int | None


class MeasuredService(BaseModel):
    """One service in a quarter: what its agency counts, in per cent, and what was completed through Aratohu."""

    service: str
    name: str
    agency: str
    share: float | None = Field(description="completed digitally, of all; null where the agency has not reported")
    started_here: int | None
    completed_here: int | None


class Quarter(BaseModel):
    """A quarter. ``mean`` is Result 10's figure over the services whose agencies have reported."""

    quarter: str
    mean: float | None
    services: list[MeasuredService]
    steps: list[Step]


class Measures(BaseModel):
    """Result 10 as it was published, and the last quarters here."""

    published: Published
    quarters: list[Quarter]


def measure(house: House, day: dt.date) -> Measures:
    """The figures of the last quarters, the newest first."""
    names = measures.last_quarters(day, QUARTERS)
    reported = {(one.service, one.quarter): one for one in house.counts.of(names)}
    quarters = []
    for name in reversed(names):
        since, before = (
            dt.datetime.combine(first, dt.time(), AOTEAROA)
            for first in (measures.first_day(name), measures.first_day(measures.next_quarter(name)))
        )
        counted = {event: house.ledger.count(event, since, before) for _, event in STEPS}  # type: ignore[arg-type]
        started, completed = counted["application_sent"], counted["application_completed"]
        found = []
        for id, service in house.catalogue.services.items():
            count = reported.get((id, name))
            if count is None and not started[id] and not completed[id]:
                continue
            found.append(
                MeasuredService(
                    service=id,
                    name=service.name.en,
                    agency=house.catalogue.agency_of(service).name.en,
                    share=round(measures.share(count), 1) if count else None,
                    started_here=_shown(started[id]),
                    completed_here=_shown(completed[id]),
                )
            )
        average = measures.mean([one.share for one in found if one.share is not None])
        quarters.append(
            Quarter(
                quarter=name,
                mean=round(average, 1) if average is not None else None,
                services=found,
                steps=[Step(step=step, number=_shown(counted[event].total())) for step, event in STEPS],
            )
        )
    return Measures(published=published(), quarters=quarters)


def _shown(number: int) -> int | None:
    return number if number == 0 or number >= measures.FEWEST else None


def api(house: House) -> APIRouter:
    """The figures as data."""
    routes = APIRouter(prefix="/api/v1", responses=RESPONSES)

    @routes.get("/measures", tags=["measures"])
    def figures() -> Measures:
        """How much is completed digitally: Result 10's figure then and now, and what happens here."""
        return measure(house, house.rooms.today())

    return routes


def router(house: House, pages: Pages) -> APIRouter:
    """The figures as a page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/measures", response_class=HTMLResponse)
    def page(request: Request) -> Response:
        then = published()
        return pages.page(
            request,
            "measures.html",
            then=then,
            means={name: then.mean(name) for name in then.quarters},
            now=measure(house, house.rooms.today()),
            spoken=measures.spoken,
            fewest=measures.FEWEST,
        )

    return routes
