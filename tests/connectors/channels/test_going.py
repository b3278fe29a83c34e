"""The ways out: the real app and the real sandbox agencies, over HTTP; only the assistant is off."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from actions import Scene
from actions.start import Send, Start
from cases import Consent
from catalogue.ways import way
from connectors.channels.app import assemble
from connectors.channels.wiring import House
from conversations import Consent as Agreed
from conversations import Context, Draft
from conversations import messages as m
from storage import now
from tests.actions.test_checking import Tracker
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, good
from tests.connectors.channels.app import Browser, with_agencies


@dataclass
class Town:
    """A person's browser, the app behind it, and the agencies."""

    house: House
    browser: Browser
    sandbox: Sandbox

    def certificate(self) -> tuple[str, str]:
        """Reference and access code of an application that the agency has."""
        consent = Consent(given_at=now(), notice="1", text="We send this to the registrar.")
        made, access = self.house.cases.start("birth-certificate", good("birth-certificate"), consent)
        running.until(lambda: self.house.cases.get(made.reference).payment is not None)
        return made.reference, access

    def signed_in(self, reference: str, access: str) -> str:
        """The application's page, once its code was typed."""
        form = {"reference": reference, "access_code": access}
        answer = self.browser.post("/applications", self.browser.get("/applications"), **form)
        assert answer.status_code == 303
        return self.browser.get(f"/applications/{reference}")

    def scene(self, context: Context, value: str | None = None) -> Scene:
        """A conversation as an action meets it."""
        made, _ = self.house.store.open()
        self.house.store.save(made.id, context)
        tracker: Any = Tracker("choose", value, None)
        return Scene(self.house.rooms, made.id, tracker, context, "en")

    def ready_to_hand_over(self) -> Scene:
        """Somebody who agreed, and gave everything that the agency's form takes over."""
        draft = Draft(service="citizenship-by-grant", consent=Agreed(given_at=now(), notice="1", text="{}"))
        facts = {**good("citizenship-by-grant"), "phone": "021 123 4567"}
        return self.scene(Context(draft=draft, facts=facts))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    make = tmp_path_factory.mktemp
    with with_agencies(make("data"), make("sandbox")) as (house, sandbox):
        yield Town(house, Browser(assemble(house)), sandbox)


def test_a_click_is_a_handover_and_leads_to_the_agencys_page(town: Town) -> None:
    before = town.house.ledger.count("handed_over")["register-charity"]
    answer = town.browser.send("GET", "/go/register-charity")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://www.charities.govt.nz")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert town.house.ledger.count("handed_over")["register-charity"] == before + 1
    assert town.house.ledger.count("application_completed")["register-charity"] == 0


def test_looking_ahead_is_no_click(town: Town) -> None:
    before = town.house.ledger.count("handed_over").total()
    town.browser.send("GET", "/go/register-charity", headers={"Sec-Purpose": "prefetch;prerender"})
    assert town.house.ledger.count("handed_over").total() == before


@pytest.mark.parametrize("address", ["/go/none", "/go/https:%2F%2Felsewhere.example", "/go/register-charity/x"])
def test_an_address_cannot_choose_where_it_leads(town: Town, address: str) -> None:
    answer = town.browser.send("GET", address)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_every_way_is_whole_and_every_page_is_on_the_list(town: Town) -> None:
    catalogue = town.house.catalogue
    for service in catalogue.services.values():
        found = way(catalogue, service, dt.date(2026, 11, 25))
        if found.kind == "link":
            assert found.url is not None, service.id
            assert catalogue.is_official(found.url), service.id
        elif found.kind == "phone":
            assert found.phone, service.id
        elif found.kind == "in_person":
            assert found.places, service.id


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("register-charity", 'href="/go/register-charity"'),
        ("emergency-housing", "Call to start it."),
        ("licence-name-gender", "Go there to start it."),
    ],
)
def test_the_page_of_a_service_says_how_it_starts(town: Town, service: str, said: str) -> None:
    page = town.browser.get(f"/services/{service}")
    assert "How to start" in page
    assert said in page


def test_the_api_says_how_a_service_starts(town: Town) -> None:
    answer = town.browser.send("GET", "/api/v1/services/citizenship-by-grant/start").json()
    assert (answer["kind"], answer["takes_answers"]) == ("link", ["full_name", "date_of_birth", "email"])
    assert town.browser.send("GET", "/api/v1/services/none/start").status_code == 404


def test_paying_out_and_back(town: Town) -> None:
    reference, access = town.certificate()
    assert town.browser.send("GET", f"/applications/{reference}/pay").headers["location"] == "/applications"
    page = town.signed_in(reference, access)
    assert "$33 is to be paid" in page
    assert f'href="/applications/{reference}/pay"' in page
    out = town.browser.send("GET", f"/applications/{reference}/pay").headers["location"]
    assert out.startswith(town.sandbox.url + "/pay/pay_")
    assert access not in out
    # However often it is begun, and however often the person comes back: it is paid once.
    assert town.browser.send("GET", f"/applications/{reference}/pay").headers["location"] == out
    for _ in range(3):
        back = httpx.post(out, data={"choice": "pay"}, trust_env=False).headers["location"]
        assert back.startswith(f"https://app.example/applications/{reference}/paid?")
        home = town.browser.send("GET", back.removeprefix("https://app.example"))
        assert home.headers["location"] == f"/applications/{reference}"
    page = town.browser.get(f"/applications/{reference}")
    assert "$33 is paid" in page
    assert "SBX-" in page
    (change,) = [one for one in town.house.cases.get(reference).history if "payment" in (one.message or "")]
    assert change.state == "received"
    assert town.browser.send("GET", f"/applications/{reference}/pay").headers["location"].endswith(reference)


def test_who_comes_back_without_paying_still_has_to_pay(town: Town) -> None:
    reference, access = town.certificate()
    town.signed_in(reference, access)
    out = town.browser.send("GET", f"/applications/{reference}/pay").headers["location"]
    back = httpx.post(out, data={"choice": "back"}, trust_env=False).headers["location"]
    town.browser.send("GET", back.removeprefix("https://app.example"))
    assert "is to be paid" in town.browser.get(f"/applications/{reference}")


def test_nobody_can_say_that_they_paid(town: Town) -> None:
    reference, access = town.certificate()
    town.signed_in(reference, access)
    stamp = str(int(time.time()))
    forged = f"payment=pay_1&result=paid&timestamp={stamp}&signature=v1,AAAA"
    for query in ("", "payment=pay_1&result=paid", forged, forged.replace("v1,AAAA", "ā")):
        answer = town.browser.send("GET", f"/applications/{reference}/paid?{query}")
        assert answer.status_code == 400
    payment = town.house.cases.get(reference).payment
    assert payment is not None
    assert payment.state == "due"


def test_the_api_gives_the_payment_page_to_whoever_has_the_code(town: Town) -> None:
    reference, access = town.certificate()
    where = f"/api/v1/applications/{reference}/payment"
    assert town.browser.send("POST", where).status_code == 404
    answer = town.browser.send("POST", where, headers={"X-Access-Code": access}).json()
    assert (answer["state"], answer["amount"]) == ("due", 33)
    assert answer["url"].startswith(town.sandbox.url)
    status = town.browser.send("GET", f"/api/v1/applications/{reference}", headers={"X-Access-Code": access}).json()
    assert status["payment"]["what"] == "Birth certificate"


def test_when_paying_does_not_work_nothing_is_lost(town: Town) -> None:
    reference, access = town.certificate()
    town.signed_in(reference, access)
    town.sandbox.fault("maintenance", seconds=120)
    answer = town.browser.send("GET", f"/applications/{reference}/pay")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert "Nothing was paid" in answer.text
    assert town.browser.send("GET", f"/applications/{reference}/pay").status_code == 303


def test_a_form_that_takes_answers_over_asks_for_consent_first(town: Town) -> None:
    scene = town.scene(Context(), "citizenship-by-grant")
    Start(town.house.rooms).act(scene)
    (notice,) = scene.said
    assert isinstance(notice, m.Notice)
    assert "form" in notice.purpose
    assert notice.agency_name == "Department of Internal Affairs"


def test_answers_are_handed_over_against_a_link_that_opens_once(town: Town) -> None:
    before = town.house.ledger.count("handed_over")["citizenship-by-grant"]
    scene = town.ready_to_hand_over()
    draft = scene.context.draft
    Send(town.house.rooms).act(scene)
    (said,) = scene.said
    assert isinstance(said, m.Words)
    (link,) = said.links
    assert link.url.startswith(f"{town.sandbox.url}/forms/")
    assert "Example" not in link.url
    assert scene.context.draft is None
    assert town.house.ledger.count("handed_over")["citizenship-by-grant"] == before + 1
    assert town.house.ledger.count("application_sent")["citizenship-by-grant"] == 0
    # A second press of the button is the same consent, and so the same link.
    scene.context.draft, scene.said = draft, []
    Send(town.house.rooms).act(scene)
    assert scene.said[0].links == [link]  # type: ignore[attr-defined]
    assert "Māia O’Brien-Ngata" in httpx.post(link.url, trust_env=False).text
    assert httpx.post(link.url, trust_env=False).status_code == 410


def test_an_agency_that_is_away_takes_nothing_over_and_nothing_is_lost(town: Town) -> None:
    scene = town.ready_to_hand_over()
    town.sandbox.fault("error")
    Send(town.house.rooms).act(scene)
    assert "nothing was sent" in scene.said[0].text
    assert scene.context.draft is not None
    card = scene.said[1]
    assert isinstance(card, m.ServiceCard)
    assert card.way is not None
    assert card.way.go == "/go/citizenship-by-grant"


def test_an_answer_that_the_agency_refuses_is_asked_again(town: Town) -> None:
    scene = town.ready_to_hand_over()
    scene.context.facts["email"] = "maia@"
    Send(town.house.rooms).act(scene)
    assert scene.context.draft is not None
    assert scene.context.draft.changing == "email"
    assert "name@example" in (scene.context.problem or "")


def test_a_call_comes_with_a_code_to_quote(town: Town) -> None:
    scene = town.scene(Context(), "emergency-housing")
    Start(town.house.rooms).act(scene)
    card = scene.said[-1]
    assert isinstance(card, m.ServiceCard)
    assert card.way is not None
    assert card.way.phone is not None
    assert card.way.ready
    assert card.way.phone.text not in [one.text for one in card.phones]
    code = card.way.code
    assert code is not None
    found = town.house.store.coded(code)
    assert found is not None
    assert found.id == scene.conversation
    assert scene.context.code == code
