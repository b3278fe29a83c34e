"""Handovers to a form of the agency's own: answers wait behind a random link, which opens once."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.agencies.contract import Answers, NewHandover
from connectors.agencies.sandbox.fields import today
from connectors.agencies.sandbox.office import Offer, Office
from connectors.agencies.sandbox.problems import Refused
from connectors.agencies.sandbox.register import digest
from connectors.agencies.sandbox.tables import HandoverRow
from storage import Database, now

GOOD_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Waiting:
    """A handover whose link can be opened. ``answers`` are there once it was."""

    office: Office
    offer: Offer
    answers: Answers


class Gone(Exception):
    """The link was opened before, or is too old, or never was one."""


class Handovers:
    """Keeps answers until the person comes for them."""

    def __init__(self, database: Database, offices: Mapping[str, Office]) -> None:
        self._database = database
        self._offices = offices

    def add(self, office: Office, key: str, new: NewHandover) -> tuple[str, dt.datetime, bool]:
        """The link's token, until when it is good, and whether it is a new one.

        Raises:
            Refused: where the service has no form here, or an answer is wrong.
        """
        request = digest("handovers", new)
        offer = office.offer(new.service)
        if offer is None or offer.kind != "handover":
            said = {"service": "We have no form for this. GET /capabilities tells what we have."}
            raise Refused(422, "service", "No such form", "This agency takes no handover for it.", said)
        wrong = office.problems(offer, new.answers, today())
        if wrong:
            raise Refused(422, "answers", "Some answers must change", "Mend the answers below.", wrong)
        with self._database.begin() as session:
            before = session.scalar(select(HandoverRow).filter_by(agency=office.id, key=key))
            if before is not None:
                if before.request != request:
                    said = {"Idempotency-Key": "Use a new key for another handover."}
                    raise Refused(422, "key", "This key came with another request", "Use a new key.", said)
                return before.token, before.expires_at, False
            row = HandoverRow(
                token=secrets.token_urlsafe(24),
                agency=office.id,
                key=key,
                request=request,
                service=offer.id,
                answers=new.answers,
                expires_at=now() + GOOD_FOR,
            )
            session.add(row)
            return row.token, row.expires_at, True

    def look(self, token: str) -> Waiting:
        """Whether the link is still good, without using it up: programs that check links do as much.

        Raises:
            Gone: where it is not.
        """
        with self._database.begin() as session:
            row = self._row(session, token)
            return self._waiting(row, {})

    def open(self, token: str) -> Waiting:
        """The answers, once. They are not kept after that.

        Raises:
            Gone: where the link is not good.
        """
        with self._database.begin() as session:
            row = self._row(session, token)
            made = self._waiting(row, row.answers or {})
            row.answers, row.opened_at = None, now()
            return made

    def _row(self, session: Session, token: str) -> HandoverRow:
        row = session.get(HandoverRow, token)
        if row is None or row.opened_at is not None or row.expires_at < now():
            raise Gone
        return row

    def _waiting(self, row: HandoverRow, answers: Answers) -> Waiting:
        office = self._offices[row.agency]
        offer = office.offer(row.service)
        if offer is None:
            raise Gone
        return Waiting(office, offer, answers)
