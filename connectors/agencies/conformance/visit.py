"""One visit to an agency's endpoint: how it is called, and what has been learned on the way."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import httpx
from pydantic import BaseModel, ValidationError

from catalogue.model import Fact
from connectors.agencies.conformance.listener import Listener
from connectors.agencies.conformance.samples import Sample
from connectors.agencies.contract import SCOPE, Answers, Application, Capabilities, Capability, Problem
from connectors.agencies.http import is_loopback

_Body = TypeVar("_Body", bound=BaseModel)
PROBLEM = "application/problem+json"
MOST_TRIES = 12


class Fails(Exception):
    """The agency does not keep the contract. The text says what was done, what came, and what should have come."""


class NotTried(Exception):
    """This could not be tried. The text says why."""


class Visit:
    """Calls the agency at ``address``. Everything that it starts, it takes back at the end.

    Args:
        given: answers by service that the agency takes; where there are none, they are made up.
        token_url: where tokens are given, if not at ``oauth/token`` below the address.
        listener: where webhooks arrive, or None where the agency can't reach us.
    """

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        webhook_secret: str,
        facts: Mapping[str, Fact],
        *,
        given: Mapping[str, Answers] | None = None,
        listener: Listener | None = None,
        webhook_seconds: float = 20.0,
        token_url: str | None = None,
    ) -> None:
        self._token_url = token_url or "oauth/token"
        self.http = httpx.Client(
            base_url=address.rstrip("/") + "/", timeout=15, trust_env=not is_loopback(address), follow_redirects=False
        )
        self.client_id, self.client_secret, self.webhook_secret = client_id, client_secret, webhook_secret
        self.facts, self.given, self.listener = facts, dict(given or {}), listener
        self.webhook_seconds = webhook_seconds
        self.capabilities: Capabilities | None = None
        self.service: Capability | None = None
        self.answers: Answers = {}
        self._token = ""
        self._started: list[str] = []

    def close(self) -> None:
        """Takes back what was started, as far as that goes, and gives the connections back."""
        for id in self._started:
            try:
                self.call("POST", f"applications/{quote(id, safe='')}/withdraw")
            except (httpx.HTTPError, Fails):
                continue
        self.http.close()

    def basic(self, secret: str | None = None) -> str:
        """The Authorization header for the token's address."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(secret or self.client_secret)}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def ask_token(self, secret: str | None = None) -> httpx.Response:
        """Asks for a token."""
        data = {"grant_type": "client_credentials", "scope": SCOPE}
        return self.send("POST", self._token_url, data=data, headers={"Authorization": self.basic(secret)})

    def call(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """A call with a token."""
        if not self._token:
            answer = self.ask_token()
            self._token = str(answer.json().get("access_token", "")) if answer.status_code == 200 else ""
        headers = {"Authorization": f"Bearer {self._token}", **(sent.pop("headers", None) or {})}
        return self.send(method, path, headers=headers, **sent)

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """A call as it is.

        Raises:
            Fails: when nothing comes back.
        """
        try:
            return self.http.request(method, path, **sent)
        except httpx.HTTPError as error:
            raise Fails(f"{method} /{path} got no answer ({type(error).__name__}).") from None

    def body(self, **changed: Any) -> dict[str, Any]:
        """The body of a start with good answers, and a reference of its own."""
        if self.service is None:
            raise NotTried("No service could be started. See the check of starting one.")
        return {
            "service": self.service.service,
            "reference": reference(),
            "answers": self.answers,
            "consent": {"given_at": now(), "notice": "conformance"},
            "language": "en",
            **changed,
        }

    def start(self, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        """Sends a start; what it made is taken back at the end."""
        answer = self.call("POST", "applications", json=body, headers={"Idempotency-Key": key or body["reference"]})
        if answer.status_code in (200, 201):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self._started.append(str(answer.json()["id"]))
        return answer

    def fresh(self, **changed: Any) -> Application:
        """An application that was just started."""
        body = self.body(**changed)
        made = read(Application, self.start(body), 201)
        if made.reference != body["reference"]:
            raise Fails(f"Sent the reference {body['reference']} and got {made.reference} back. It must be the same.")
        return made

    def learn(self) -> httpx.Response:
        """Finds a service and answers that the agency takes; gives the answer to the start that went through.

        Raises:
            Fails: where it can tell none.
        """
        if self.capabilities is None:
            raise NotTried("Without capabilities nobody knows what can be started.")
        services = [one for one in self.capabilities.services if one.kind == "api"]
        # A service without a fee goes all the way without anybody paying.
        services.sort(key=lambda one: (one.service not in self.given, bool(one.fee or one.fee_from), len(one.required)))
        if not services:
            raise NotTried("No service here starts by the contract.")
        refused = []
        for service in services[:MOST_TRIES]:
            sample = Sample(service.required, self.facts, dt.datetime.now(dt.UTC).date())
            if service.service in self.given:
                sample.answers = dict(self.given[service.service])
            for _ in range(MOST_TRIES):
                self.service, self.answers = service, sample.answers
                answer = self.start(self.body())
                if answer.status_code == 201:
                    return answer
                wrong = fields(answer) if answer.status_code == 422 else []
                if not sample.mend(wrong):
                    refused.append(f"{service.service}: {answer.status_code} {', '.join(wrong)}".strip())
                    break
        self.service, self.answers = None, {}
        raise Fails(
            "No service could be started with made-up answers. Give good ones with --answers. It refused "
            + "; ".join(refused)
            + "."
        )


def fields(answer: httpx.Response) -> list[str]:
    """The fields that a problem names."""
    try:
        return [one.field for one in Problem.model_validate_json(answer.content).errors]
    except ValidationError:
        return []


def read(kind: type[_Body], answer: httpx.Response, *statuses: int) -> _Body:
    """The body of an answer.

    Raises:
        Fails: where status, media type or body is another one.
    """
    asked = f"{answer.request.method} {answer.request.url.path}"
    if answer.status_code not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise Fails(f"{asked} answered {answer.status_code}. It must be {wanted}.{_why(answer)}")
    media = answer.headers.get("content-type", "").partition(";")[0].strip()
    needed = PROBLEM if kind is Problem else "application/json"
    if media != needed:
        raise Fails(f"{asked} answered with the media type “{media}”. It must be {needed}.")
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise Fails(f"{asked} answered a body that is no {kind.__name__}: {where}: {first['msg']}.") from None


def problem(answer: httpx.Response, *statuses: int) -> Problem:
    """A problem document.

    Raises:
        Fails: where it is none.
    """
    found = read(Problem, answer, *statuses)
    if found.status not in (None, answer.status_code):
        raise Fails(f"The problem document says status {found.status}, the answer {answer.status_code}.")
    return found


def reference() -> str:
    """A reference that nobody had before."""
    return f"TRY-{secrets.token_hex(8).upper()}"


def now(later: dt.timedelta = dt.timedelta()) -> str:
    """A moment, as JSON has it."""
    return (dt.datetime.now(dt.UTC) + later).isoformat()


def _why(answer: httpx.Response) -> str:
    try:
        said = Problem.model_validate_json(answer.content)
    except ValidationError:
        return ""
    named = "; ".join(f"{one.field}: {one.message}" for one in said.errors)
    return f" It said: {said.title}{f' ({named})' if named else ''}."
