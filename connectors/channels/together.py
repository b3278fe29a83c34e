"""Applications over the public API beyond one at a time: several together, taking one back, giving an agency more."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Header
from pydantic import Field

from cases import Acting, Consent, NotAccepted
from catalogue.answers import Value
from connectors.channels.api import API, ApplicationStatus, Body, refuse_off
from connectors.channels.problems import RESPONSES, FieldProblem, Problem
from connectors.channels.wiring import House
from conversations.messages import Language


class AgencyConsent(Body):
    """That the person agreed to what one agency gets, after reading the notice."""

    agreed: Literal[True]
    given_at: dt.datetime | None = None
    notice: str | None = Field(default=None, max_length=200, description="version of the notice that was shown")
    text: str | None = Field(default=None, max_length=10_000, description="the words that were shown")


class NewTogether(Body):
    """What starts several services from one set of answers. ``consents`` are by agency, one for each that gets any."""

    services: list[str] = Field(min_length=1, max_length=8)
    answers: dict[str, Value]
    consents: dict[str, AgencyConsent]
    acting: Acting | None = None
    language: Language = "en"


class TakenTogether(Body):
    """The applications, in the order of ``services``. One access code opens them all; it is told once."""

    access_code: str
    applications: list[ApplicationStatus]


class Information(Body):
    """What an agency asked for: facts by id, and ``more_information`` for free words."""

    answers: dict[str, Value] = Field(min_length=1)


Code = Annotated[str, Header(description="the access code from the receipt")]


def router(house: House) -> APIRouter:
    """The addresses."""
    routes = APIRouter(prefix=API, responses=RESPONSES, tags=["applications"])
    services = house.catalogue.services

    @routes.post("/applications/together", status_code=202)
    def start_together(
        body: NewTogether, idempotency_key: Annotated[str, Header(min_length=1, max_length=120)]
    ) -> TakenTogether:
        """Starts several services at several agencies with one set of answers, all of them or none.

        A service that comes after another is sent when that one is completed. The same key and body give the same
        applications.
        """
        for one in body.services:
            if one not in services:
                said = f"There is no service with the id “{one[:80]}”. GET /api/v1/services lists them."
                raise Problem(422, "No such service", said, [FieldProblem(field="services", message=said)])
        wanted = {services[one].agency for one in body.services}
        missing = sorted(wanted - set(body.consents))
        if missing:
            said = f"The person must agree to what each agency gets. Missing: {', '.join(missing)}."
            raise Problem(422, "A consent is missing", said, [FieldProblem(field="consents", message=said)])
        consents = {
            agency: Consent(
                given_at=(given := body.consents[agency]).given_at or dt.datetime.now(dt.UTC),
                notice=given.notice or "api",
                text=given.text or _shown(house, agency, body.services),
            )
            for agency in wanted
        }
        refuse_off(house, body.services, f"api:{idempotency_key}")
        made, access = house.cases.start_together(
            body.services,
            body.answers,
            consents,
            key=f"api:{idempotency_key}",
            language=body.language,
            acting=body.acting,
        )
        shown = [ApplicationStatus(**one.model_dump()) for one in made]
        return TakenTogether(access_code=access, applications=shown)

    @routes.post("/applications/{reference}/withdraw", status_code=202)
    def withdraw(reference: str, x_access_code: Code = "") -> ApplicationStatus:
        """Takes an application back. What was not sent is not; an agency that has it is told."""
        application = house.cases.find(reference, x_access_code)
        try:
            house.delivery.withdraw(application.reference)
        except NotAccepted as error:
            raise Problem(409, "It is too late to take this back", str(error)) from None
        return ApplicationStatus(**house.cases.get(application.reference).model_dump())

    @routes.post("/applications/{reference}/information", status_code=202)
    def inform(reference: str, body: Information, x_access_code: Code = "") -> ApplicationStatus:
        """Sends what the agency asked for (``wanted``), while the state is ``more_information_needed``."""
        application = house.cases.find(reference, x_access_code)
        house.cases.inform(application.reference, body.answers)
        return ApplicationStatus(**house.cases.get(application.reference).model_dump())

    return routes


def _shown(house: House, agency: str, services: list[str]) -> str:
    """What ``GET /services/{id}`` says of the services of one agency: why, who else, and what if not."""
    found = [house.catalogue.services[one] for one in services if house.catalogue.services[one].agency == agency]
    return "\n".join(
        f"{one.name.en}. Purpose: {one.start.purpose} Recipients: {one.start.recipients or 'nobody else'} "
        f"If not: {one.start.refusal}"
        for one in found
    )
