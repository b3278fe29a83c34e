"""The catalogue as open data: CPSV-AP JSON-LD and CSV."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from catalogue import Catalogue, exchange
from catalogue.days import today


def router(catalogue: Catalogue, home: str, now: Callable[[], dt.date] = today) -> APIRouter:
    """The files' addresses. ``home`` is where people reach the site: ids in the files begin with it."""
    routes = APIRouter(include_in_schema=False)

    @functools.lru_cache(maxsize=1)
    def document(day: dt.date) -> bytes:
        return json.dumps(exchange.export(catalogue, day, home), ensure_ascii=False).encode()

    @functools.lru_cache(maxsize=1)
    def lines(day: dt.date) -> bytes:
        return exchange.table(catalogue, day).encode()

    @routes.get("/catalogue.jsonld")
    def linked() -> Response:
        """All agencies, life events and services as they stand today, in CPSV-AP 3.2."""
        return Response(document(now()), media_type="application/ld+json")

    @routes.get("/catalogue.csv")
    def table() -> Response:
        """All services as they stand today, a line each."""
        return Response(lines(now()), media_type="text/csv; charset=utf-8; header=present")

    return routes
