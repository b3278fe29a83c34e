"""What is tried, in order. Each check says in its name what the contract wants, and fails with what came instead."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, unquote_plus, urlsplit

import httpx
import standardwebhooks
from pydantic import ValidationError

from connectors.agencies.conformance.samples import Sample
from connectors.agencies.conformance.visit import (
    Fails,
    NotTried,
    Visit,
    fields,
    now,
    problem,
    read,
    reference,
)
from connectors.agencies.contract import (
    FINAL,
    Application,
    Capabilities,
    Document,
    Event,
    Found,
    Handover,
    PaymentPage,
    Token,
    TokenError,
)
from connectors.agencies.http import is_loopback

Check = Callable[[Visit], str | None]
"""Tries one thing; may say what it saw. Raises Fails or NotTried."""


def token(visit: Visit) -> str:
    """Gives a token for client id and secret, and says how long it is good."""
    made = read(Token, visit.ask_token(), 200)
    if made.token_type != "Bearer":  # noqa: S105 - a kind of token
        raise Fails(f"The token is of type {made.token_type}. It must be Bearer.")
    if made.expires_in < 30:
        raise Fails(f"The token is good for {made.expires_in} seconds. Give it 30 or more.")
    return f"good for {made.expires_in} seconds"


def wrong_secret(visit: Visit) -> None:
    """Gives no token for a wrong secret."""
    answer = visit.ask_token(secret=secrets.token_hex(16))
    if answer.is_success:
        raise Fails("Sent a wrong client secret and got a token. It must be 401 with the error invalid_client.")
    if read(TokenError, answer, 401).error != "invalid_client":
        raise Fails("A wrong client secret must give the error invalid_client.")


def no_token(visit: Visit) -> None:
    """Refuses calls without a good token, and says so in WWW-Authenticate."""
    for header, what in ((None, "no token"), (f"Bearer {secrets.token_hex(20)}", "a token that nobody gave")):
        answer = visit.send("GET", "capabilities", headers={"Authorization": header} if header else {})
        if answer.is_success:
            raise Fails(f"GET /capabilities was answered with {what}. It must be 401.")
        problem(answer, 401)
        if not answer.headers.get("www-authenticate", "").lower().startswith("bearer"):
            raise Fails("A 401 must carry the header WWW-Authenticate: Bearer.")


def capabilities(visit: Visit) -> str:
    """Says what can be started."""
    found = read(Capabilities, visit.call("GET", "capabilities"), 200)
    names = [one.service for one in found.services]
    if not names:
        raise Fails("The list of services is empty.")
    if len(set(names)) < len(names):
        raise Fails("A service is listed twice.")
    for one in found.services:
        both = set(one.required) & set(one.optional)
        if both:
            raise Fails(f"{one.service} lists {', '.join(sorted(both))} as required and as optional.")
        strangers = {wish.fact for wish in one.documents} - {*one.required, *one.optional}
        if strangers:
            raise Fails(
                f"{one.service} takes the document {', '.join(sorted(strangers))}, which is none of its answers."
            )
    visit.capabilities = found
    return f"{len(names)} services"


def start(visit: Visit) -> str:
    """Starts a service with 201, and answers with the application."""
    made = read(Application, visit.learn(), 201)
    if not made.agency_reference.strip():
        raise Fails("`agency_reference` is empty. People quote it when they call.")
    if not made.message.strip():
        raise Fails("`message` is empty. It is shown to the person.")
    if made.state in ("declined", "withdrawn"):
        raise Fails(f"A new application is {made.state} at once. It must be received first.")
    visit.fresh()
    assert visit.service is not None  # noqa: S101 - learned just now
    return f"tried with {visit.service.service}"


def again(visit: Visit) -> None:
    """Makes one application of the same key and body, however often they come."""
    body = visit.body()
    first = read(Application, visit.start(body), 201)
    for _ in range(2):
        second = read(Application, visit.start(body), 200, 201)
        if second.id != first.id:
            raise Fails(
                f"Sent the same key and body again and got another application ({first.id}, then {second.id}). "
                "Keep each key for as long as you keep its application."
            )


def at_once(visit: Visit) -> None:
    """Makes one application of two starts that come at the same moment."""
    body = visit.body()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visit.start(body), range(4)))
    made = {read(Application, one, 200, 201).id for one in answers if one.is_success}
    if len(made) != 1:
        raise Fails(f"Four starts at once with one key made {len(made)} applications. It must be one.")
    broken = [one.status_code for one in answers if one.status_code >= 500]
    if broken:
        raise Fails(f"One of four starts at once got {broken[0]}. Wait for the first, and answer the same.")


def other_body(visit: Visit) -> None:
    """Refuses a key that came with another body."""
    body = visit.body()
    read(Application, visit.start(body), 201)
    answer = visit.start({**body, "language": "mi"}, key=body["reference"])
    if answer.is_success:
        raise Fails("Took another body under a key that it had seen. It must be 422.")
    problem(answer, 422)


def no_key(visit: Visit) -> None:
    """Refuses a start without an Idempotency-Key."""
    answer = visit.call("POST", "applications", json=visit.body())
    if answer.is_success:
        raise Fails("Started an application without an Idempotency-Key. It must be 400.")
    problem(answer, 400, 422)


def find(visit: Visit) -> None:
    """Finds an application by Aratohu's reference, and tells when there is none."""
    made = visit.fresh()
    found = read(Found, visit.call("GET", f"applications?reference={quote(made.reference)}"), 200).applications
    if [one.id for one in found] != [made.id]:
        raise Fails(f"Asked for the reference {made.reference} and got {len(found)} applications. It must be that one.")
    if read(Found, visit.call("GET", f"applications?reference={reference()}"), 200).applications:
        raise Fails("Asked for a reference that nobody sent, and got an application.")


def reading(visit: Visit) -> None:
    """Says where an application is, and 404 for one that it does not have."""
    made = visit.fresh()
    found = read(Application, visit.call("GET", f"applications/{quote(made.id, safe='')}"), 200)
    if (found.id, found.reference) != (made.id, made.reference):
        raise Fails("GET /applications/{id} answered about another application.")
    if found.sequence < made.sequence:
        raise Fails(f"`sequence` went from {made.sequence} down to {found.sequence}. It may only grow.")
    answer = visit.call("GET", "applications/no-such-application")
    if answer.is_success:
        raise Fails("An application that it does not have was answered with success. It must be 404.")
    problem(answer, 404)


def missing(visit: Visit) -> None:
    """Names each answer that is missing."""
    body = visit.body()
    assert visit.service is not None  # noqa: S101 - there is a body
    for name in visit.service.required[:3]:
        given = {fact: value for fact, value in body["answers"].items() if fact != name}
        answer = visit.start({**body, "reference": reference(), "answers": given})
        if answer.is_success:
            raise Fails(f"Started without `{name}`, which /capabilities calls required. It must be 422.")
        _names(answer, name, f"`{name}` was left out")


def unknown(visit: Visit) -> None:
    """Refuses answers that it did not ask for, and names them."""
    body = visit.body()
    answer = visit.start({**body, "answers": {**body["answers"], "shoe_size": 42}})
    if answer.is_success:
        raise Fails("Took the answer `shoe_size`, which it did not ask for. It must be 422.")
    _names(answer, "shoe_size", "`shoe_size` was sent, which nobody asked for")


def private(visit: Visit) -> None:
    """Does not repeat a wrong answer in the problem document."""
    body, secret = visit.body(), f"x{secrets.token_hex(12)}\x00"
    assert visit.service is not None  # noqa: S101 - there is a body
    name = visit.service.required[0]
    answer = visit.start({**body, "answers": {**body["answers"], name: secret}})
    if answer.is_success:
        raise Fails(f"Took a text with a sign that can't be printed for `{name}`. It must be 422.")
    problem(answer, 422)
    if secret[:-1] in answer.text:
        raise Fails("The problem document repeats the answer. It is personal, and ends up in logs: leave it out.")


def unknown_service(visit: Visit) -> None:
    """Refuses a service that it does not offer."""
    answer = visit.start(visit.body(service="no-such-service"))
    if answer.is_success:
        raise Fails("Started a service that it does not offer.")
    problem(answer, 404, 422)


def no_json(visit: Visit) -> None:
    """Answers a body that is no JSON with 400."""
    visit.body()
    headers = {"Content-Type": "application/json", "Idempotency-Key": reference()}
    answer = visit.call("POST", "applications", content=b'{"service": ', headers=headers)
    problem(answer, 400, 422)


def early_consent(visit: Visit) -> None:
    """Refuses consent from the future."""
    answer = visit.start(visit.body(consent={"given_at": now(dt.timedelta(days=1)), "notice": "conformance"}))
    if answer.is_success:
        raise Fails("Took a consent that is given tomorrow. It must be 422.")
    problem(answer, 422)


def not_asked(visit: Visit) -> None:
    """Refuses information that it did not ask for."""
    made = visit.fresh()
    answer = visit.call(
        "POST",
        f"applications/{quote(made.id, safe='')}/information",
        json={"answers": {"more_information": "Nobody asked."}},
        headers={"Idempotency-Key": reference()},
    )
    if answer.is_success:
        raise Fails("Took information while it had not asked for any. It must be 409.")
    problem(answer, 409)


def withdraw(visit: Visit) -> None:
    """Takes an application back, twice as well as once."""
    made = visit.fresh()
    path = f"applications/{quote(made.id, safe='')}/withdraw"
    answer = visit.call("POST", path)
    if answer.status_code == 409:
        state = read(Application, visit.call("GET", f"applications/{quote(made.id, safe='')}"), 200).state
        if state in FINAL:
            raise NotTried(f"The service is {state} at once, so that nothing can be taken back.")
    first = read(Application, answer, 200)
    if first.state != "withdrawn":
        raise Fails(f"After taking it back the application is {first.state}. It must be withdrawn.")
    if first.sequence <= made.sequence:
        raise Fails(f"`sequence` is {first.sequence} after taking back and was {made.sequence} before. It must grow.")
    second = read(Application, visit.call("POST", path), 200)
    if (second.state, second.sequence) != ("withdrawn", first.sequence):
        raise Fails("Taking back twice is not the same as once: state or sequence changed.")


def webhooks(visit: Visit) -> str:
    """Tells of changes by signed webhooks, and sends again what did not arrive."""
    if visit.listener is None:
        raise NotTried(
            "No webhooks were wanted. Let them reach this machine, and name the address with --callback-url."
        )
    # Only this application has a callback address: what comes is about it.
    made = visit.fresh(callback_url=visit.listener.url)
    if not visit.listener.wait(1, visit.webhook_seconds):
        raise Fails(f"No webhook came to {visit.listener.url} within {visit.webhook_seconds:.0f} seconds of the start.")
    # The first was answered 503.
    if not visit.listener.wait(2, visit.webhook_seconds):
        raise Fails("The first webhook was answered 503 and did not come again.")
    verifier = standardwebhooks.Webhook(visit.webhook_secret)
    for call in visit.listener.calls[:2]:
        try:
            verifier.verify(call.body, call.headers, json_parse=False)
        except (standardwebhooks.WebhookVerificationError, ValueError) as error:
            raise Fails(
                f"The webhook's signature is not good: {error}. Sign id, timestamp and body anew each time."
            ) from None
        try:
            event = Event.model_validate_json(call.body)
        except ValidationError as error:
            raise Fails(f"The webhook's body is no Event: {error.errors()[0]['msg']}.") from None
        if event.data.id != made.id:
            raise Fails("The webhook is about another application.")
    first, second = (call.headers.get("webhook-id") for call in visit.listener.calls[:2])
    if first != second:
        raise Fails("A webhook that was sent again has another `webhook-id`. It must keep its own.")
    return f"came again after {visit.listener.calls[1].at - visit.listener.calls[0].at:.1f} seconds"


def payment(visit: Visit) -> str:
    """Asks for a fee once, at a page of its own."""
    assert True  # noqa: S101 - see below
    if visit.capabilities is None:
        raise NotTried("Without capabilities nobody knows what costs a fee.")
    priced = [one for one in visit.capabilities.services if one.kind == "api" and (one.fee or one.fee_from)]
    if not priced:
        raise NotTried("No service here has a fee.")
    learned = (visit.capabilities, visit.service, visit.answers)
    visit.capabilities = visit.capabilities.model_copy(update={"services": priced})
    try:
        made = read(Application, visit.learn(), 201)
        assert visit.service is not None  # noqa: S101 - learned just now
        name = visit.service.service
    finally:
        visit.capabilities, visit.service, visit.answers = learned
    if made.payment is None or made.payment.state != "due" or made.payment.amount <= 0:
        raise Fails(f"{name} has a fee, and the new application does not say `payment` with state due and an amount.")
    path = f"applications/{quote(made.id, safe='')}/payment"
    pages = [
        read(PaymentPage, visit.call("POST", path, json={"return_url": "http://127.0.0.1:9/back"}), 200, 201)
        for _ in range(2)
    ]
    if pages[0].id != pages[1].id:
        raise Fails(f"Asked twice for the payment and got two ({pages[0].id}, {pages[1].id}). There must be one.")
    if pages[0].amount != made.payment.amount:
        raise Fails(f"The application costs {made.payment.amount}, its payment is {pages[0].amount}.")
    _address(pages[0].url, "the payment page")
    return f"tried with {name}"


def documents(visit: Visit) -> str:
    """Takes a document that it asks for, once, and says what arrived."""
    if visit.capabilities is None:
        raise NotTried("Without capabilities nobody knows which documents are wanted.")
    wishes = [(one, wish) for one in visit.capabilities.services for wish in one.documents]
    if not wishes:
        raise NotTried("No service here takes a document.")
    content = {
        "application/pdf": b"%PDF-1.4\n%%EOF\n",
        "image/png": b"\x89PNG\r\n\x1a\n" + b"\0" * 24,
        "image/jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 24 + b"\xff\xd9",
    }
    service, wish = wishes[0]
    kind = next((one for one in wish.media_types if one in content), None)
    if kind is None:
        raise NotTried(f"{service.service} takes {', '.join(wish.media_types)}, of which there is no sample here.")
    ours, key = reference(), reference()
    digest = hashlib.sha256(content[kind]).hexdigest()

    def send(body: bytes) -> Document:
        answer = visit.call(
            "POST",
            "documents",
            data={"reference": ours, "fact": wish.fact},
            files={"file": ("example", body, kind)},
            headers={"Idempotency-Key": key},
        )
        return read(Document, answer, 200, 201)

    first, second = send(content[kind]), send(content[kind])
    if first.id != second.id:
        raise Fails("Sent the same document twice with one key and got two. It must be one.")
    if first.sha256 != digest or first.size != len(content[kind]):
        raise Fails("`sha256` or `size` is not that of what was sent.")
    wrong = visit.call(
        "POST",
        "documents",
        data={"reference": ours, "fact": wish.fact},
        files={"file": ("example", b"MZ, a program", kind)},
        headers={"Idempotency-Key": reference()},
    )
    if wrong.is_success:
        raise Fails(f"Took a program that calls itself {kind}. Look at the bytes.")
    problem(wrong, 415, 422)
    return f"tried with {wish.fact} of {service.service}"


def handovers(visit: Visit) -> str:
    """Takes answers over for its own form, against a link with nothing in it."""
    if visit.capabilities is None:
        raise NotTried("Without capabilities nobody knows which forms take answers over.")
    service = next((one for one in visit.capabilities.services if one.kind == "handover"), None)
    if service is None:
        raise NotTried("No form here takes answers over.")
    answers = (
        visit.given.get(service.service)
        or Sample(service.required, visit.facts, dt.datetime.now(dt.UTC).date()).answers
    )
    body = {
        "service": service.service,
        "reference": reference(),
        "answers": answers,
        "consent": {"given_at": now(), "notice": "conformance"},
    }
    links = [
        read(
            Handover,
            visit.call("POST", "handovers", json=body, headers={"Idempotency-Key": str(body["reference"])}),
            200,
            201,
        )
        for _ in range(2)
    ]
    if links[0].url != links[1].url:
        raise Fails("The same handover gave two links. It must be one.")
    if any(len(str(value)) > 3 and str(value) in unquote_plus(links[0].url) for value in answers.values()):
        raise Fails("The link holds an answer. It must hold a random token and nothing else.")
    _address(links[0].url, "the form")
    return f"tried with {service.service}"


CHECKS: tuple[Check, ...] = (
    token, wrong_secret, no_token, capabilities, start, again, at_once, other_body, no_key, find, reading, missing,
    unknown, private, unknown_service, no_json, early_consent, not_asked, withdraw, webhooks, payment, documents,
    handovers,
)  # fmt: skip


def _names(answer: httpx.Response, name: str, what: str) -> None:
    said = problem(answer, 422)
    if name not in fields(answer):
        raise Fails(f"{what}, and `errors` of the problem document does not name it ({fields(answer) or 'empty'}).")
    if not next(one.message for one in said.errors if one.field == name).strip():
        raise Fails(f"{what}, and `errors` does not say how to mend it.")


def _address(url: str | None, what: str) -> None:
    if url is None:
        raise Fails(f"There is no `url` of {what}.")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise Fails(f"The address of {what} does not begin with https://.")
