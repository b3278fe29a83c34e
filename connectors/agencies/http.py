"""An agency that is reached over HTTP by the agency contract."""

from __future__ import annotations

import datetime as dt
import email.utils
import ipaddress
import re
from typing import NoReturn
from urllib.parse import quote, urlsplit

import httpx
from pydantic import ValidationError

from cases.agency import AgencyUnavailable, NotAccepted, Report
from cases.application import Order
from connectors.agencies.contract import Application, Consent, NewApplication, Problem
from connectors.agencies.oauth import Access, NoToken

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
        timeout: seconds for each of connecting, sending and receiving.
    """

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        callback_url: str | None = None,
        *,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._callback_url = callback_url
        self._http = httpx.Client(
            base_url=address.rstrip("/") + "/",
            timeout=timeout,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "aratohu/1"},
            # A proxy from the environment serves for agencies elsewhere, never for one on this machine.
            trust_env=not is_loopback(address),
        )
        self._access = Access(self._http, client_id, client_secret)

    def start(self, order: Order) -> Report:
        """Starts a service; a second call with the same reference gives what the first one made.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when the answers must change first.
        """
        given = order.consent.given_at
        body = NewApplication(
            service=order.service,
            reference=order.reference,
            answers=order.answers,
            consent=Consent(
                given_at=given if given.tzinfo else given.replace(tzinfo=dt.UTC), notice=order.consent.notice
            ),
            callback_url=self._callback_url,
            language=order.language,
        )
        response = self._call(
            "POST",
            "applications",
            body=body.model_dump_json(exclude_none=True).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": order.reference},
        )
        made = _application(response)
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
        return report(_application(response))

    def withdraw(self, id: str) -> Report:
        """Takes the application back; a second call gives what the first one did.

        Raises:
            AgencyUnavailable: when it may work later.
            NotAccepted: when it is too late.
        """
        return report(_application(self._call("POST", f"applications/{quote(id, safe='')}/withdraw")))

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def _call(
        self, method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            token = self._access.token()
            response = self._send(method, path, body, headers, token)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                response = self._send(method, path, body, headers, self._access.token(refused=token))
        except NoToken as error:
            raise AgencyUnavailable(str(error), retry_after(error.response)) from None
        except httpx.TimeoutException:
            raise AgencyUnavailable("no answer in time") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise AgencyUnavailable(f"no connection ({type(error).__name__})") from None
        if not response.is_success:
            _refuse(response)
        return response

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None, token: str
    ) -> httpx.Response:
        return self._http.request(
            method, path, content=body, headers={**(headers or {}), "Authorization": f"Bearer {token}"}
        )


def report(application: Application) -> Report:
    """An application of the contract, as cases know it."""
    return Report(
        id=application.id,
        agency_reference=application.agency_reference,
        state=application.state,
        message=application.message,
        next=application.next,
        expected_by=application.expected_by,
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


def _application(response: httpx.Response) -> Application:
    try:
        return Application.model_validate_json(response.content)
    except ValidationError:
        raise AgencyUnavailable("its answer can't be read") from None
