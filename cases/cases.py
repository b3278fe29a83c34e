"""Applications from the person's side: sending one, reading it, taking it back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cases import documents, payments, tries
from cases.agency import Report
from cases.application import FINAL, Acting, Application, Consent, Order, State
from cases.documents import Document
from cases.forms import AnswersMissing, CannotStart, check, check_wanted, form_of
from cases.tables import ApplicationRow, ChangeRow, DocumentRow, InformationRow, WaitRow, WebhookRow
from catalogue import Catalogue
from catalogue.answers import Value
from insights import Event, Ledger
from storage import Database, now
from storage.secrets import code, digest, matches, tidy

_EVENTS: dict[State, Event] = {
    "completed": "application_completed",
    "declined": "application_declined",
    "withdrawn": "application_withdrawn",
}


class KeyReused(Exception):
    """The idempotency key came before, with another request."""


class UnknownApplication(LookupError):
    """There is no such application, or the access code is not its own. Which of the two is not told apart."""


@dataclass(frozen=True)
class News:
    """That an application has changed, for the address that its owner gave."""

    reference: str
    email: str
    sequence: int
    language: str


class Cases:
    """Keeps applications.

    Args:
        send: starts the durable delivery of an application, by reference. It may be called twice for one reference,
            and need not be called at all: what is due is looked for now and then.
        patience: how long an agency may be out of reach before advisers are told.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        ledger: Ledger,
        send: Callable[[str], None],
        patience: dt.timedelta = dt.timedelta(hours=24),
    ) -> None:
        self.tries = tries.Tries(database, patience)
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
        acting: Acting | None = None,
    ) -> tuple[Application, str]:
        """Takes an application in and sends it on its way; gives it with its access code.

        Args:
            given: answers by fact id. Facts that the service's form does not have are refused.
            key: the caller's idempotency key; the same key and request give the same application.
            acting: who acts for the person whom it is about, if somebody does.

        Raises:
            CannotStart: where the service has no form here.
            AnswersMissing: where an answer is missing or wrong.
            KeyReused: where the key belongs to another request.
        """
        agency = self._catalogue.services[service].agency
        made, access = self.start_together(
            [service], given, {agency: consent}, key=key, conversation=conversation, language=language, acting=acting
        )
        return made[0], access

    def start_together(
        self,
        services: Sequence[str],
        given: Mapping[str, Value],
        consents: Mapping[str, Consent],
        *,
        key: str | None = None,
        conversation: str | None = None,
        language: str = "en",
        acting: Acting | None = None,
    ) -> tuple[list[Application], str]:
        """Takes in applications for several services from one set of answers, all of them or none.

        Each agency gets the answers that its own form has. One that comes after another in the catalogue is sent when
        that one is completed. One access code opens them all.

        Args:
            consents: what the person agreed to, by agency.

        Raises:
            CannotStart: where a service has no form here, or an agency no consent.
            AnswersMissing: where an answer is missing or wrong.
            KeyReused: where the key belongs to another request.
        """
        forms = {service: form_of(self._catalogue, service) for service in dict.fromkeys(services)}
        wanted = hashlib.sha256(
            json.dumps(
                [*forms, dict(given), *([acting.model_dump()] if acting else []), language], sort_keys=True, default=str
            ).encode()
        ).hexdigest()
        before = self._by_key(key, wanted)
        if before is not None:
            return before
        clean = check(self._catalogue, forms, given)
        for service in forms:
            if self._catalogue.services[service].agency not in consents:
                raise CannotStart("Somebody has to agree first to what goes to this agency.")
        access, together = code(3), code(3) if len(forms) > 1 else None
        references = {service: code(2, "ARA") for service in forms}
        first = next(iter(references.values()))
        try:
            with self._database.begin() as session:
                for service, reference in references.items():
                    agency = self._catalogue.services[service].agency
                    row = ApplicationRow(
                        reference=reference,
                        access_hash=digest(tidy(access)),
                        access_code=access,
                        # The first holds the key for all; they are made in one transaction.
                        idempotency_key=key if reference == first else None,
                        request_hash=wanted,
                        conversation=conversation,
                        together=together,
                        service=service,
                        agency=agency,
                        language=language,
                        answers=clean[service],
                        consent=consents[agency].model_dump(mode="json"),
                        acting=acting.model_dump() if acting else None,
                        state="submitted",
                        due_at=now(),
                    )
                    session.add(row)
                    session.flush()
                    session.add(ChangeRow(reference=reference, state="submitted"))
                for service, reference in references.items():
                    self._wait(session, service, reference, references, conversation)
                    self._claim(session, clean[service], reference, conversation)
        except IntegrityError:
            # Somebody was faster with the same key.
            again = self._by_key(key, wanted)
            if again is None:
                raise
            return again
        for service in references:
            self._ledger.note("application_sent", service)
        made = [self.get(reference) for reference in references.values()]
        for one in made:
            if not one.waits_for:
                self._send(one.reference)
        return made, access

    def knows(self, key: str) -> bool:
        """Whether something was taken in with this idempotency key."""
        with self._database.read() as session:
            wanted = select(ApplicationRow.reference).where(ApplicationRow.idempotency_key == key)
            return session.scalar(wanted) is not None

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
                acting=row.acting,
                language=row.language,
            )

    def take(self, reference: str, report: Report) -> bool:
        """Takes in what the agency reports; gives whether it was news. Old reports change nothing."""
        free: list[str] = []
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            row.checked_at = now()
            if row.state in FINAL or (row.agency_id is not None and report.sequence <= row.sequence):
                return False
            tries.arrived(row)
            row.agency_id, row.agency_reference = report.id, report.agency_reference
            row.sequence, row.next, row.expected_by = report.sequence, report.next, report.expected_by
            row.wanted = report.wanted
            payments.keep(session, reference, report.payment)
            moved = self._move(session, row, report.state, report.message)
            if report.state == "completed":
                free = tries.release(session, reference)
        if moved:
            self._note(report.state, row.service)
        for one in free:
            self._send(one)
        return True

    def refuse(self, reference: str, reason: str, problems: Mapping[str, str]) -> None:
        """The agency would not take the answers. They are kept, so that they can be mended and sent anew."""
        said = self._words(reason, problems)
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            if row.state not in FINAL:
                tries.arrived(row)
                row.trouble, row.trouble_at, row.settled_at = "refused", now(), None
                self._move(session, row, "not_accepted", said)

    def ask_again(self, reference: str, reason: str, problems: Mapping[str, str]) -> None:
        """The agency would not take what it had asked for; it still waits for it."""
        said = self._words(reason, problems)
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            if row.state not in FINAL:
                session.add(ChangeRow(reference=reference, state=row.state, message=said))
                row.message, row.updated_at = said, now()

    def inform(self, reference: str, given: Mapping[str, Value]) -> None:
        """Takes in what an agency asked for, and sends it on its way.

        Raises:
            CannotStart: where nothing was asked for.
            AnswersMissing: where an answer is missing or wrong.
        """
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            if row.state != "more_information_needed" or row.withdrawing:
                raise CannotStart("The agency does not wait for an answer. Look again at where your application is.")
            clean = check_wanted(self._catalogue, row.wanted, given)
            for fact, value in clean.items():
                if self._is_file(fact) and not documents.has(session, reference, fact, value):
                    raise AnswersMissing({fact: "The file is not there any more. Choose it again."})
            session.add(InformationRow(key=code(4), reference=reference, answers=clean))
            row.due_at, row.round = now(), row.round + 1
        self._send(reference)

    def withdrawn_here(self, reference: str) -> None:
        """Withdrawn before it reached the agency."""
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            row.due_at, row.sending_until, row.withdrawing = None, None, False
            moved = row.state not in FINAL and self._move(session, row, "withdrawn", None)
        if moved:
            self._note("withdrawn", row.service)

    def documents(self, reference: str) -> dict[str, documents.Document]:
        """The files that go with an application, by fact."""
        return documents.of(self._database, reference)

    def files(self, reference: str, given: Mapping[str, Value]) -> dict[str, Document]:
        """The files among answers that an agency asked for after the start, by fact."""
        named = {fact: documents.get(self._database, reference, value) for fact, value in given.items()}
        return {fact: file for fact, file in named.items() if file is not None and self._is_file(fact)}

    def sent_to(self, reference: str) -> tuple[str, str | None]:
        """The agency, and its id for the application once it has one."""
        with self._database.begin() as session:
            row = _row(session, reference)
            return row.agency, row.agency_id

    def notify(self, reference: str, email: str | None) -> None:
        """Keeps an address to which news of the application goes, or forgets it."""
        with self._database.begin() as session:
            row = _row(session, reference, lock=True)
            row.email, row.told = email, row.sequence

    def is_told(self, reference: str) -> bool:
        """Whether news of the application goes to an address."""
        with self._database.read() as session:
            return _row(session, reference).email is not None

    def news(self) -> list[News]:
        """What has changed and was not told yet, of applications whose owner wants to hear."""
        wanted = select(ApplicationRow).where(
            ApplicationRow.told < ApplicationRow.sequence, ApplicationRow.email.is_not(None)
        )
        with self._database.read() as session:
            rows = session.scalars(wanted.limit(100))
            return [News(row.reference, row.email, row.sequence, row.language) for row in rows]

    def told(self, news: News) -> None:
        """That somebody heard of it. The address is forgotten with the last news."""
        with self._database.begin() as session:
            row = _row(session, news.reference, lock=True)
            row.told = max(row.told, news.sequence)
            if row.state in FINAL and row.told >= row.sequence:
                row.email = None

    def waiting_for(self, reference: str) -> list[str]:
        """References of applications that wait for this one."""
        with self._database.read() as session:
            return list(session.scalars(select(WaitRow.reference).where(WaitRow.other == reference)))

    def sent(self, reference: str) -> tuple[list[str], Consent]:
        """What an application sends: the facts by id, and the consent with the words that were shown."""
        with self._database.read() as session:
            row = _row(session, reference)
            return list(row.answers), Consent.model_validate(row.consent)

    def take_webhook(self, agency: str, webhook: str) -> bool:
        """Notes a webhook's id; gives False where it came before."""
        try:
            with self._database.begin() as session:
                session.add(WebhookRow(agency=agency, webhook=webhook))
        except IntegrityError:
            return False
        return True

    def open_ones(self, checked_before: dt.datetime) -> list[tuple[str, str]]:
        """Applications that an agency has and that were not looked at since ``checked_before``: agency and reference.

        They count as looked at from now on, so that an agency that does not answer is not asked for ever.
        """
        wanted = select(ApplicationRow).where(
            ApplicationRow.state.not_in(FINAL),
            ApplicationRow.agency_id.is_not(None),
            ApplicationRow.checked_at < checked_before,
        )
        with self._database.begin() as session:
            rows = list(session.scalars(wanted.order_by(ApplicationRow.checked_at).limit(500)))
            for row in rows:
                row.checked_at = now()
            return [(row.agency, row.reference) for row in rows]

    def forget(self, before: dt.datetime) -> int:
        """Deletes applications that the agency was done with ``before``; gives how many."""
        old = ApplicationRow.state.in_(FINAL) & (ApplicationRow.updated_at < before)
        with self._database.begin() as session:
            gone = list(session.scalars(select(ApplicationRow.reference).where(old)))
            for table in (ChangeRow, InformationRow, WaitRow):
                session.execute(delete(table).where(table.reference.in_(gone)))
            session.execute(delete(DocumentRow).where(DocumentRow.owner.in_(gone)))
            session.execute(delete(payments.PaymentRow).where(payments.PaymentRow.reference.in_(gone)))
            session.execute(delete(ApplicationRow).where(ApplicationRow.reference.in_(gone)))
            return len(gone)

    def _words(self, reason: str, problems: Mapping[str, str]) -> str:
        labels = {fact: self._catalogue.facts[fact].label.en for fact in problems if fact in self._catalogue.facts}
        return " ".join(f"{labels.get(fact, fact)}: {problem}" for fact, problem in problems.items()) or reason

    def _move(self, session: Session, row: ApplicationRow, state: State, message: str | None) -> bool:
        """Writes a state down; gives whether it is another one than before."""
        is_new = row.state != state
        if is_new or message:
            session.add(ChangeRow(reference=row.reference, state=state, message=message))
        row.state, row.message, row.updated_at = state, message, now()
        if state in FINAL:
            row.withdrawing = False
            row.due_at = None
        if is_new and state in FINAL - {"completed"}:
            name = self._catalogue.services[row.service].name.en
            tries.strand(session, row.reference, f"It comes after “{name}”, which ended without being done.")
        return is_new

    def _is_file(self, fact: str) -> bool:
        found = self._catalogue.facts.get(fact)
        return found is not None and found.type == "document"

    def _claim(self, session: Session, answered: Mapping[str, Value], reference: str, conversation: str | None) -> None:
        """Makes the files among the answers part of the application.

        Raises:
            AnswersMissing: where one is not the conversation's to give.
        """
        for fact, value in answered.items():
            if not self._is_file(fact):
                continue
            if conversation is None or not documents.claim(session, conversation, reference, fact, value):
                raise AnswersMissing({fact: "The file is not there any more. Choose it again."})

    def _wait(
        self,
        session: Session,
        service: str,
        reference: str,
        group: Mapping[str, str],
        conversation: str | None,
    ) -> None:
        """Makes an application wait for those that come before it, among those started with it or in its talk."""
        found = self._catalogue.services[service]
        earlier = {*found.after, *found.after_if_needed, *found.after_one_of}
        others = [group[one] for one in earlier if one in group]
        if conversation is not None:
            open_ones = select(ApplicationRow).where(
                ApplicationRow.conversation == conversation,
                ApplicationRow.service.in_(earlier - set(group)),
                ApplicationRow.state.not_in(FINAL),
            )
            others += [row.reference for row in session.scalars(open_ones)]
        if not others:
            return
        session.add_all(WaitRow(reference=reference, other=other) for other in others)
        row = session.get_one(ApplicationRow, reference)
        names = [self._catalogue.services[session.get_one(ApplicationRow, one).service].name.en for one in others]
        row.due_at, row.reason = None, f"It is sent when this is done: {'; '.join(names)}."

    def _note(self, state: State, service: str) -> None:
        # After the transaction: the ledger writes in one of its own.
        event = _EVENTS.get(state)
        if event is not None:
            self._ledger.note(event, service)

    def _by_key(self, key: str | None, wanted: str) -> tuple[list[Application], str] | None:
        if key is None:
            return None
        with self._database.begin() as session:
            row = session.scalar(select(ApplicationRow).where(ApplicationRow.idempotency_key == key))
            if row is None:
                return None
            if row.request_hash != wanted:
                raise KeyReused
            rows = [row]
            if row.together is not None:
                others = select(ApplicationRow).filter_by(together=row.together).order_by(ApplicationRow.created_at)
                rows += [other for other in session.scalars(others) if other.reference != row.reference]
            return [_application(session, one) for one in rows], str(row.access_code)


def spell(reference: str) -> str:
    """A reference as it was given out, however it was typed.

    >>> spell("ara 7k2m 9qxp")
    'ARA-7K2M-9QXP'
    """
    clean = tidy(reference)
    return "-".join((clean[:3], clean[3:7], clean[7:]))


def _row(session: Session, reference: str, *, lock: bool = False) -> ApplicationRow:
    row = session.get(ApplicationRow, reference, with_for_update=lock)
    if row is None:
        raise UnknownApplication
    return row


def _application(session: Session, row: ApplicationRow) -> Application:
    changes = session.scalars(select(ChangeRow).where(ChangeRow.reference == row.reference).order_by(ChangeRow.id))
    waits = select(WaitRow.other).where(WaitRow.reference == row.reference).order_by(WaitRow.other)
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
            "wanted": row.wanted,
            "reason": row.reason,
            "waits_for": list(session.scalars(waits)),
            "withdrawing": row.withdrawing,
            "together": row.together,
            "acting": row.acting,
            "payment": payments.of(session, row.reference),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "history": [{"state": one.state, "at": one.at, "message": one.message} for one in changes],
        }
    )
