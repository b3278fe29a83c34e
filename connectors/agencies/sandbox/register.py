"""The sandbox's book of applications: what was started, what became of it, and who may do what to it when."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from connectors.agencies.contract import (
    FINAL,
    Answers,
    Application,
    Change,
    Information,
    NewApplication,
    PaymentPage,
    State,
)
from connectors.agencies.http import is_loopback
from connectors.agencies.sandbox import bills, documents
from connectors.agencies.sandbox.fields import today
from connectors.agencies.sandbox.office import FREE_WORDS, Offer, Office
from connectors.agencies.sandbox.outbox import Outbox
from connectors.agencies.sandbox.problems import Refused
from connectors.agencies.sandbox.tables import ApplicationRow, BillRow, ChangeRow, KeyRow, WebhookRow
from storage import Database, now

MOVES: dict[State, tuple[State, ...]] = {
    "received": ("received", "more_information_needed", "approved", "declined", "completed"),
    "more_information_needed": ("received", "more_information_needed", "approved", "declined"),
    "approved": ("declined", "completed"),
    "declined": (),
    "completed": (),
    "withdrawn": (),
}
"""What an application can become at the agency's desk."""

_CLOCK_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Filed:
    """An application with what only the agency sees. ``webhooks`` counts those sent, waiting and given up."""

    agency: str
    application: Application
    answers: Answers
    consent: dict[str, str]
    language: str
    webhooks: dict[str, int]


class Register:
    """Keeps applications, and puts every change into the outbox."""

    def __init__(self, database: Database, offices: Mapping[str, Office], outbox: Outbox) -> None:
        self._database = database
        self._offices = offices
        self._outbox = outbox

    def start(self, office: Office, key: str, new: NewApplication) -> tuple[Application, bool]:
        """The application that ``new`` starts, or the one that it started before, and whether it is a new one.

        Raises:
            Refused: where the key or the reference belongs to another request, or an answer is wrong.
        """
        request = digest("applications", new)
        with self._database.begin() as session:
            before = _by_key(session, office.id, key, request)
            if before is not None:
                return _application(session, before), False
            offer = self._judge(office, new)
            taken = select(ApplicationRow.id).filter_by(agency=office.id, reference=new.reference)
            if session.scalar(taken) is not None:
                raise Refused(409, "reference", "This reference is taken", "Another application has it.")
            absent = documents.missing(session, office, new.reference, new.answers)
            if absent:
                raise _wrong_answers(absent)
            row = self._enter(session, office, offer, new)
            if offer.fee is not None and (cost := offer.fee.dollars(new.answers)):
                bills.write(session, row.id, cost, offer.fee.what or offer.name)
            session.add(KeyRow(agency=office.id, key=key, request=request, application=row.id))
            self._change(session, row, "received")
            made = _application(session, row)
        self._outbox.wake()
        return made, True

    def read(self, office: Office, id: str) -> Application:
        """The application.

        Raises:
            Refused: where this agency has none with that id.
        """
        with self._database.begin() as session:
            return _application(session, _row(session, id, office.id))

    def find(self, office: Office, reference: str) -> list[Application]:
        """The application with Aratohu's ``reference``, if it has arrived."""
        wanted = select(ApplicationRow).filter_by(agency=office.id, reference=reference)
        with self._database.begin() as session:
            return [_application(session, row) for row in session.scalars(wanted)]

    def inform(self, office: Office, id: str, key: str, information: Information) -> Application:
        """The application, with what the agency asked for.

        Raises:
            Refused: where it did not ask, or an answer is wrong.
        """
        request = digest(id, information)
        with self._database.begin() as session:
            before = _by_key(session, office.id, key, request)
            if before is not None:
                return _application(session, before)
            row = _row(session, id, office.id)
            if row.state != "more_information_needed":
                raise Refused(409, "state", "Nothing was asked for", f"The application is {row.state}.")
            offer = self._offer(row)
            wrong = office.problems_later(offer, row.answers, information.answers, today())
            wrong = wrong or documents.missing(session, office, row.reference, information.answers)
            if wrong:
                raise _wrong_answers(wrong)
            row.answers = {**row.answers, **information.answers}
            session.add(KeyRow(agency=office.id, key=key, request=request, application=row.id))
            self._change(session, row, "received", "We have what you sent, and go on.")
            made = _application(session, row)
        self._outbox.wake()
        return made

    def withdraw(self, office: Office, id: str) -> Application:
        """The application, taken back.

        Raises:
            Refused: where it is too late.
        """
        with self._database.begin() as session:
            row = _row(session, id, office.id)
            if row.state in FINAL - {"withdrawn"}:
                raise Refused(409, "state", "It is too late to take this back", f"The application is {row.state}.")
            if row.state != "withdrawn":
                self._change(session, row, "withdrawn")
            made = _application(session, row)
        self._outbox.wake()
        return made

    def move(self, id: str, state: State, message: str | None = None, wanted: Iterable[str] = ()) -> Application:
        """The application, after the agency's desk decided something.

        Args:
            message: the agency's words; needed where it asks for more or declines.
            wanted: the facts that it asks for; free words if none.

        Raises:
            Refused: where the application can't become that, or words are missing.
        """
        with self._database.begin() as session:
            row = _row(session, id)
            if state not in _moves(row):
                raise Refused(409, "state", "That can't be done now", f"It is {row.state} and can't become {state}.")
            if state in ("more_information_needed", "declined") and not (message or "").strip():
                raise Refused(422, "message", "Words are missing", "Say why.", {"message": "Say why, in plain words."})
            bill = bills.of(session, row.id)
            if bill and bill.paid_at is None and state in ("approved", "completed"):
                raise Refused(409, "payment", "This is not paid yet", "Wait for the payment, or decline.")
            offer = self._offer(row)
            asked = list(dict.fromkeys(wanted)) or [FREE_WORDS]
            strangers = set(asked) - {*offer.required, *offer.optional, FREE_WORDS}
            if strangers:
                raise Refused(422, "wanted", "Not on this form", "Ask for its facts.", {"wanted": "Unknown fact."})
            self._change(session, row, state, (message or "").strip() or None, asked)
            made = _application(session, row)
        self._outbox.wake()
        return made

    def pay(self, office: Office, id: str, return_url: str) -> PaymentPage:
        """The one payment of the application; its page's address is the caller's to write.

        Raises:
            Refused: where there is nothing to pay, or nobody can be sent back to that address.
        """
        if not _is_address(return_url):
            said = {"return_url": "Give an address that begins with https:// or http://."}
            raise Refused(422, "return", "Nobody can be sent there", "Choose another address.", said)
        with self._database.begin() as session:
            row = _row(session, id, office.id)
            bill = bills.of(session, row.id)
            if bill is None or (bill.paid_at is None and row.state in FINAL):
                raise Refused(409, "payment", "There is nothing to pay", "This application has no open bill.")
            bill.return_url = return_url
            return PaymentPage(id=bill.id, state=bills.payment(bill).state, amount=bill.amount)

    def bill(self, id: str) -> bills.Bill | None:
        """A bill by its id, once somebody wanted to pay it."""
        with self._database.begin() as session:
            row = session.get(BillRow, id)
            if row is None or row.return_url is None:
                return None
            application = session.get_one(ApplicationRow, row.application)
            return bills.Bill(
                id=row.id,
                agency=self._offices[application.agency].name,
                what=row.what,
                amount=row.amount,
                receipt=row.receipt,
                return_url=row.return_url,
                is_open=row.paid_at is None and application.state not in FINAL,
            )

    def settle(self, id: str) -> bool:
        """Takes the money for a bill that is open; gives whether it was this call that did."""
        with self._database.begin() as session:
            bill = session.get(BillRow, id)
            if bill is None:
                return False
            row = session.get_one(ApplicationRow, bill.application)
            if row.state in FINAL or not bills.settle(session, id):
                return False
            session.refresh(bill)
            state = next(one for one in MOVES if one == row.state)
            self._change(session, row, state, f"We have your payment of ${bill.amount:,.2f}. Thank you.", row.wanted)
        self._outbox.wake()
        return True

    def advance(self, before: dt.datetime | None) -> int:
        """Moves on by itself what waits for nobody; gives how many.

        Services that are done at once are completed. Others go from received to approved to completed where they have
        not changed since ``before``; with None they wait for the desk. Nothing goes on that is not paid.
        """
        unpaid = select(BillRow.application).where(BillRow.paid_at.is_(None))
        open = ApplicationRow.state.in_(("received", "approved")) & ApplicationRow.id.not_in(unpaid)
        quick = [
            (office.id, offer.id) for office in self._offices.values() for offer in office.services if offer.at_once
        ]
        ripe: ColumnElement[bool] = tuple_(ApplicationRow.agency, ApplicationRow.service).in_(quick)
        if before is not None:
            ripe = ripe | (ApplicationRow.updated_at <= before)
        with self._database.begin() as session:
            rows = list(session.scalars(select(ApplicationRow).where(open & ripe).limit(500)))
            for row in rows:
                is_last = row.state == "approved" or (row.agency, row.service) in quick
                self._change(session, row, "completed" if is_last else "approved")
        if rows:
            self._outbox.wake()
        return len(rows)

    def agency_of(self, id: str) -> str | None:
        """The agency that has the application, if there is one."""
        with self._database.begin() as session:
            return session.scalar(select(ApplicationRow.agency).filter_by(id=id))

    def waiting(self) -> dict[str, tuple[int, int]]:
        """By agency: how many applications it has, and how many of them are open."""
        closed = ApplicationRow.state.in_(FINAL)
        counted = select(ApplicationRow.agency, func.count(), func.count().filter(~closed))
        with self._database.begin() as session:
            return {
                agency: (all, open) for agency, all, open in session.execute(counted.group_by(ApplicationRow.agency))
            }

    def filed(self, agency: str | None = None, limit: int = 1000) -> list[Filed]:
        """Applications, newest first."""
        wanted = select(ApplicationRow).order_by(ApplicationRow.created_at.desc(), ApplicationRow.number.desc())
        if agency is not None:
            wanted = wanted.where(ApplicationRow.agency == agency)
        with self._database.begin() as session:
            return [_filed(session, row) for row in session.scalars(wanted.limit(limit))]

    def _judge(self, office: Office, new: NewApplication) -> Offer:
        offer = office.offer(new.service)
        if offer is None or offer.kind != "api":
            said = {"service": "We do not offer this. GET /capabilities tells what we do."}
            raise Refused(422, "service", "No such service", "This agency does not offer it.", said)
        wrong = office.problems(offer, new.answers, today())
        if wrong:
            raise _wrong_answers(wrong)
        if new.consent.given_at > now() + _CLOCK_SKEW:
            said = {"consent.given_at": "This time has not come yet."}
            raise Refused(422, "consent", "The consent is not good", "Mend it.", said)
        if new.callback_url is not None and not _may_call(new.callback_url):
            said = {"callback_url": "The sandbox sends webhooks to addresses on its own machine only."}
            raise Refused(422, "callback", "Webhooks can't go there", "Choose another address.", said)
        return offer

    def _enter(self, session: Session, office: Office, offer: Offer, new: NewApplication) -> ApplicationRow:
        last = session.scalar(select(func.max(ApplicationRow.number)).where(ApplicationRow.agency == office.id))
        number, at = (office.first_number if last is None else last + 1), now()
        row = ApplicationRow(
            id=f"app_{uuid.uuid4().hex}",
            agency=office.id,
            number=number,
            agency_reference=office.own_reference(offer, number, today()),
            reference=new.reference,
            service=offer.id,
            answers=new.answers,
            consent=new.consent.model_dump(mode="json", exclude_none=True),
            language=new.language,
            callback_url=new.callback_url,
            state="received",
            message="",
            sequence=0,
            wanted=[],
            created_at=at,
            updated_at=at,
        )
        session.add(row)
        session.flush()
        return row

    def _change(
        self,
        session: Session,
        row: ApplicationRow,
        state: State,
        message: str | None = None,
        wanted: Iterable[str] = (),
    ) -> None:
        office, offer, at = self._offices[row.agency], self._offer(row), now()
        row.state, row.updated_at, row.sequence = state, at, row.sequence + 1
        row.message, row.next = message or office.say(offer, state), office.say_next(offer, state)
        bill = bills.of(session, row.id)
        if state == "received" and bill is not None and bill.paid_at is None:
            row.next = f"Pay ${bill.amount:,.2f}. Then we go on."
        row.wanted = list(wanted) if state == "more_information_needed" else []
        if state == "received":
            row.expected_by = office.expected_by(offer, today())
        elif state != "approved":
            # The agency's clock stands still while it waits, and for good at the end.
            row.expected_by = None
        session.add(ChangeRow(application=row.id, sequence=row.sequence, state=state, at=at, message=row.message))
        session.flush()
        if row.callback_url is not None:
            self._outbox.add(session, row.agency, row.callback_url, _application(session, row))

    def _offer(self, row: ApplicationRow) -> Offer:
        offer = self._offices[row.agency].offer(row.service)
        if offer is None:
            raise LookupError(f"{row.agency} no longer offers {row.service}")
        return offer


def _by_key(session: Session, agency: str, key: str, request: str) -> ApplicationRow | None:
    used = session.get(KeyRow, (agency, key))
    if used is None:
        return None
    if used.request != request:
        said = {"Idempotency-Key": "Use a new key for another request."}
        raise Refused(422, "key", "This key came with another request", "Use a new Idempotency-Key.", said)
    return session.get_one(ApplicationRow, used.application)


def _row(session: Session, id: str, agency: str | None = None) -> ApplicationRow:
    row = session.get(ApplicationRow, id)
    if row is None or agency not in (None, row.agency):
        raise Refused(404, "unknown", "No such application", "Check the id; it came with the application.")
    return row


def _moves(row: ApplicationRow) -> tuple[State, ...]:
    return next((after for state, after in MOVES.items() if state == row.state), ())


def _wrong_answers(wrong: Mapping[str, str]) -> Refused:
    return Refused(422, "answers", "Some answers must change", "Mend the answers below and send them again.", wrong)


def digest(place: str, body: BaseModel) -> str:
    """What tells one request from another, however its keys are ordered."""
    said = json.dumps([place, body.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.username is None and (parts.port or 1) > 0
    except ValueError:
        return False
    # No sign that would end a header or a policy early.
    return fine and bool(parts.hostname) and re.fullmatch(r"[!-~]+", url) is not None and ";" not in url


def _may_call(url: str) -> bool:
    return _is_address(url) and is_loopback(url)


def _application(session: Session, row: ApplicationRow) -> Application:
    changes = session.scalars(select(ChangeRow).filter_by(application=row.id).order_by(ChangeRow.sequence))
    bill = bills.of(session, row.id)
    # What was never paid and never will be is no bill any more.
    shown = bill is not None and (bill.paid_at is not None or row.state not in FINAL)
    return Application.model_validate(
        {name: getattr(row, name) for name in Application.model_fields if name not in ("history", "payment")}
        | {"payment": bills.payment(bill) if bill is not None and shown else None}
        | {"history": [Change.model_validate(change, from_attributes=True) for change in changes]}
    )


def _filed(session: Session, row: ApplicationRow) -> Filed:
    sent = session.execute(
        select(WebhookRow.sent_at.is_not(None), WebhookRow.given_up_at.is_not(None)).filter_by(application=row.id)
    ).all()
    arrived, given_up = sum(bool(one) for one, _ in sent), sum(bool(other) for _, other in sent)
    return Filed(
        agency=row.agency,
        application=_application(session, row),
        answers=row.answers,
        consent=row.consent,
        language=row.language,
        webhooks={"sent": arrived, "waiting": len(sent) - arrived - given_up, "given_up": given_up},
    )
