"""What applications cost, as the agencies say it. No card number comes near: people pay at the agency's provider."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.application import Payment
from storage import Base, Moment


class PaymentRow(Base):
    """The one payment of an application."""

    __tablename__ = "payments"

    reference: Mapped[str] = mapped_column(ForeignKey("applications.reference", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    amount: Mapped[float]
    what: Mapped[str] = mapped_column(String(2000))
    paid_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    receipt: Mapped[str | None] = mapped_column(String(200))


def keep(session: Session, reference: str, payment: Payment | None) -> None:
    """Writes down what the agency says of the payment. What is paid stays paid."""
    row = session.get(PaymentRow, reference)
    if payment is None:
        if row is not None and row.state != "paid":
            session.delete(row)
        return
    if row is None:
        row = PaymentRow(reference=reference)
        session.add(row)
    elif row.state == "paid" and payment.state == "due":
        return
    for name, value in payment.model_dump().items():
        setattr(row, name, value)


def of(session: Session, reference: str) -> Payment | None:
    """The payment of an application, if it has one."""
    row = session.get(PaymentRow, reference)
    return Payment.model_validate(row, from_attributes=True) if row is not None else None
