"""What people do about their applications: the real app and the real sandbox over HTTP; only the assistant is off."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cases import Acting, Consent
from connectors.channels.app import assemble
from connectors.channels.letters import Letters
from connectors.channels.post import Post
from connectors.channels.wiring import House
from conversations import Draft
from conversations import messages as m
from storage import now
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, good
from tests.connectors.channels.app import Browser, with_agencies

API = "/api/v1/applications"


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server of few words (RFC 5321), which keeps what it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.letters: list[str] = []
        self.is_closed = False


class Postman(socketserver.StreamRequestHandler):
    """One conversation with a client."""

    server: Mailbox

    def handle(self) -> None:
        if self.server.is_closed:
            return
        self._say("220 here")
        while line := self.rfile.readline().decode():
            match line.split()[0].upper():
                case "DATA":
                    self._say("354 go on")
                    letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self.server.letters.append(letter.decode())
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Place:
    """The app, a person's browser, the agencies, and a mail server."""

    def __init__(self, house: House, sandbox: Sandbox, mailbox: Mailbox) -> None:
        self.house, self.sandbox, self.mailbox = house, sandbox, mailbox
        self.browser = Browser(assemble(house))
        self.desk = httpx.Client(base_url=f"{sandbox.url}/desk/api")

    def start(self, service: str = "ird-number-adult", acting: Acting | None = None) -> tuple[str, str]:
        """Reference and access code of an application that the agency has."""
        card = m.Notice(
            service=service, name="The service", agency_name="The agency", purpose="To make it.", refusal="Then not.",
            facts=["Your name"], choices=[],
        )  # fmt: skip
        text = card.model_dump_json(exclude={"choices", "lang", "unreviewed"})
        consent = Consent(given_at=now(), notice="1", text=text)
        made, access = self.house.cases.start(service, good(service), consent, acting=acting)
        running.until(lambda: self.house.cases.get(made.reference).state == "received")
        return made.reference, access

    def sign_in(self, reference: str, access: str) -> str:
        """The application's page, once its code was typed."""
        self.post("/applications", self.browser.get("/applications"), reference=reference, access_code=access)
        return self.browser.get(f"/applications/{reference}")

    def post(self, address: str, page: str, **data: str) -> httpx.Response:
        """Sends a page's form."""
        return self.browser.post(address, page, **data)

    def filed(self, reference: str) -> dict[str, object]:
        """What the agency has with that reference, with the answers and the consent that came with it."""
        found = self.desk.get("/applications").raise_for_status().json()
        (one,) = [filed for filed in found if filed["application"]["reference"] == reference]
        return dict(one)

    def move(self, reference: str, **decided: object) -> None:
        """Decides as the agency, and lets the app hear of it."""
        id = self.filed(reference)["application"]["id"]  # type: ignore[index]
        self.desk.post(f"/applications/{id}/move", json=decided).raise_for_status()
        self.house.delivery.refresh(reference)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    mailbox = Mailbox()
    threading.Thread(target=mailbox.serve_forever, daemon=True).start()
    make, smtp = tmp_path_factory.mktemp, f"smtp://127.0.0.1:{mailbox.server_address[1]}"
    with with_agencies(make("data"), make("sandbox"), {"smtp_url": smtp}) as (house, sandbox):
        made = Place(house, sandbox, mailbox)
        yield made
        made.desk.close()
    mailbox.shutdown()
    mailbox.server_close()


def test_the_receipt_says_what_was_sent_to_whom_and_what_was_agreed_to(place: Place, tmp_path: Path) -> None:
    acting = Acting(name="Hēmi Example", capacity="guardian")
    reference, access = place.start(acting=acting)
    assert f"/applications/{reference}/receipt" in place.sign_in(reference, access)
    page = place.browser.get(f"/applications/{reference}/receipt")
    for text in (reference, access, "Your full name", "To make it.", "Hēmi Example, legal guardian", "Inland Revenue"):
        assert text in page, text
    assert "Māia" not in page
    # The emergency notice of every page has its own place, and nothing to say.
    assert "Important now" not in page
    answer = place.browser.send("GET", f"/applications/{reference}/receipt.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert place.filed(reference)["consent"]["capacity"] == "guardian"  # type: ignore[index]
    assert place.filed(reference)["consent"]["acting"] == "Hēmi Example"  # type: ignore[index]


def test_nobody_else_sees_it(place: Place) -> None:
    reference, _ = place.start()
    stranger = Browser(place.browser._app)
    for page in ("receipt", "receipt.pdf", "withdraw", "information"):
        assert stranger.send("GET", f"/applications/{reference}/{page}").status_code == 404
    answer = stranger.send("POST", f"{API}/{reference}/withdraw", headers={"X-Access-Code": "AAAA-BBBB-CCCC"})
    assert answer.status_code == 404
    assert place.house.cases.get(reference).state == "received"


def test_it_is_taken_back_after_asking_and_the_agency_knows(place: Place) -> None:
    reference, access = place.start()
    place.sign_in(reference, access)
    page = place.browser.get(f"/applications/{reference}/withdraw")
    assert "Inland Revenue" in page
    assert place.house.cases.get(reference).state == "received"
    assert place.post(f"/applications/{reference}/withdraw", page).status_code == 303
    running.until(lambda: place.house.cases.get(reference).state == "withdrawn")
    assert place.filed(reference)["application"]["state"] == "withdrawn"  # type: ignore[index]
    assert f"/applications/{reference}/withdraw" not in place.browser.get(f"/applications/{reference}")


def test_what_is_done_can_not_be_taken_back_and_says_so(place: Place) -> None:
    reference, access = place.start()
    place.sign_in(reference, access)
    page = place.browser.get(f"/applications/{reference}/withdraw")
    place.move(reference, state="completed")
    answer = place.post(f"/applications/{reference}/withdraw", page)
    assert answer.status_code == 409
    assert "too late" in answer.text


def test_what_the_agency_asks_for_is_given_on_a_page(place: Place) -> None:
    reference, access = place.start()
    place.move(reference, state="more_information_needed", message="Which phone?", wanted=["phone", "more_information"])
    assert f"/applications/{reference}/information" in place.sign_in(reference, access)
    page = place.browser.get(f"/applications/{reference}/information")
    assert "Which phone?" in page
    answer = place.post(f"/applications/{reference}/information", page, phone="12", more_information="At night.")
    assert answer.status_code == 422
    assert "Give a phone number" in answer.text
    assert "At night." in answer.text
    given = {"phone": "021 123 4567", "more_information": "At night."}
    assert place.post(f"/applications/{reference}/information", page, **given).status_code == 303
    running.until(lambda: place.house.cases.get(reference).state == "received")
    answers = place.filed(reference)["answers"]
    assert answers["phone"] == "+64 21 123 4567"  # type: ignore[index]


def test_a_file_that_the_agency_asks_for_is_given_on_a_page(place: Place) -> None:
    reference, access = place.start()
    place.move(
        reference, state="more_information_needed", message="Who are you?", wanted=["identity_document", "phone"]
    )
    place.sign_in(reference, access)
    address = f"/applications/{reference}/information"
    page = place.browser.get(address)
    assert 'type="file"' in page
    assert "PDF, JPEG photo or PNG picture of 5 MB or less" in page
    csrf = re.search(r'name="csrf" value="([\w.]+)"', page)
    assert csrf is not None
    given = {"csrf": csrf[1], "phone": "021 123 4567"}

    def give(content: bytes, **changed: str) -> httpx.Response:
        files = {"identity_document": ("../me.exe", content)} if content else {"identity_document": ("", b"")}
        return place.browser.send("POST", address, data={**given, **changed}, files=files)

    wrong = give(b"MZ a program")
    assert wrong.status_code == 422
    assert "This kind of file can" in wrong.text
    assert "021 123 4567" in wrong.text
    assert "is missing" in give(b"").text
    # One answer is wrong, and the file needs not be chosen again.
    pdf = b"%PDF-1.7 " + b"x" * 70_000 + b" %%EOF"
    kept = give(pdf, phone="12")
    assert kept.status_code == 422
    chosen = re.search(r'name="identity_document" value="(me.pdf \(doc_\w+\))"', kept.text)
    assert chosen is not None, kept.text[-3000:]
    assert give(b"", identity_document=chosen[1]).status_code == 303
    running.until(lambda: place.house.cases.get(reference).state == "received")
    assert str(place.filed(reference)["answers"]["identity_document"]).startswith("doc_")  # type: ignore[index]


def test_news_comes_by_email_and_holds_nothing_about_the_person(place: Place) -> None:
    reference, access = place.start()
    page = place.sign_in(reference, access)
    assert place.post(f"/applications/{reference}/email", page, email="nowhere").status_code == 422
    assert place.post(f"/applications/{reference}/email", page, email="maia@example.org").status_code == 303
    letters = Letters(place.house.cases, Post(place.house.settings), place.house.words, "https://app.example")
    assert letters.send() == 0
    place.mailbox.letters.clear()
    place.move(reference, state="approved")
    place.mailbox.is_closed = True
    assert letters.send() == 0
    place.mailbox.is_closed = False
    assert letters.send() == 1
    assert letters.send() == 0
    (letter,) = place.mailbox.letters
    assert reference in letter
    for told in ("Inland", "IRD", "Māia", "Brien", access):
        assert told not in letter
    place.move(reference, state="completed")
    assert letters.send() == 1
    assert not place.house.cases.is_told(reference)


def test_several_start_together_over_the_api_with_a_consent_for_each_agency(place: Place) -> None:
    services = ["register-birth", "child-ird-number", "jobseeker-support"]
    given = {fact: value for service in services for fact, value in good(service).items()}
    body = {"services": services, "answers": given, "consents": {"dia": {"agreed": True}, "ir": {"agreed": True}}}
    headers = {"Idempotency-Key": "together"}
    refused = place.browser.send("POST", f"{API}/together", json=body, headers=headers)
    assert refused.status_code == 422
    assert "msd" in refused.json()["detail"]
    body["consents"] = {agency: {"agreed": True} for agency in ("dia", "ir", "msd")}
    answer = place.browser.send("POST", f"{API}/together", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    taken = answer.json()
    born, child, _ = taken["applications"]
    assert child["waits_for"] == [born["reference"]]
    assert (
        place.browser.send("POST", f"{API}/together", json=body, headers=headers).json()["access_code"]
        == (taken["access_code"])
    )
    running.until(lambda: place.house.cases.get(born["reference"]).state == "received")
    code = {"X-Access-Code": taken["access_code"]}
    answer = place.browser.send("POST", f"{API}/{child['reference']}/withdraw", headers=code)
    assert answer.status_code == 202
    assert answer.json()["status"] == "withdrawn"
    received = place.desk.get("/applications").json()
    assert child["reference"] not in [one["application"]["reference"] for one in received]


def test_advisers_see_what_is_stuck_and_send_it_after_all(place: Place) -> None:
    services = ["register-birth", "child-ird-number"]
    given = {fact: value for service in services for fact, value in good(service).items()}
    consents = {agency: Consent(given_at=now(), notice="1", text="x") for agency in ("dia", "ir")}
    born, child = place.house.cases.start_together(services, given, consents)[0]
    running.until(lambda: place.house.cases.get(born.reference).state == "received")
    place.move(born.reference, state="declined", message="We know this birth.")
    place.house.desk.staff.add("ana", "Ana Adviser", password="a long enough password 1")
    page = place.browser.get("/console/sign-in")
    answer = place.post("/console/sign-in", page, login="ana", password="a long enough password 1")
    assert answer.status_code == 303
    listed = place.browser.get("/console/stuck")
    assert child.reference in listed
    assert "ended without being done" in listed
    assert place.post("/console/stuck", listed, reference=child.reference, what="send").status_code == 303
    running.until(lambda: place.house.cases.get(child.reference).state == "received")
    assert child.reference not in place.browser.get("/console/stuck")


def test_a_file_answers_the_question_that_asks_for_one(place: Place) -> None:
    conversation, token = place.house.store.open()
    address = f"/api/v1/conversations/{conversation.id}/documents"
    headers = {"Authorization": f"Bearer {token}"}
    photo = {"file": ("me.png", b"\x89PNG\r\n\x1a\n" + b"x" * 70_000 + b"IEND\xaeB`\x82")}
    assert place.browser.send("POST", address, files=photo, headers=headers).status_code == 409
    with place.house.store.change(conversation.id) as context:
        context.draft, context.asking = Draft(service="renew-passport"), "passport_photo"
    answer = place.browser.send("POST", address, files={"file": ("me.jpg", b"MZ a program")}, headers=headers)
    assert answer.status_code == 422
    assert "Choose a JPEG photo or a PNG picture" in answer.json()["detail"]
    answer = place.browser.send("POST", address, files=photo, headers=headers)
    # The assistant is off here: the answer is kept, and taken when it is back.
    assert (answer.status_code, answer.json()["decision"]) == (200, "kept")
    given = place.house.store.context(conversation.id).given or ""
    assert given.startswith("me.png (doc_")
    assert place.browser.send("POST", address, files=photo).status_code == 401
