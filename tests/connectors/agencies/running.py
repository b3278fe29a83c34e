"""A sandbox that runs, and a receiver of webhooks, for the tests here. Both speak real HTTP."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from cases.application import Consent, Order
from catalogue.answers import Value
from catalogue.days import count
from connectors.agencies.http import HttpAgency
from connectors.agencies.sandbox.app import create
from connectors.agencies.sandbox.fields import today
from storage import now

CLIENT_SECRET = "a:secret+with signs%21 and 32 letters"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_CONSENTED = now()


def order(service: str = "register-birth", reference: str = "ARA-7K2M-9QXP", **changed: Value | None) -> Order:
    """An order with good answers; ``changed`` replaces some, and None leaves one out."""
    answers = {**good(service), **changed}
    return Order(
        reference=reference,
        service=service,
        answers={fact: value for fact, value in answers.items() if value is not None},
        consent=Consent(given_at=_CONSENTED, notice="2026-11", text="the notice"),
    )


def good(service: str) -> dict[str, Value]:
    """Answers that the agency takes, of an invented person."""
    day = today()
    person: dict[str, Value] = {"full_name": "Māia O’Brien-Ngata", "email": "maia@example.org"}
    me: dict[str, Value] = {**person, "date_of_birth": "1990-02-28"}
    address: dict[str, Value] = {"postal_address": "1 Example Street, Exampleville, Wellington 6011"}
    baby: dict[str, Value] = {
        "baby_given_names": "Tāne",
        "baby_family_name": "O’Brien-Ngata",
        "baby_birth_date": (day - dt.timedelta(days=3)).isoformat(),
    }
    money: dict[str, Value] = {"ird_number": "049091850", "bank_account": "01-0242-0100194-00"}
    resident: dict[str, Value] = {**me, **money, "citizenship_status": "resident"}
    course: dict[str, Value] = {
        "study_provider": "Te Whare Wānanga o Example",
        "study_course": "Bachelor of Examples",
        "study_start": count(day, "2 months").isoformat(),
        "study_load": "full_time",
    }
    certificate: dict[str, Value] = {**person, **address, "certificate_name": "Hēmi Example"}
    event: dict[str, Value] = {"certificate_event_date": "2024-05-06"}
    answers: dict[str, dict[str, Value]] = {
        "register-birth": {
            **baby,
            **me,
            "baby_birth_place": "Example Hospital",
            "citizenship_status": "citizen",
            "second_parent": "signs",
            "second_parent_name": "Ana Example",
        },
        "birth-certificate": {**certificate, "certificate_birth_date": "2020-05-06"},
        "death-certificate": {**certificate, **event},
        "marriage-certificate": {**certificate, **event},
        "marriage-licence": {
            **me,
            **address,
            "partner_full_name": "Sam Example",
            "partner_date_of_birth": "1991-03-04",
            "married_before": "neither",
            "wedding_date": count(day, "20 working days").isoformat(),
            "wedding_place": "Example Gardens",
            "celebrant_name": "Jo Example",
        },
        "renew-passport": {**me, **address, "passport_number": "LA123456", "phone": "+64 21 123 4567"},
        "child-ird-number": {**baby, **me, **address, "ird_number": "049091850"},
        "ird-number-adult": {**me, **address, "citizenship_status": "citizen"},
        "best-start": {**baby, **me, **money, "family_income": 61000, "parental_leave_paid": "not_yet"},
        "student-loan": {**resident, **course, "loan_for": "all_parts"},
        "student-allowance": {**resident, **course, "parents_income": 0, "lives_with_parents": False},
        "jobseeker-support": {
            **resident,
            "work_hours": 0,
            "looking_for_work": True,
            "health_limits_work": False,
            "weekly_income": 120.5,
            "relationship": "single",
        },
        "nz-super": {
            **resident,
            "date_of_birth": "1950-06-07",
            "years_in_nz_since_20": 40,
            "years_in_nz_since_50": 20,
            "overseas_pension": False,
            "relationship": "married",
        },
    }
    return answers[service] if service in answers else _more(service, day, me, money, address)


def _more(
    service: str, day: dt.date, me: dict[str, Value], money: dict[str, Value], address: dict[str, Value]
) -> dict[str, Value]:
    email: dict[str, Value] = {"email": str(me["email"])}
    name: dict[str, Value] = {"full_name": str(me["full_name"])}
    family: dict[str, Value] = {"relationship": "single", "dependent_children": 1, "family_income": 41000}
    licence: dict[str, Value] = {"driver_licence_number": "AB123456"}
    soon = (day + dt.timedelta(days=2)).isoformat()
    answers: dict[str, dict[str, Value]] = {
        "civil-union-licence": good("marriage-licence"),
        "child-passport": {
            **me,
            **address,
            "phone": "021 123 4567",
            "child_full_name": "Tāne O’Brien-Ngata",
            "child_birth_date": "2024-02-29",
            "child_is_citizen": True,
        },
        "citizenship-by-grant": me,
        "working-for-families": {**me, **money, **family},
        "paid-parental-leave": {
            **me,
            **money,
            "carer_role": "birth_parent",
            "leave_starts": soon,
            "worked_26_weeks_hours": 30,
            "pay_before_leave": 1100,
        },
        "file-tax-return": {
            **name,
            **email,
            "ird_number": "049091850",
            "tax_year": 2026,
            "untaxed_income": 12000,
            "untaxed_income_costs": 800.5,
        },
        "pay-income-tax": {**name, **email, "ird_number": "049091850", "tax_year": 2026, "tax_to_pay": 312.4},
        "accommodation-supplement": {
            **me,
            **money,
            **address,
            "citizenship_status": "citizen",
            "relationship": "single",
            "housing": "rent",
            "housing_costs": 420,
            "weekly_income": 500,
            "cash_assets": 0,
        },
        "funeral-grant-msd": {
            **name,
            **email,
            **money,
            "name_of_person_who_died": "Hēmi Example",
            "death_date": (day - dt.timedelta(days=9)).isoformat(),
            "relation_to_person_who_died": "parent",
            "funeral_cost": 9800,
            "estate_can_pay_funeral": False,
        },
        "community-services-card": {**me, **address, **family, "citizenship_status": "resident"},
        "sole-parent-support": {
            **me,
            **money,
            "citizenship_status": "citizen",
            "relationship": "separated",
            "dependent_children": 2,
            "weekly_income": 0,
        },
        "vehicle-licence-rego": {**email, "plate": "abc 123", "vehicle_fuel": "petrol", "licence_months": "six"},
        "update-driver-licence-details": {**me, **licence, "new_address": "2 Example Street, Whangārei 0110"},
        "change-vehicle-ownership": {
            **name,
            **email,
            **licence,
            **address,
            "plate": "ABC123",
            "bought_or_sold": "bought",
            "vehicle_changed_hands_on": (day - dt.timedelta(days=1)).isoformat(),
            "other_owner_name": "Sam Example",
        },
        "pay-infringement": {**name, **email, "infringement_number": "A1234567", "infringement_amount": 80},
        "declare-at-the-border": {
            **me,
            "passport_country": "New Zealand",
            "travel_passport_number": "LA123456",
            "arrival_date": soon,
            "arrival_flight": "NZ 1",
            "first_address_in_nz": "1 Example Street, Wellington",
            "brings_risk_goods": True,
            "brings_goods_to_declare": False,
        },
        "book-doc-hut": {
            **name,
            **email,
            "phone": "021 123 4567",
            "hut": "angelus",
            "hut_first_night": soon,
            "hut_nights": 2,
            "hut_adults": 3,
        },
        "visa-application": {
            **me,
            "visa_kind": "student",
            "passport_country": "Samoa",
            "travel_passport_number": "S1234567",
            "visa_from": count(day, "2 months").isoformat(),
            "good_character": True,
        },
        "bond-refund": {
            **name,
            **email,
            "bank_account": "01-0242-0100194-00",
            "bond_number": "12345678",
            "tenancy_ended_on": soon,
            "bond_to_tenants": 1800,
            "landlord_email": "owner@example.org",
        },
    }
    return answers[service]


@dataclass
class Sandbox:
    """A sandbox that answers at ``url``."""

    url: str
    http: httpx.Client
    open: contextlib.ExitStack

    def agency(self, id: str = "dia", callback_url: str | None = None, timeout: float = 10) -> HttpAgency:
        """A client of one of its agencies."""
        made = HttpAgency(f"{self.url}/{id}/v1", "aratohu", CLIENT_SECRET, callback_url, timeout=timeout)
        self.open.callback(made.close)
        return made

    def token(self, agency: str = "dia") -> dict[str, str]:
        """Headers with an access token."""
        given = self.http.post(
            f"/{agency}/v1/oauth/token",
            data={"grant_type": "client_credentials", "client_id": "aratohu", "client_secret": CLIENT_SECRET},
        )
        return {"Authorization": f"Bearer {given.json()['access_token']}"}

    def move(self, id: str, state: str, message: str | None = None) -> dict[str, Any]:
        """Decides as the agency."""
        answer = self.http.post(f"/desk/api/applications/{id}/move", json={"state": state, "message": message})
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    def pay(self, id: str, choice: str = "pay", agency: str = "dia") -> httpx.Response:
        """Pays for an application as a person would; gives how the payment page sent them back."""
        page = self.agency(agency).pay(id, "http://127.0.0.1:9/back?to=1")
        assert page.url is not None
        return self.http.post(page.url, data={"choice": choice})

    def fault(self, kind: str, count: int = 1, seconds: float = 1, agency: str = "dia") -> None:
        """Switches a fault on."""
        body = {"agency": agency, "kind": kind, "count": count, "seconds": seconds}
        self.http.post("/desk/api/faults", json=body).raise_for_status()

    def filed(self) -> list[dict[str, Any]]:
        """What has arrived."""
        found: list[dict[str, Any]] = self.http.get("/desk/api/applications").json()
        return found


@contextlib.contextmanager
def sandbox(folder: Path, *, around: Callable[[ASGIApp], ASGIApp] | None = None, **options: Any) -> Iterator[Sandbox]:
    """A sandbox on a free port of this machine, with its data in ``folder``, and perhaps something ``around`` it."""
    app: ASGIApp = create(folder, CLIENT_SECRET, options.pop("webhook_secret", WEBHOOK_SECRET), **options)
    app = around(app) if around else app
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        until(lambda: server.started)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as http, contextlib.ExitStack() as open:
            yield Sandbox(url, http, open)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


@dataclass
class Receiver:
    """What takes webhooks. ``statuses`` are its next answers; 204 when there are none left."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    made = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.statuses.pop(0) if made.statuses else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/changes"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.01)
