"""The suite against every agency of the sandbox, and against agencies that each keep one thing not."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from click.testing import CliRunner
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue import load
from connectors.agencies.conformance import checks
from connectors.agencies.conformance.checks import CHECKS, Check
from connectors.agencies.conformance.listener import listen
from connectors.agencies.conformance.report import Report, run, write
from connectors.agencies.conformance.visit import Visit
from connectors.agencies.sandbox.agencies import PLAYED
from connectors.agencies.sandbox.tokens import Tokens
from connectors.channels.command.agency import conformance
from tests.connectors.agencies import running
from tests.connectors.agencies.running import CLIENT_SECRET, WEBHOOK_SECRET, Sandbox


def visit_to(sandbox: Sandbox, agency: str, tried: tuple[Check, ...] = CHECKS, **options: Any) -> Report:
    address = f"{sandbox.url}/{agency}/v1"
    with listen("127.0.0.1", 0, None) as listener:
        visit = Visit(
            address,
            "aratohu",
            CLIENT_SECRET,
            WEBHOOK_SECRET,
            load().facts,
            listener=listener,
            webhook_seconds=options.get("webhook_seconds", 10),
        )
        with contextlib.closing(visit):
            return run(visit, address, tried)


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """All agencies of the sandbox."""
    with running.sandbox(tmp_path_factory.mktemp("agencies"), first_pause=0.05) as made:
        yield made


@pytest.mark.parametrize("agency", PLAYED)
def test_every_agency_of_the_sandbox_keeps_the_contract(agencies: Sandbox, agency: str) -> None:
    report = visit_to(agencies, agency)
    assert report.failed() == {}
    assert report.is_good
    tried = {one.check for one in report.findings if one.outcome == "ok"}
    assert {one.__name__ for one in CHECKS} - tried <= {"payment", "documents", "handovers", "withdraw"}


def test_what_was_started_is_taken_back(sandbox: Sandbox) -> None:
    visit_to(sandbox, "ir")
    assert {one["application"]["state"] for one in sandbox.filed()} == {"withdrawn"}


@dataclass
class Call:
    """A request on its way in, and the answer on its way out."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def answered(self) -> Any:
        return json.loads(self.answer)

    def send(self, **changed: Any) -> None:
        self.body = json.dumps({**self.json, **changed}).encode()

    def say(self, status: int | None = None, **changed: Any) -> None:
        self.status = status or self.status
        self.answer = json.dumps({**self.answered, **changed}).encode()

    @property
    def is_start(self) -> bool:
        return self.method == "POST" and self.path.endswith("/v1/applications")


class Wrong:
    """An agency that does one thing wrong: what goes in or comes out is changed on its way."""

    def __init__(self, app: ASGIApp, before: Callable[[Call], None], after: Callable[[Call], None]) -> None:
        self.app, self.before, self.after = app, before, after
        self.state = getattr(app, "state", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(scope["method"], scope["path"], headers, body)
        self.before(call)
        call.headers["content-length"] = str(len(call.body))

        async def again() -> Message:
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                call.answer_headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                call.answer += message.get("body", b"")

        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in call.headers.items()]
        await self.app({**scope, "headers": raw}, again, kept)
        self.after(call)
        call.answer_headers["content-length"] = str(len(call.answer))
        out = [(name.encode(), value.encode()) for name, value in call.answer_headers.items()]
        await send({"type": "http.response.start", "status": call.status, "headers": out})
        await send({"type": "http.response.body", "body": call.answer})


def nothing(call: Call) -> None:
    """Leaves it as it is."""


def forgets_keys() -> tuple[Callable[[Call], None], Callable[[Call], None]]:
    given: dict[str, str] = {}

    def before(call: Call) -> None:
        if call.is_start and b'"reference"' in call.body:
            fresh = f"X-{secrets.token_hex(8)}"
            given[fresh] = call.json["reference"]
            call.headers["idempotency-key"] = fresh
            call.send(reference=fresh)

    def after(call: Call) -> None:
        if call.is_start and call.status == 201:
            call.say(reference=given[call.answered["reference"]])

    return before, after


def takes_another_body() -> tuple[Callable[[Call], None], Callable[[Call], None]]:
    first: dict[str, bytes] = {}

    def before(call: Call) -> None:
        if call.is_start and "idempotency-key" in call.headers:
            call.body = first.setdefault(call.headers["idempotency-key"], call.body)

    return before, nothing


def needs_no_token(call: Call) -> None:
    if call.path.endswith("/capabilities"):
        token = Tokens("aratohu", CLIENT_SECRET, 300).give(
            "dia", "client_credentials", None, None, "aratohu", CLIENT_SECRET
        )
        call.headers["authorization"] = f"Bearer {token.access_token}"


def gives_tokens_to_all(call: Call) -> None:
    if call.path.endswith("/oauth/token"):
        pair = base64.b64encode(f"aratohu:{quote_plus(CLIENT_SECRET)}".encode()).decode()
        call.headers["authorization"] = f"Basic {pair}"


def writes_errors_its_own_way(call: Call) -> None:
    if call.status >= 400 and "/oauth/" not in call.path:
        call.answer, call.answer_headers["content-type"] = b'{"error": "bad request"}', "application/json"


def names_no_field(call: Call) -> None:
    if call.status == 422:
        call.say(errors=[])


def repeats_answers() -> tuple[Callable[[Call], None], Callable[[Call], None]]:
    def after(call: Call) -> None:
        if call.is_start and call.status == 422:
            call.say(detail=f"This can't be: {next(iter(call.json['answers'].values()), '')}")

    return nothing, after


def finds_what_is_not_there(call: Call) -> None:
    if call.status == 404 and call.method == "GET":
        call.status, call.answer, call.answer_headers["content-type"] = 200, b"{}", "application/json"


def mixes_references_up(call: Call) -> None:
    if call.is_start and call.status == 201:
        call.say(reference="ARA-SOME-BODY")


def does_not_count(call: Call) -> None:
    if call.path.endswith("/withdraw") and call.status == 200:
        call.say(sequence=1)


def takes_back_once() -> tuple[Callable[[Call], None], Callable[[Call], None]]:
    seen: set[str] = set()

    def after(call: Call) -> None:
        if call.path.endswith("/withdraw") and call.status == 200:
            if call.path in seen:
                call.answer_headers["content-type"] = "application/problem+json"
                call.status, call.answer = 409, b'{"title": "It is withdrawn already", "status": 409}'
            seen.add(call.path)

    return nothing, after


def believes_any_consent(call: Call) -> None:
    if call.is_start and b'"consent"' in call.body:
        call.send(consent={"given_at": "2020-01-01T00:00:00Z", "notice": "x"})


def drops_what_it_does_not_know(call: Call) -> None:
    if call.is_start and b"shoe_size" in call.body:
        call.send(answers={name: value for name, value in call.json["answers"].items() if name != "shoe_size"})


def bills_twice(call: Call) -> None:
    if call.path.endswith("/payment") and call.status == 200:
        call.say(id=f"pay_{secrets.token_hex(4)}")


def puts_answers_into_links(call: Call) -> None:
    if call.path.endswith("/handovers") and call.status in (200, 201):
        call.say(url=f"{call.answered['url']}?email={call.json['answers']['email']}")


def lists_nothing(call: Call) -> None:
    if call.path.endswith("/capabilities") and call.status == 200:
        call.say(services=[])


def asks_without_saying_so(call: Call) -> None:
    if call.path.endswith("/capabilities") and call.status == 200:
        services = call.answered["services"]
        for one in services:
            one["required"], one["optional"] = one["required"][:-1], [*one["optional"], one["required"][-1]]
        call.say(services=services)


def _before(change: Callable[[Call], None]) -> Callable[[], tuple[Callable[[Call], None], Callable[[Call], None]]]:
    return lambda: (change, nothing)


def _after(change: Callable[[Call], None]) -> Callable[[], tuple[Callable[[Call], None], Callable[[Call], None]]]:
    return lambda: (nothing, change)


WRONG: dict[str, tuple[Callable[[], Any], str, str]] = {
    "forgets_keys": (forgets_keys, "again", "got another application"),
    "takes_another_body": (takes_another_body, "other_body", "Took another body under a key"),
    "needs_no_token": (_before(needs_no_token), "no_token", "answered with no token. It must be 401"),
    "gives_tokens_to_all": (_before(gives_tokens_to_all), "wrong_secret", "a wrong client secret and got a token"),
    "writes_errors_its_own_way": (
        _after(writes_errors_its_own_way),
        "no_token",
        "media type “application/json”. It must be application/problem+json",
    ),
    "names_no_field": (
        _after(names_no_field),
        "missing",
        "was left out, and `errors` of the problem document does not",
    ),
    "repeats_answers": (repeats_answers, "private", "repeats the answer"),
    "finds_what_is_not_there": (_after(finds_what_is_not_there), "reading", "answered with success. It must be 404"),
    "mixes_references_up": (_after(mixes_references_up), "start", "got ARA-SOME-BODY back. It must be the same"),
    "does_not_count": (_after(does_not_count), "withdraw", "`sequence` is 1 after taking back and was 1 before"),
    "takes_back_once": (takes_back_once, "withdraw", "answered 409. It must be 200"),
    "believes_any_consent": (_before(believes_any_consent), "early_consent", "a consent that is given tomorrow"),
    "drops_what_it_does_not_know": (_before(drops_what_it_does_not_know), "unknown", "which it did not ask for"),
    "bills_twice": (_after(bills_twice), "payment", "got two (pay_"),
    "puts_answers_into_links": (_after(puts_answers_into_links), "handovers", "The link holds an answer"),
    "lists_nothing": (_after(lists_nothing), "capabilities", "The list of services is empty"),
    "asks_without_saying_so": (_after(asks_without_saying_so), "start", "Give good ones with --answers"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_and_said(tmp_path: Path, name: str) -> None:
    make, check, said = WRONG[name]
    before, after = make()
    needed = {"capabilities", "start", check}
    quick = tuple(one for one in CHECKS if one.__name__ in needed)
    with running.sandbox(tmp_path, around=lambda app: Wrong(app, before, after)) as sandbox:
        report = visit_to(sandbox, "dia", quick)
    failed = report.failed()
    assert said in failed.get(check, ""), failed
    assert not report.is_good
    assert "FAIL" in write(report)


@pytest.mark.parametrize(
    ("options", "fault", "said"),
    [
        ({"webhook_secret": "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="}, None, "signature is not good: No matching"),
        ({}, "stale_webhook", "too old"),
        ({"first_pause": 60}, None, "did not come again"),
    ],
)
def test_wrong_webhooks_are_found(tmp_path: Path, options: dict[str, Any], fault: str | None, said: str) -> None:
    with running.sandbox(tmp_path, **{"first_pause": 0.05, **options}) as sandbox:
        if fault:
            sandbox.fault(fault, count=1000)
        report = visit_to(sandbox, "dia", (checks.capabilities, checks.start, checks.webhooks), webhook_seconds=2)
    assert said in report.failed()["webhooks"]


def test_an_address_where_nobody_answers_is_said() -> None:
    address = "http://127.0.0.1:9/v1"
    with contextlib.closing(Visit(address, "a", "b", WEBHOOK_SECRET, {})) as visit:
        report = run(visit, address)
    assert "got no answer" in report.failed()["token"]
    assert not [one for one in report.findings if one.outcome == "ok"]


def test_the_command_writes_a_report(agencies: Sandbox) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENCY_CLIENT_SECRET", CLIENT_SECRET)
        patch.setenv("AGENCY_WEBHOOK_SECRET", WEBHOOK_SECRET)
        done = CliRunner().invoke(conformance, [f"{agencies.url}/customs/v1"])
        patch.setenv("AGENCY_CLIENT_SECRET", "another one")
        refused = CliRunner().invoke(conformance, [f"{agencies.url}/customs/v1", "--no-webhooks", "--json"])
    assert done.exit_code == 0, done.output
    assert "ok    Gives a token for client id and secret" in done.output
    assert re.search(r"\d+ kept, 0 not kept, \d+ not tried", done.output)
    assert refused.exit_code == 1
    assert Report.model_validate_json(refused.output).failed()
