"""Applications from the person's side: sending one, reading it, taking it back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cases.agency import Report
from cases.application import FINAL, Application, Consent, Order, State
from cases.tables import ApplicationRow, ChangeRow, WebhookRow
from catalogue import AnswerError, Catalogue, answers, days
from catalogue.answers import Value
from insights import Event, Ledger
from storage import Database, now
from storage.secrets import code, digest, matches, tidy

_EVENTS: dict[State, Event] = {
    "completed": "application_completed",
    "declined": "application_declined",
    "withdrawn": "application_withdrawn",
}


class CannotStart(Exception):
    """This service can't be sent to an agency from here. The text says what the person can do instead."""


class AnswersMissing(Exception):
    """``problems`` says by fact id which answers are missing or wrong."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class KeyReused(Exception):
    """The idempotency key came before, with another request."""


class UnknownApplication(LookupError):
    """There is no such application, or the access code is not its own. Which of the two is not told apart."""


class Cases:
    """Keeps applications.

    Args:
        send: starts the durable delivery of an application, by reference. It may be called twice for one reference.
    """

    def __init__(self, database: Database, catalogue: Catalogue, ledger: Ledger, send: Callable[[str], None]) -> None:
        self._database = database
        self._catalogue = catalogue
        self._ledger = ledger
        self._send = send

    def start(
        self,
        service: str,
        given: Mapping[str, Value],
        consent: Consent,
        *,
        key: str | None = None,
        conversation: str | None = None,
        language: str = "en",
    ) -> tuple[Application, str]:
        """Takes an application in and sends it on its way; gives it with its access code.

        Args:
            given: answers by fact id. Facts that the service's form does not have are refused.
            key: the caller's idempotency key; the same key and request give the same application.

        Raises:
            CannotStart: where the service has no form here.
            AnswersMissing: where an answer is missing or wrong.
            KeyReused: where the key belongs to another request.
        """
        form = self._form(service)
        wanted = hashlib.sha256(
            json.dumps([service, dict(given), language], sort_keys=True, default=str).encode()
        ).hexdigest()
        before = self._by_key(key, wanted)
        if before is not None:
            self._send(before[0].reference)
            return before
        clean = self._check(service, form, given)
        reference, access = code(2, "ARA"), code(3)
        row = ApplicationRow(
            reference=reference,
            access_hash=digest(tidy(access)),
            access_code=access,
            idempotency_key=key,
            request_hash=wanted,
            conversation=conversation,
            service=service,
            agency=self._catalogue.services[service].agency,
            language=language,
            answers=clean,
            consent=consent.model_dump(mode="json"),
            state="submitted",
        )
        try:
            with self._database.begin() as session:
                session.add(row)
                session.flush()
                session.add(ChangeRow(reference=reference, state="submitted"))
        except IntegrityError:
            # Somebody was faster with the same key.
            again = self._by_key(key, wanted)
            if again is None:
                raise
            return again
        self._ledger.note("application_sent", service)
        self._send(reference)
        return self.get(reference), access

    def find(self, reference: str, access: str) -> Application:
        """The application, to whoever has its access code.

        Raises:
            UnknownApplication: else.
        """
        with self._database.begin() as session:
            row = session.scalar(select(ApplicationRow).where(ApplicationRow.reference == spell(reference)))
            if not matches(tidy(access), row.access_hash if row else None) or row is None:
                raise UnknownApplication
            return _application(session, row)

    def get(self, reference: str) -> Application:
        """The application, for parts of the program that need no access code.

        Raises:
            UnknownApplication: where there is none.
        """
        with self._database.begin() as session:
            return _application(session, _row(session, reference))

    def order(self, reference: str) -> tuple[str, Order]:
        """The agency's id and what is to be sent to it."""
        with self._database.begin() as session:
            row = _row(session, reference)
            return row.agency, Order(
                reference=row.reference,
                service=row.service,
                answers=row.answers,
                consent=Consent.model_validate(row.consent),
                language=row.language,
            )

    def take(self, reference: str, report: Report) -> bool:
        """Takes in what the agency reports; gives whether it was news. Old reports change nothing."""
        with self._database.begin() as session:
            row = _row(session, reference)
            row.checked_at = now()
            if row.state in FINAL or (row.agency_id is not None and report.sequence <= row.sequence):
                return False
            row.agency_id, row.agency_reference = report.id, report.agency_reference
            row.sequence, row.next, row.expected_by = report.sequence, report.next, report.expected_by
            moved = self._move(session, row, report.state, report.message)
        if moved:
            self._note(report.state, row.service)
        return True

    def refuse(self, reference: str, reason: str, problems: Mapping[str, str]) -> None:
        """The agency would not take the answers. They are kept, so that they can be mended and sent anew."""
        labels = {fact: self._catalogue.facts[fact].label.en for fact in problems if fact in self._catalogue.facts}
        said = " ".join(f"{labels.get(fact, fact)}: {problem}" for fact, problem in problems.items())
        with self._database.begin() as session:
            row = _row(session, reference)
            if row.state not in FINAL:
                self._move(session, row, "not_accepted", said or reason)

    def withdrawn_here(self, reference: str) -> None:
        """Withdrawn before it reached the agency."""
        with self._database.begin() as session:
            row = _row(session, reference)
            moved = self._move(session, row, "withdrawn", None)
        if moved:
            self._note("withdrawn", row.service)

    def sent_to(self, reference: str) -> tuple[str, str | None]:
        """The agency, and its id for the application once it has one."""
        with self._database.begin() as session:
            row = _row(session, reference)
            return row.agency, row.agency_id

    def take_webhook(self, agency: str, webhook: str) -> bool:
        """Notes a webhook's id; gives False where it came before."""
        try:
            with self._database.begin() as session:
                session.add(WebhookRow(agency=agency, webhook=webhook))
        except IntegrityError:
            return False
        return True

    def open_ones(self, checked_before: object) -> list[str]:
        """References of applications that an agency has and that were not looked at since ``checked_before``."""
        wanted = select(ApplicationRow.reference).where(
            ApplicationRow.state.not_in(FINAL),
            ApplicationRow.agency_id.is_not(None),
            ApplicationRow.checked_at < checked_before,
        )
        with self._database.begin() as session:
            return list(session.scalars(wanted.limit(100)))

    def forget(self, before: dt.datetime) -> int:
        """Deletes applications that the agency was done with ``before``; gives how many."""
        old = ApplicationRow.state.in_(FINAL) & (ApplicationRow.updated_at < before)
        with self._database.begin() as session:
            gone = list(session.scalars(select(ApplicationRow.reference).where(old)))
            session.execute(delete(ChangeRow).where(ChangeRow.reference.in_(gone)))
            session.execute(delete(ApplicationRow).where(ApplicationRow.reference.in_(gone)))
            return len(gone)

    def _move(self, session: Session, row: ApplicationRow, state: State, message: str | None) -> bool:
        """Writes a state down; gives whether it is another one than before."""
        is_new = row.state != state
        if is_new or message:
            session.add(ChangeRow(reference=row.reference, state=state, message=message))
        row.state, row.message, row.updated_at = state, message, now()
        return is_new

    def _note(self, state: State, service: str) -> None:
        # After the transaction: the ledger writes in one of its own.
        event = _EVENTS.get(state)
        if event is not None:
            self._ledger.note(event, service)

    def _form(self, service: str) -> list[str]:
        found = self._catalogue.services[service]
        if found.start.kind != "api":
            raise CannotStart(f"{found.name.en} can't be sent from here yet. Use the agency's own page.")
        return [*found.start.form, *found.start.optional]

    def _check(self, service: str, form: list[str], given: Mapping[str, Value]) -> dict[str, Value]:
        problems = {fact: "This service does not ask for it. Leave it out." for fact in given if fact not in form}
        clean: dict[str, Value] = {}
        required = self._catalogue.services[service].start.form
        for name in form:
            fact = self._catalogue.facts[name]
            value = given.get(name)
            if value is None or value == "":
                if name in required:
                    problems[name] = f"{fact.label.en} is missing."
                continue
            try:
                clean[name] = value if isinstance(value, bool) else answers.read(fact, str(value), days.today())
            except AnswerError as error:
                problems[name] = str(error)
        if problems:
            raise AnswersMissing(problems)
        return clean

    def _by_key(self, key: str | None, wanted: str) -> tuple[Application, str] | None:
        if key is None:
            return None
        with self._database.begin() as session:
            row = session.scalar(select(ApplicationRow).where(ApplicationRow.idempotency_key == key))
            if row is None:
                return None
            if row.request_hash != wanted:
                raise KeyReused
            return _application(session, row), str(row.access_code)


def spell(reference: str) -> str:
    """A reference as it was given out, however it was typed.

    >>> spell("ara 7k2m 9qxp")
    'ARA-7K2M-9QXP'
    """
    clean = tidy(reference)
    return "-".join((clean[:3], clean[3:7], clean[7:]))


def _row(session: Session, reference: str) -> ApplicationRow:
    row = session.get(ApplicationRow, reference)
    if row is None:
        raise UnknownApplication
    return row


def _application(session: Session, row: ApplicationRow) -> Application:
    changes = session.scalars(select(ChangeRow).where(ChangeRow.reference == row.reference).order_by(ChangeRow.id))
    return Application.model_validate(
        {
            "reference": row.reference,
            "service": row.service,
            "agency": row.agency,
            "state": row.state,
            "agency_reference": row.agency_reference,
            "message": row.message,
            "next": row.next,
            "expected_by": row.expected_by,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "history": [{"state": one.state, "at": one.at, "message": one.message} for one in changes],
        }
    )
