"""Signing in through an OpenID Connect provider: authorization code with PKCE, by Authlib."""

from __future__ import annotations

from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request, Response
from httpx import HTTPError
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc.errors import JoseError

from connectors.channels.console.gate import Refused
from connectors.channels.security import Forms
from connectors.channels.settings import Settings
from conversations.desk.staff import ROLES

COOKIE = "aratohu-oidc"
SECONDS = 600


class Provider:
    """The organisation's identity provider.

    Roles and teams come from the claims that the settings name, so that who joins or leaves is seen to there.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seal = URLSafeTimedSerializer(settings.session_secret.get_secret_value(), salt="oidc")
        oauth = OAuth()
        oauth.register(
            "staff",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
        )
        self._client: Any = oauth.create_client("staff")

    async def begin(self, request: Request, forms: Forms) -> Response:
        """Sends the browser to the provider. What has to be remembered goes along in a signed cookie."""
        request.scope["session"] = {}
        target = f"{self._settings.public_url}/console/oidc/back"
        try:
            answer: Response = await self._client.authorize_redirect(request, target)
        except HTTPError as error:
            raise Refused from error
        forms.set_cookie(answer, COOKIE, self._seal.dumps(request.scope["session"]))
        return answer

    async def finish(self, request: Request) -> dict[str, Any]:
        """Takes the provider's answer; gives what :meth:`Staff.sign_in_as` wants to know.

        Raises:
            Refused: where state, nonce, signature, issuer or audience is wrong, or it took longer than ten minutes.
        """
        try:
            request.scope["session"] = self._seal.loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
            token = await self._client.authorize_access_token(request)
        except (BadData, OAuthError, JoseError, HTTPError, ValueError) as error:
            raise Refused from error
        claims: dict[str, Any] = token.get("userinfo") or {}
        if not claims.get("sub"):
            raise Refused
        given = claims.get(self._settings.oidc_roles_claim) or []
        names = [given] if isinstance(given, str) else [str(one) for one in given]
        prefix = self._settings.oidc_prefix
        short = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        return {
            "subject": f"{claims.get('iss', self._settings.oidc_issuer)}|{claims['sub']}"[:200],
            "login": str(claims.get("email") or claims.get("preferred_username") or claims["sub"]),
            "name": str(claims.get("name") or claims.get("preferred_username") or claims["sub"]),
            "roles": [name for name in short if name in ROLES],
            "teams": [name.removeprefix("team-") for name in short if name.startswith("team-")],
        }

    def forget(self, answer: Response) -> None:
        """The cookie has done its work."""
        answer.delete_cookie(COOKIE)
