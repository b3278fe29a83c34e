"""Applications: consent, durable delivery, following them until the agency says they are done.

What an agency must be able to do is the protocol :class:`Agency`; who does it is not known here.
"""

from cases.agency import Agency, AgencyUnavailable, Attachment, Handover, NotAccepted, PaymentPage, Report
from cases.application import FINAL, Acting, Application, Consent, Order, Payment
from cases.cases import Cases, KeyReused, UnknownApplication
from cases.delivery import Delivery
from cases.forms import AnswersMissing, CannotStart
from cases.tries import Tries

__all__ = [
    "FINAL",
    "Acting",
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
    "Tries",
    "UnknownApplication",
]
