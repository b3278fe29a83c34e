"""Applications: consent, durable delivery, following them until the agency says they are done.

What an agency must be able to do is the protocol :class:`Agency`; who does it is not known here.
"""

from cases.agency import Agency, AgencyUnavailable, Attachment, Handover, NotAccepted, Payment, PaymentPage, Report
from cases.application import FINAL, Application, Consent, Order
from cases.cases import AnswersMissing, CannotStart, Cases, KeyReused, UnknownApplication
from cases.delivery import Delivery

__all__ = [
    "FINAL",
    "Agency",
    "AgencyUnavailable",
    "AnswersMissing",
    "Application",
    "Attachment",
    "CannotStart",
    "Cases",
    "Consent",
    "Delivery",
    "Handover",
    "KeyReused",
    "NotAccepted",
    "Order",
    "Payment",
    "PaymentPage",
    "Report",
    "UnknownApplication",
]
