"""What agencies tell us unasked: webhooks signed by the Standard Webhooks scheme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import standardwebhooks
from pydantic import ValidationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from cases.agency import Report
from connectors.agencies.contract import Event
from connectors.agencies.http import report


class BadWebhook(Exception):
    """Not from the agency, changed on its way, too old or new, or no event of the contract. Answer it with 401."""


@dataclass(frozen=True)
class Webhook:
    """One change. ``webhook`` is its id, the same when it is sent again; ``reference`` is Aratohu's own."""

    webhook: str
    reference: str
    report: Report


class Webhooks:
    """Reads webhooks that were signed with ``secret`` (``whsec_`` and base64).

    A webhook is good for five minutes before and after its timestamp. Whether its ``id`` came before is the
    caller's to know.

    Raises:
        ValueError: when ``secret`` is none.
    """

    def __init__(self, secret: str) -> None:
        try:
            self._verifier = standardwebhooks.Webhook(secret)
        except (ValueError, EmptyWebhookSecretError):
            raise ValueError("a webhook secret is `whsec_` and 24 or more random bytes in base64") from None

    def came_back(self, payment: str, result: str, timestamp: str, signature: str) -> bool:
        """Whether somebody came back from the payment page and had ``paid``.

        Raises:
            BadWebhook: where this was not signed there, or too long ago.
        """
        headers = {"webhook-id": payment, "webhook-timestamp": timestamp, "webhook-signature": signature}
        try:
            self._verifier.verify(result, headers, json_parse=False)
        except (standardwebhooks.WebhookVerificationError, ValueError):
            raise BadWebhook("The payment page did not sign this") from None
        return result == "paid"

    def read(self, body: bytes, headers: Mapping[str, str]) -> Webhook:
        """The change that a webhook tells of.

        Args:
            body: the request's, as it came, to the byte.
            headers: the request's, by name in any case.

        Raises:
            BadWebhook: where signature, time or body is wrong.
        """
        kept = {name.lower(): value for name, value in headers.items()}
        try:
            self._verifier.verify(body, kept, json_parse=False)
        except standardwebhooks.WebhookVerificationError as error:
            raise BadWebhook(str(error)) from None
        except ValueError:
            # How the library meets a signature that is no base64, and a body that is no UTF-8.
            raise BadWebhook("The signature or the body is malformed") from None
        try:
            event = Event.model_validate_json(body)
        except ValidationError:
            raise BadWebhook("It is signed, but no event of the agency contract") from None
        return Webhook(webhook=kept["webhook-id"], reference=event.data.reference, report=report(event.data))
