"""The agency contract, version 1: what travels between Aratohu and an agency, as data.

Any agency that answers these addresses can be started from Aratohu. ``docs/agency-contract.md`` explains them to an
agency's developers; the OpenAPI document of the sandbox is their exact form.

========================================  =============================================================
``POST /oauth/token``                     OAuth 2.0 client credentials, scope ``applications``
``GET  /capabilities``                    which services can be started here, and with which answers
``POST /applications``                    start one (``Idempotency-Key``) → 201, or 200 when seen before
``GET  /applications?reference=…``        whether it arrived, where the answer to the start was lost
``GET  /applications/{id}``               where it is
``POST /applications/{id}/information``   send what the agency asked for (``Idempotency-Key``)
``POST /applications/{id}/withdraw``      take it back
``POST /documents``                       send a file that an answer names (``Idempotency-Key``) → 201, or 200
``POST /applications/{id}/payment``       the one payment of an application, and the page where it is made
``POST /handovers``                       answers for a form of the agency's own, against a one-time link
========================================  =============================================================

The last three are for agencies that say in ``/capabilities`` that they take documents, ask for a fee or take handovers.
Changes come back as webhooks signed by the Standard Webhooks scheme. Errors are RFC 9457 problem documents.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

VERSION = "1.1"
"""1.1 adds documents, payment and handovers. A client of 1.0 meets nothing that it does not know."""

SCOPE = "applications"
"""The one OAuth scope of version 1."""

State = Literal["received", "more_information_needed", "approved", "declined", "completed", "withdrawn"]
"""Where an application is at the agency. ``completed``, ``declined`` and ``withdrawn`` are final."""

FINAL: frozenset[State] = frozenset({"completed", "declined", "withdrawn"})

Answers = dict[Annotated[str, Field(max_length=64)], str | int | float | bool]
"""Facts by id. Dates are ISO 8601 strings, yes/no are booleans, amounts are dollars, documents their ids."""

Dollars = Annotated[float, Field(ge=0, lt=10_000_000)]
"""New Zealand dollars and cents."""

Words = Annotated[str, Field(max_length=2000)]
"""What an agency says to the person, in plain English."""

_ANSWERS: JsonDict = {
    "certificate_name": "Hēmi Example",
    "certificate_birth_date": "2026-11-01",
    "full_name": "Aroha Example",
    "postal_address": "1 Example Street, Exampleville, Wellington 6011",
    "email": "aroha@example.org",
}
_APPLICATION: JsonDict = {
    "id": "app_5f0c1d",
    "reference": "ARA-7K2M-9QXP",
    "agency_reference": "BDM26-004711",
    "service": "birth-certificate",
    "state": "received",
    "message": "We have your order.",
    "next": "We find the record and print the certificate.",
    "expected_by": "2026-12-04",
    "wanted": [],
    "sequence": 1,
    "updated_at": "2026-11-24T02:10:00Z",
    "history": [{"state": "received", "at": "2026-11-24T02:10:00Z", "message": "We have your order."}],
}


class Request(BaseModel):
    """A body that Aratohu sends. Unknown keys are refused, so that a misspelt answer is an error."""

    model_config = ConfigDict(extra="forbid")


class Reply(BaseModel):
    """A body that an agency sends. Unknown keys are passed over, so that an agency can add some."""

    model_config = ConfigDict(extra="ignore")


class Token(Reply):
    """An access token and its life in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind of token
    expires_in: int = Field(ge=0)
    scope: str = SCOPE


class TokenError(Reply):
    """Why there is no token, as RFC 6749 section 5.2 writes it."""

    error: Literal[
        "invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"
    ]
    error_description: str | None = None


class DocumentWish(Reply):
    """A document that a service takes: ``fact`` is among its answers, and the answer is the id of a document."""

    fact: str
    name: str
    media_types: list[str] = Field(min_length=1)
    largest_bytes: int = Field(gt=0)


class Capability(Reply):
    """A service that can be started: the answers that it must and may have, its fee in dollars, its usual time.

    ``kind`` says how it starts: ``api`` by ``POST /applications``, ``handover`` by ``POST /handovers``, at the agency's
    own form. ``fee`` is what has to be paid after the start; ``fee_from`` names the answers that decide how much, where
    it is not the same for all. ``usual_days`` are working days; ``after`` names services that must be done first, at
    whichever agency.
    """

    service: str
    name: str
    kind: Literal["api", "handover"] = "api"
    required: list[str]
    optional: list[str] = []
    documents: list[DocumentWish] = []
    fee: Dollars = 0
    fee_from: list[str] = []
    usual_days: int = Field(description="working days")
    after: list[str] = []


class Capabilities(Reply):
    """What an agency offers through the contract."""

    agency: str
    contract: str = VERSION
    services: list[Capability]


Capacity = Literal["parent", "guardian", "welfare_guardian", "attorney", "executor", "agent"]
"""In what capacity somebody acts for the person. ``attorney``: an enduring power of attorney."""


class Consent(Request):
    """That the person agreed, when, and to which version of the notice.

    Where somebody acts for the person, ``acting`` is their name and ``capacity`` says by what right. Ask for proof as
    you would on paper.
    """

    given_at: AwareDatetime
    notice: str = Field(description="version of the notice that was shown", min_length=1, max_length=200)
    by: Literal["person", "adviser"] = "person"
    acting: str | None = Field(default=None, description="name of whoever acts for the person", max_length=300)
    capacity: Capacity | None = None


class NewApplication(Request):
    """What starts a service. ``answers`` are facts by id."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "service": "birth-certificate",
                    "reference": "ARA-7K2M-9QXP",
                    "answers": _ANSWERS,
                    "consent": {"given_at": "2026-11-24T02:09:00Z", "notice": "2026-11"},
                    "callback_url": "http://127.0.0.1:8000/webhooks/dia",
                    "language": "en",
                }
            ]
        },
    )

    service: str = Field(min_length=1, max_length=64)
    reference: str = Field(description="Aratohu's own reference, unique for ever", min_length=1, max_length=64)
    answers: Answers
    consent: Consent
    callback_url: str | None = Field(
        default=None, description="where webhooks about this application go", max_length=2000
    )
    language: str = Field(default="en", min_length=2, max_length=16)


class Payment(Reply):
    """What an application costs, and whether it has been paid. ``receipt`` is the number of the payment's receipt."""

    state: Literal["due", "paid"]
    amount: Dollars
    currency: Literal["NZD"] = "NZD"
    what: Words = Field(description="what it is for, in words for the person")
    paid_at: AwareDatetime | None = None
    receipt: str | None = Field(default=None, max_length=200)


class Change(Reply):
    """One entry of an application's history."""

    state: State
    at: AwareDatetime
    message: Words


class Application(Reply):
    """An application as the agency sees it. ``sequence`` grows by one with every change.

    ``wanted`` names the facts that the agency waits for while the state is ``more_information_needed``. ``payment`` is
    there where the service has a fee; while it is ``due``, the agency does not decide.
    """

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [_APPLICATION]})

    id: str = Field(min_length=1, max_length=200)
    reference: str
    agency_reference: str = Field(max_length=200)
    service: str
    state: State
    message: Words
    next: Words | None = None
    expected_by: dt.date | None = None
    wanted: list[str] = []
    payment: Payment | None = None
    sequence: int = Field(ge=1)
    updated_at: AwareDatetime
    history: list[Change] = []


class Found(Reply):
    """The applications with a reference: one, or none where it never arrived."""

    applications: list[Application]


class Information(Request):
    """Answers that the agency asked for after the start. ``more_information`` is for free words."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"answers": {"more_information": "She was born at home."}}]},
    )

    answers: Answers = Field(min_length=1)


class Document(Reply):
    """A file that the agency has. Its ``id`` answers the fact ``fact`` in the application of ``reference``."""

    id: str = Field(min_length=1, max_length=200)
    reference: str
    fact: str
    media_type: str
    size: int = Field(ge=1, description="bytes")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class NewPayment(Request):
    """That a person wants to pay now, and where they go when they are done."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"return_url": "http://127.0.0.1:8000/applications/paid/ARA-7K2M-9QXP"}]},
    )

    return_url: str = Field(min_length=1, max_length=2000)


class PaymentPage(Reply):
    """The one payment of an application. ``url`` is the provider's page where the person pays, while it is ``due``.

    Afterwards the person comes back to ``return_url`` with ``payment`` (this ``id``), ``result`` (``paid`` or
    ``cancelled``), ``timestamp`` (seconds) and ``signature`` in its query: the Standard Webhooks signature, with the
    same secret as webhooks, over id, timestamp and result.
    """

    id: str = Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")
    state: Literal["due", "paid"]
    amount: Dollars
    url: str | None = None


class NewHandover(Request):
    """Answers for a form of the agency's own. The agency keeps them until the person opens the link, or it expires."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "service": "visa-application",
                    "reference": "ARA-7K2M-9QXP",
                    "answers": {"full_name": "Aroha Example"},
                    "consent": {"given_at": "2026-11-24T02:09:00Z", "notice": "2026-11"},
                    "language": "en",
                }
            ]
        },
    )

    service: str = Field(min_length=1, max_length=64)
    reference: str = Field(description="Aratohu's own reference, unique for ever", min_length=1, max_length=64)
    answers: Answers
    consent: Consent
    language: str = Field(default="en", min_length=2, max_length=16)


class Handover(Reply):
    """A link that opens the agency's form with the answers in it, once. It holds a token and nothing of the answers."""

    url: str = Field(min_length=1, max_length=2000)
    expires_at: AwareDatetime


class FieldError(Reply):
    """What is wrong with one answer, and how to mend it. ``field`` is the fact's id, or the key of the body."""

    field: str
    message: str


class Problem(Reply):
    """An RFC 9457 problem document; ``errors`` says which answers are wrong."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:aratohu:problem:answers",
                    "title": "Some answers must change",
                    "status": 422,
                    "detail": "Mend the answers below and send them again.",
                    "errors": [{"field": "certificate_birth_date", "message": "That day has not come yet."}],
                }
            ]
        },
    )

    type: str = "about:blank"
    title: str = "The agency gave no title"
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
    errors: list[FieldError] = []


class Event(Reply):
    """The body of a webhook: an application as it now is."""

    type: Literal["application.changed"] = "application.changed"
    timestamp: AwareDatetime
    data: Application
