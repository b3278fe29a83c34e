"""What an agency must be able to do for a case. ``connectors.agencies`` does it over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from pydantic import BaseModel

from cases.application import Order, State


class Report(BaseModel):
    """An application as the agency last described it. ``sequence`` grows with every change."""

    id: str
    agency_reference: str
    state: State
    message: str | None = None
    next: str | None = None
    expected_by: dt.date | None = None
    sequence: int
    at: dt.datetime


class Agency(Protocol):
    """An agency that applications can be sent to.

    Implementers need not retry, store or wait: cases do. Every call may come twice with the same reference.
    """

    def start(self, order: Order) -> Report:
        """Starts a service; a second call with the same reference gives what the first one made.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the answers must change first.
        """

    def read(self, id: str) -> Report:
        """Where the application ``id`` is.

        Raises:
            AgencyUnavailable: when it may work later.
        """

    def withdraw(self, id: str) -> Report:
        """Takes the application back.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when it is too late.
        """


class AgencyUnavailable(Exception):
    """The agency can't be reached now. ``retry_after`` is its own wish, in seconds, if it gave one."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class NotAccepted(Exception):
    """The agency refused. ``problems`` says what is wrong by fact id, in the agency's words."""

    def __init__(self, reason: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.problems = problems or {}
