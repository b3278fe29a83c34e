"""Signing in through an OpenID Connect provider: a small real one, over HTTP, with keys and signatures of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.channels import app as module
from connectors.channels.settings import Settings


class Identity:
    """An identity provider: metadata, keys, codes with PKCE, signed ID tokens."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.signs_with = self.key
        self.claims: dict[str, Any] = {"sub": "7", "email": "aroha@example.govt.nz", "name": "Aroha Kingi"}
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/.well-known"):
                    self._send(
                        {
                            "issuer": provider.issuer,
                            "authorization_endpoint": f"{provider.issuer}/authorize",
                            "token_endpoint": f"{provider.issuer}/token",
                            "jwks_uri": f"{provider.issuer}/keys",
                            "id_token_signing_alg_values_supported": ["RS256"],
                        }
                    )
                else:
                    self._send({"keys": [provider.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                asked = provider.codes.pop(form["code"][0])
                digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
                assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
                self._send({"access_token": "x", "token_type": "Bearer", "id_token": provider.token(asked)})

            def _send(self, body: Any) -> None:
                text = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "aratohu", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        return jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, **self.claims}, self.signs_with)

    def authorise(self, address: str) -> str:
        """What the provider's page does once the person has signed in there; gives the address to go back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def identity() -> Iterator[Identity]:
    made = Identity()
    yield made
    made.close()


@pytest.fixture
def console(identity: Identity, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        data_dir=tmp_path,
        public_url="http://testserver",
        oidc_issuer=identity.issuer,
        oidc_name="Example Agency",
        local_accounts=False,
        rasa_url="http://127.0.0.1:9",
        sandbox=False,
    )
    with TestClient(module.create(settings), follow_redirects=False) as client:
        yield client


def sign_in(console: TestClient, identity: Identity) -> Any:
    began = console.get("/console/oidc")
    assert began.status_code == 302
    return console.get(identity.authorise(began.headers["location"]).replace("http://testserver", ""))


def test_who_the_provider_vouches_for_gets_in_with_the_roles_it_says(console: TestClient, identity: Identity) -> None:
    page = console.get("/console/sign-in").text
    assert "Example Agency" in page
    assert "Password" not in page
    identity.claims["groups"] = ["aratohu-adviser", "aratohu-team-msd", "other"]
    answer = sign_in(console, identity)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    board = console.get("/console", headers={"accept": "text/html"})
    assert board.status_code == 200
    assert "Aroha Kingi" in board.text
    assert console.get("/console/staff", headers={"accept": "text/html"}).status_code == 403


@pytest.mark.parametrize("groups", [[], ["other"], ["aratohu-boss"]])
def test_who_has_no_role_there_does_not(console: TestClient, identity: Identity, groups: list[str]) -> None:
    identity.claims["groups"] = groups
    assert sign_in(console, identity).status_code == 403
    assert console.get("/console").headers["location"] == "/console/sign-in"


def test_an_answer_that_is_forged_does_not(console: TestClient, identity: Identity) -> None:
    identity.claims["groups"] = ["aratohu-adviser"]
    identity.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    assert sign_in(console, identity).status_code == 403
    identity.signs_with = identity.key
    identity.claims["aud"] = "somebody-else"
    assert sign_in(console, identity).status_code == 403
    del identity.claims["aud"]
    began = console.get("/console/oidc")
    back = identity.authorise(began.headers["location"]).replace("http://testserver", "")
    assert console.get(back.replace("state=", "state=x")).status_code == 403
    console.cookies.clear()
    assert console.get(back).status_code == 403, "another browser"


def test_passwords_are_not_taken_where_local_accounts_are_off(console: TestClient) -> None:
    page = console.get("/console/sign-in").text
    csrf = page.split('data-csrf="')[1].split('"')[0]
    answer = console.post("/console/sign-in", data={"csrf": csrf, "login": "x", "password": "y"})
    assert answer.status_code == 404
