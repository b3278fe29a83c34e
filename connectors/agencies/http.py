"""An agency that is reached over HTTP by the agency contract."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import ValidationError

from cases.agency import AgencyUnavailable, Attachment, Handover, NotAccepted, PaymentPage, Report
from cases.application import Order, Payment
from catalogue.answers import Value
from connectors.agencies import contract
from connectors.agencies.contract import (
    Application,
    Capabilities,
    Consent,
    Document,
    Information,
    NewApplication,
    Problem,
    Reply,
)
from connectors.agencies.oauth import Access, NoToken

_Reply = TypeVar("_Reply", bound=Reply)

_LONGEST_WAIT = 86_400.0
"""Seconds. A wish to wait longer is cut, since a mistyped date would otherwise stop an application for years."""

_NOT_OURS_TO_MEND = frozenset({401, 403, 404, 405, 406, 408, 410, 421, 425, 429})
"""What no other answer of the person would mend: the agency, or our access to it, must change first."""


class HttpAgency:
    """The protocol :class:`cases.agency.Agency` over the agency contract. Threads may share one.

    Nothing is retried but a refused token, once: waiting is up to cases.

    Args:
        address: where the contract's calls begin, such as ``https://agency.example/v1``.
        callback_url: where the agency sends webhooks, or None where it can't reach us.
        token_url: where the agency gives tokens, if not at ``oauth/token`` below the address.
        timeout: seconds for each of connecting, sending and receiving.
        may_send_to: whether people may be sent to an address that is not on the agency's own host.
    """

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        callback_url: str | None = None,
        *,
        token_url: str | None = None,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        may_send_to: Callable[[str], bool] = lambda url: False,
    ) -> None:
        self._host = (urlsplit(address).hostname or "").lower()
        self._may_send_to = may_send_to
        self._callback_url = callback_url
        self._http = httpx.Client(
            base_url=address.rstrip("/") + "/",
            timeout=timeout,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "aratohu/1"},
            # A proxy from the environment serves for agencies elsewhere, never for one on this machine.
            trust_env=not is_loopback(address),
        )
        self._access = Access(self._http, client_id, client_secret, url=token_url or "oauth/token")

    def start(self, order: Order) -> Report:
        """Starts a service; a second call with the same reference gives what the first one made.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the answers must change first.
        """
        body = NewApplication(
            service=order.service,
            reference=order.reference,
            answers=order.answers,
            consent=_consent(order),
            callback_url=self._callback_url,
            language=order.language,
        )
        made = _read(Application, self._post("applications", body, order.reference))
        if made.reference != order.reference:
            # Going on would show one person the application of another.
            raise AgencyUnavailable("it answered about another application")
        return report(made)

    def read(self, id: str) -> Report:
        """Where the application ``id`` is.

        Raises:
            AgencyUnavailable: when it may work later.
        """
        try:
            response = self._call("GET", f"applications/{quote(id, safe='')}")
        except NotAccepted:
            raise AgencyUnavailable("it refuses to say where the application is") from None
        return report(_read(Application, response))

    def find(self, reference: str) -> Report | None:
        """The application that was started with ``reference``, or None where it never arrived.

        Raises:
            AgencyUnavailable: when it may work later.
        """
        try:
            response = self._call("GET", f"applications?reference={quote(reference, safe='')}")
        except NotAccepted:
            raise AgencyUnavailable("it refuses to say whether it has the application") from None
        found = _read(contract.Found, response).applications
        return next((report(one) for one in found if one.reference == reference), None)

    def withdraw(self, id: str) -> Report:
        """Takes the application back; a second call gives what the first one did.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when it is too late.
        """
        return report(_read(Application, self._call("POST", f"applications/{quote(id, safe='')}/withdraw")))

    def inform(self, id: str, key: str, answers: Mapping[str, Value]) -> Report:
        """Sends what the agency asked for; a second call with the same ``key`` gives what the first one did.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the answers must change first, or nothing was asked for.
        """
        path = f"applications/{quote(id, safe='')}/information"
        return report(_read(Application, self._post(path, Information(answers=dict(answers)), key)))

    def attach(self, attachment: Attachment) -> str:
        """Sends a file before the application or the information that it belongs to; gives what to answer for its fact.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the agency does not take this file.
        """
        told = attachment.model_dump(include={"reference", "fact"})
        file = (attachment.name, attachment.content, attachment.media_type)
        digest = hashlib.sha256(attachment.content).hexdigest()
        # What is sent decides the key, so that a second try is one, and another photo is none.
        key = hashlib.sha256(f"{attachment.reference} {attachment.fact} {digest}".encode()).hexdigest()
        made = _read(
            Document,
            self._call("POST", "documents", data=told, files={"file": file}, headers={"Idempotency-Key": key}),
        )
        if made.sha256 != digest:
            raise AgencyUnavailable("the document did not arrive whole")
        return made.id

    def pay(self, id: str, return_url: str) -> PaymentPage:
        """The one payment of the application, however often it is asked for.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when there is nothing to pay.
        """
        path = f"applications/{quote(id, safe='')}/payment"
        made = _read(contract.PaymentPage, self._post(path, contract.NewPayment(return_url=return_url)))
        if made.url is not None:
            self._allow(made.url)
        return PaymentPage(**made.model_dump())

    def hand_over(self, order: Order) -> Handover:
        """Gives answers for a form of the agency's own; a second call with the same reference gives the same link.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the agency takes no answers, or not these.
        """
        body = contract.NewHandover(
            service=order.service,
            reference=order.reference,
            answers=order.answers,
            consent=_consent(order),
            language=order.language,
        )
        made = _read(contract.Handover, self._post("handovers", body, order.reference))
        self._allow(made.url)
        return Handover(**made.model_dump())

    def capabilities(self) -> Capabilities:
        """What the agency offers through the contract.

        Raises:
            AgencyUnavailable: when it may work later.
        """
        return _read(Capabilities, self._call("GET", "capabilities"))

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def _allow(self, url: str) -> None:
        """Lets a person go where an agency points them, on its own host or one that we know."""
        try:
            parts = urlsplit(url)
        except ValueError:
            raise AgencyUnavailable("its link can't be read") from None
        fine = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
        known = (parts.hostname or "").lower() == self._host or self._may_send_to(url)
        if not fine or not known or parts.username is not None:
            raise AgencyUnavailable("its link leads elsewhere")

    def _post(self, path: str, body: contract.Request, key: str | None = None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self._call("POST", path, content=body.model_dump_json(exclude_none=True).encode(), headers=headers)

    def _call(self, method: str, path: str, **sent: Any) -> httpx.Response:
        try:
            token = self._access.token()
            response = self._send(method, path, token, **sent)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                response = self._send(method, path, self._access.token(refused=token), **sent)
        except NoToken as error:
            raise AgencyUnavailable(str(error), retry_after(error.response)) from None
        except httpx.TimeoutException as error:
            is_sent = isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout)
            raise AgencyUnavailable("no answer in time", under_way=is_sent) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            left = not isinstance(error, httpx.ConnectError)
            raise AgencyUnavailable(f"no connection ({type(error).__name__})", under_way=left) from None
        if not response.is_success:
            _refuse(response)
        return response

    def _send(
        self, method: str, path: str, token: str, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        return self._http.request(method, path, headers={**(headers or {}), "Authorization": f"Bearer {token}"}, **sent)


def report(application: Application) -> Report:
    """An application of the contract, as cases know it."""
    return Report(
        id=application.id,
        agency_reference=application.agency_reference,
        state=application.state,
        message=application.message,
        next=application.next,
        expected_by=application.expected_by,
        wanted=application.wanted,
        payment=Payment(**application.payment.model_dump(exclude={"currency"})) if application.payment else None,
        sequence=application.sequence,
        at=application.updated_at,
    )


def retry_after(response: httpx.Response) -> float | None:
    """How long the agency wants us to wait, in seconds, from ``Retry-After`` as seconds or as an HTTP date."""
    said = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", said):
        # Cut before it is a number: a very long one would be infinite.
        return min(float(said[:12]), _LONGEST_WAIT)
    try:
        when = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return min(max((when - dt.datetime.now(dt.UTC)).total_seconds(), 0.0), _LONGEST_WAIT)


def is_loopback(address: str) -> bool:
    """Whether an address is on this very machine.

    >>> is_loopback("http://127.0.0.1:8090/dia/v1"), is_loopback("https://agency.example/v1")
    (True, False)
    """
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(response: httpx.Response) -> NoReturn:
    status = response.status_code
    # Only the status goes into the reason, which is logged: an agency's own words might repeat an answer.
    if not 400 <= status < 500 or status in _NOT_OURS_TO_MEND:
        raise AgencyUnavailable(f"status {status}", retry_after(response))
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = Problem(title=f"The agency refused it and did not say why (status {status}).")
    raise NotAccepted(problem.detail or problem.title, {error.field: error.message for error in problem.errors})


def _read(kind: type[_Reply], response: httpx.Response) -> _Reply:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError:
        raise AgencyUnavailable("its answer can't be read") from None


def _consent(order: Order) -> Consent:
    given = order.consent.given_at
    return Consent(
        given_at=given if given.tzinfo else given.replace(tzinfo=dt.UTC),
        notice=order.consent.notice,
        acting=order.acting.name if order.acting else None,
        capacity=order.acting.capacity if order.acting else None,
    )
