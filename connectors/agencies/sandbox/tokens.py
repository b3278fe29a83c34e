"""The sandbox's OAuth 2.0 server: client credentials in, signed tokens out. A token is good for one agency."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import unquote_plus

from itsdangerous import BadData, URLSafeTimedSerializer

from connectors.agencies.contract import SCOPE, Token, TokenError
from connectors.agencies.sandbox.problems import NoGrant


class Tokens:
    """Gives and checks access tokens. Nothing is stored, so tokens outlive a restart.

    Args:
        seconds: how long a token is good.
    """

    def __init__(self, client_id: str, client_secret: str, seconds: int) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._seconds = seconds

    def give(
        self, agency: str, grant: str, scope: str | None, basic: str | None, id: str | None, secret: str | None
    ) -> Token:
        """A token for one agency.

        Args:
            basic: the ``Authorization`` header, if the client puts its credentials there (as it should).
            id: the client's id in the form, else.

        Raises:
            NoGrant: where the grant is another one, or the credentials are wrong.
        """
        if grant != "client_credentials":
            raise NoGrant(400, TokenError(error="unsupported_grant_type", error_description="Use client_credentials."))
        said_id, said_secret = _pair(basic) if basic else (id or "", secret or "")
        # Both are compared, whatever the first comparison says.
        fine = hmac.compare_digest(said_id.encode(errors="replace"), self._client_id.encode())
        fine &= hmac.compare_digest(said_secret.encode(errors="replace"), self._client_secret.encode())
        if not fine:
            raise NoGrant(401, TokenError(error="invalid_client", error_description="Client id or secret is wrong."))
        if scope and set(scope.split()) != {SCOPE}:
            raise NoGrant(400, TokenError(error="invalid_scope", error_description=f"The one scope is {SCOPE}."))
        return Token(access_token=self._signer(agency).dumps(secrets.token_hex(8)), expires_in=self._seconds)

    def is_good(self, agency: str, token: str) -> bool:
        """Whether this agency gave the token, and not too long ago."""
        try:
            self._signer(agency).loads(token, max_age=self._seconds)
        except BadData:
            return False
        return True

    def _signer(self, agency: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._client_secret, salt=f"access-token:{agency}")


def _pair(basic: str) -> tuple[str, str]:
    """Id and secret of a Basic header (RFC 6749, section 2.3.1: form-encoded each), empty where it is none."""
    scheme, _, encoded = basic.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
