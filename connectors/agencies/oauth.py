"""OAuth 2.0 client credentials (RFC 6749, section 4.4): gets an access token and keeps it while it is good."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from urllib.parse import quote_plus

import httpx
from pydantic import ValidationError

from connectors.agencies.contract import SCOPE, Token


class NoToken(Exception):
    """The agency gave no token. ``response`` is what it said instead."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"no access token (status {response.status_code})")
        self.response = response


class Access:
    """The access token for one agency. Threads share it, and only one of them at a time asks for a new one.

    ``url`` is where tokens are given, from the address of ``http`` on where it is no whole one.
    """

    def __init__(
        self,
        http: httpx.Client,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        url: str = "oauth/token",
    ) -> None:
        self._http = http
        self._url = url
        # The section 2.3.1 form: each part is form-encoded before they are joined, so that a colon can't split them.
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        self._basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def token(self, refused: str | None = None) -> str:
        """A token that is good for some while yet.

        Args:
            refused: the token that the agency has just refused; never given again.

        Raises:
            NoToken: when the agency gives none.
            httpx.TransportError: when it can't be reached.
        """
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._good_until:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        self._token = ""
        response = self._http.post(
            self._url,
            data={"grant_type": "client_credentials", "scope": SCOPE},
            headers={"Authorization": self._basic},
        )
        if response.status_code != httpx.codes.OK:
            raise NoToken(response)
        try:
            made = Token.model_validate_json(response.content)
        except ValidationError:
            raise NoToken(response) from None
        # Given up a little early, so that it does not run out on its way.
        self._good_until = self._clock() + made.expires_in - min(30.0, made.expires_in * 0.2)
        self._token = made.access_token
