"""What applications cost, and that each is paid once."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.agencies.contract import Payment
from connectors.agencies.sandbox.tables import BillRow
from storage import now


@dataclass(frozen=True)
class Bill:
    """A bill as the payment page shows it. ``is_open`` tells whether it can still be paid."""

    id: str
    agency: str
    what: str
    amount: float
    receipt: str | None
    return_url: str
    is_open: bool


def write(session: Session, application: str, amount: float, what: str) -> None:
    """The bill for an application."""
    session.add(
        BillRow(id=f"pay_{uuid.uuid4().hex}", application=application, amount=amount, what=what, return_url=None)
    )


def of(session: Session, application: str) -> BillRow | None:
    """The bill of an application, if it has one."""
    return session.scalar(select(BillRow).filter_by(application=application))


def payment(bill: BillRow) -> Payment:
    """A bill as the contract says it."""
    return Payment(
        state="due" if bill.paid_at is None else "paid",
        amount=bill.amount,
        what=bill.what,
        paid_at=bill.paid_at,
        receipt=bill.receipt,
    )


def settle(session: Session, id: str) -> bool:
    """Takes the money; gives False where it was taken before. Of two that come at once, one is the first."""
    took = session.execute(
        update(BillRow)
        .where(BillRow.id == id, BillRow.paid_at.is_(None))
        .values(paid_at=now(), receipt=f"SBX-{secrets.randbelow(10**8):08}")
        .returning(BillRow.id)
    )
    return took.scalar() is not None
