"""What an agency must be able to do for a case. ``connectors.agencies`` does it over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import BaseModel

from cases.application import Order, Payment, State
from catalogue.answers import Value


class Report(BaseModel):
    """An application as the agency last described it. ``sequence`` grows with every change.

    ``wanted`` names the facts that the agency waits for in ``more_information_needed``; ``more_information`` among them
    stands for free words.
    """

    id: str
    agency_reference: str
    state: State
    message: str | None = None
    next: str | None = None
    expected_by: dt.date | None = None
    wanted: list[str] = []
    payment: Payment | None = None
    sequence: int
    at: dt.datetime


class PaymentPage(BaseModel):
    """The one payment of an application: ``url`` is where the person makes it, while it is ``due``."""

    id: str
    state: Literal["due", "paid"]
    amount: float
    url: str | None = None


class Handover(BaseModel):
    """A link to the agency's own form with the answers in it. It opens once, and not after ``expires_at``."""

    url: str
    expires_at: dt.datetime


class Attachment(BaseModel):
    """A file that a person gave as the answer to ``fact``, for the application ``reference``."""

    reference: str
    fact: str
    name: str
    media_type: str
    content: bytes


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

    def find(self, reference: str) -> Report | None:
        """The application that was started with ``reference``, or None where it never arrived.

        Raises:
            AgencyUnavailable: when it may work later.
        """

    def withdraw(self, id: str) -> Report:
        """Takes the application back.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when it is too late.
        """

    def inform(self, id: str, key: str, answers: Mapping[str, Value]) -> Report:
        """Sends what the agency asked for; a second call with the same ``key`` gives what the first one did.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the answers must change first, or nothing was asked for.
        """

    def attach(self, attachment: Attachment) -> str:
        """Sends a file before the application or the information that it belongs to; gives what to answer for its fact.

        The same file for the same fact gives the same answer.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the agency does not take this file.
        """

    def pay(self, id: str, return_url: str) -> PaymentPage:
        """The one payment of the application, however often it is asked for.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when there is nothing to pay.
        """

    def hand_over(self, order: Order) -> Handover:
        """Gives answers for a form of the agency's own; a second call with the same reference gives the same link.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the agency takes no answers, or not these.
        """


class AgencyUnavailable(Exception):
    """The agency can't be reached now. ``retry_after`` is its own wish, in seconds, if it gave one.

    ``under_way`` says that it may still be at work on the call: it was sent, and no answer came.
    """

    def __init__(self, reason: str, retry_after: float | None = None, *, under_way: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.under_way = under_way


class NotAccepted(Exception):
    """The agency refused. ``problems`` says what is wrong by fact id, in the agency's words."""

    def __init__(self, reason: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.problems = problems or {}
