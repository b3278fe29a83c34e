"""Advisers and people in real browsers: the whole story, what happens when a connection drops, and every page."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.main_job.running import ROOT, Running, Talking, until
from tests.main_job.staff import PASSWORD, add, leave, sign_in

pytestmark = [pytest.mark.programs, pytest.mark.browser]

SignIn = Callable[..., Page]

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def citizen(browser: Browser, running: Running) -> Iterator[Page]:
    """A person's browser, in which having a baby was said."""
    context: BrowserContext = browser.new_context(base_url=running.address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/")
    page.get_by_label(re.compile("What is happening")).fill("we've got a little one on the way")
    page.locator(".hero__form button[type=submit]").click()
    expect(page.locator(".plan")).to_be_attached(timeout=20_000)
    yield page
    context.close()


@pytest.fixture
def at_desk(browser: Browser, running: Running) -> Iterator[SignIn]:
    """Signs advisers in who have the roles that are named, each in a browser of their own."""
    pages: list[Page] = []

    def make(*roles: str, **context: Any) -> Page:
        pages.append(sign_in(browser, running, add(running, *roles), **context))
        return pages[-1]

    yield make
    for page in pages:
        leave(page)


def write(page: Page, text: str) -> None:
    page.locator("#composer #text").fill(text)
    page.locator("#composer").get_by_role("button", name=re.compile("Send|Continue")).click()


def answer(page: Page, text: str) -> None:
    page.locator("form#say textarea").fill(text)
    page.locator("form#say").get_by_role("button", name="Send").click()


def take(page: Page, id: str) -> None:
    """Takes a conversation that waits."""
    page.goto("/console")
    page.locator(f'form[action="/console/conversations/{id}/take"] button').click(timeout=10_000)
    page.wait_for_url(f"**/console/conversations/{id}")


def take_first(page: Page) -> str:
    """Takes what waits longest; gives the conversation's id."""
    page.goto("/console")
    expect(page.locator("#board tbody tr")).not_to_have_count(0, timeout=10_000)
    page.get_by_role("button", name="Take the next one").click()
    page.wait_for_url("**/console/conversations/*")
    return page.url.rpartition("/")[2].partition("#")[0]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


def test_from_asking_for_a_person_to_going_on_with_the_assistant(
    running: Running, at_desk: SignIn, citizen: Page
) -> None:
    adviser = at_desk()
    citizen.locator('button[name=choice][value="start:register-birth"]').first.click()
    citizen.get_by_role("button", name="I agree, go on").last.click()
    expect(citizen.locator("#composer")).to_contain_text("first", timeout=20_000)
    write(citizen, "Aroha Grace")
    expect(citizen.locator("#composer")).to_contain_text("last name", timeout=20_000)
    write(citizen, "i want to talk to a real person")
    expect(citizen.locator(".handover")).to_be_attached(timeout=20_000)
    id = take_first(adviser)

    summary = adviser.locator("#summary")
    expect(summary).to_contain_text("Having a baby")
    expect(summary).to_contain_text("we've got a little one on the way")
    expect(summary).to_contain_text("Aroha Grace")
    expect(adviser.locator("#aside")).to_contain_text("The assistant is silent")
    expect(citizen.locator("#log")).to_contain_text("has joined this chat", timeout=10_000)

    # They talk, both at once: in order, none lost, none doubled, and the assistant says nothing.
    to_person, to_adviser = [], []
    for number in range(6):
        began = time.monotonic()
        answer(adviser, f"adviser says {number}")
        expect(citizen.locator("#log")).to_contain_text(f"adviser says {number}", timeout=10_000)
        to_person.append(time.monotonic() - began)
        began = time.monotonic()
        write(citizen, f"person says {number}, he is not the father")
        expect(adviser.locator("#log")).to_contain_text(f"person says {number}", timeout=10_000)
        to_adviser.append(time.monotonic() - began)
    assert statistics.median(to_person) < 1
    assert statistics.median(to_adviser) < 1
    expected = [f"{who} says {number}" for number in range(6) for who in ("adviser", "person")]
    for page in (citizen, adviser):
        said = page.locator("#log .bubble").all_inner_texts()
        assert [text.partition(",")[0] for text in said if " says " in text] == expected
    assert citizen.locator("#log > li.turn--assistant").count() == len(
        citizen.locator("#log > li.turn--assistant").all()
    )
    last = citizen.locator("#log > li").last
    expect(last).to_have_class(re.compile("turn--person"))

    # The adviser starts a service on behalf, with the consent that was given in the chat.
    adviser.goto(f"/console/conversations/{id}/start/birth-certificate")
    adviser.get_by_role("button", name="Send to the agency").click()
    expect(adviser.locator("#error")).to_contain_text("agreed")
    adviser.get_by_label("The person agreed in the chat").check()
    _fill(adviser)
    adviser.get_by_role("button", name="Send to the agency").click()
    adviser.wait_for_url(f"**/conversations/{id}*", timeout=20_000)
    expect(citizen.locator(".receipt")).to_be_attached(timeout=10_000)
    reference = citizen.locator(".receipt .codes dd").first.inner_text()
    until(lambda: any(one["reference"] == reference for one in running.received()), what="the application's arrival")

    # And gives it back: the assistant asks what it was about to ask.
    adviser.get_by_role("button", name="Back to the assistant").click()
    expect(citizen.locator("#log")).to_contain_text("back with me", timeout=10_000)
    expect(citizen.locator("#composer")).to_contain_text("last name", timeout=20_000)
    write(citizen, "O’Brien-Ngata")
    expect(citizen.locator("#composer")).not_to_contain_text("last name", timeout=20_000)
    expect(adviser.locator("#aside")).to_contain_text("The assistant has it", timeout=10_000)


FACTS = {
    "full_name": "Mere Ngata",
    "email": "mere@example.co.nz",
    "phone": "021 123 4567",
    "postal_address": "12 Cuba Street, Te Aro, Wellington 6011",
    "address": "12 Cuba Street, Te Aro, Wellington 6011",
    "date_of_birth": "3/4/1994",
}


def _fill(page: Page) -> None:
    for field in page.locator("[name^=fact-]").all():
        name = (field.get_attribute("name") or "").removeprefix("fact-")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(index=1)
        elif not field.input_value():
            if "date" in name:
                field.fill("1 11 2026")
            else:
                field.fill(FACTS.get(name, "Hutt Hospital" if "place" in name else "Aroha Ngata"))


def test_a_lost_connection_brings_the_person_back_to_the_queue(running: Running, at_desk: SignIn) -> None:
    """While it waits for that, it looks at every page with axe, wide and narrow."""
    lost, other = at_desk(), at_desk("adviser", "supervisor", "reviewer", bypass_csp=True)
    with running.api() as api:
        talking = Talking(api)
        talking.say("dad passed on tuesday")
        assert talking.say("can i talk to a person")["messages"][0]["live"] == "waiting"
        id = talking.id
        take(lost, id)
        talking.say("hello, are you there?")
        expect(lost.locator("#log")).to_contain_text("are you there?", timeout=10_000)
        lost.context.set_offline(True)
        lost.close()
        began = time.monotonic()
        strange = _look_at_every_page(other)
        state = until(lambda: _holder(talking) == "queue", 60, "the way back to the queue")
        assert state
        assert time.monotonic() - began <= 60
        take(other, id)
        for text in ("dad passed on tuesday", "hello, are you there?"):
            expect(other.locator("#log")).to_contain_text(text)
        strange += _look(other, f"/console/conversations/{id}")
        strange += _look(other, f"/console/conversations/{id}/check")
        strange += _look(other, f"/console/conversations/{id}/start/register-death-notice", status=404)
        other.goto(f"/console/conversations/{id}")
        other.locator("summary[data-key=x]").click()
        other.get_by_label("Why").first.select_option("answered")
        other.get_by_role("button", name="Close the conversation").click()
        other.wait_for_url("**/console")
        assert strange == []


PAGES = (
    "",
    "/search",
    "/answers",
    "/teach",
    "/gaps",
    "/stuck",
    "/quality",
    "/live",
    "/controls",
    "/teams",
    "/staff",
    "/settings",
    "/keys",
)


def _look_at_every_page(page: Page) -> list[str]:
    return [found for path in PAGES for found in _look(page, f"/console{path}")]


def _look(page: Page, path: str, status: int = 200) -> list[str]:
    """What axe finds on a page, and whether it must be scrolled sideways at 320 pixels."""
    found = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        answered = page.goto(path)
        assert answered is not None
        assert answered.status == status, path
        if status == 200:
            found += [f"{path} at {width}: {one}" for one in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{path} is {wide} wide at {width}")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def _holder(talking: Talking) -> str:
    answer = talking.api.get(f"/conversations/{talking.id}", headers=talking.headers)
    return str(answer.json()["holder"])


@pytest.fixture
def keyboard(browser: Browser, running: Running) -> Iterator[Page]:
    """A browser at the sign-in page, of somebody who has no mouse."""
    context = browser.new_context(base_url=running.address)
    page = context.new_page()
    page.goto("/console")
    yield page
    leave(page)


def test_the_whole_console_by_keyboard(keyboard: Page, running: Running) -> None:
    login, page = add(running), keyboard

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            text = page.evaluate("(document.activeElement.labels?.[0] || document.activeElement).textContent.trim()")
            if text.startswith(name):
                return
        raise AssertionError(f"Tab does not reach {name}")

    tab_to("Login name")
    page.keyboard.type(login)
    tab_to("Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Go away")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    with running.api() as api:
        talking = Talking(api)
        talking.say("can i talk to a person")
        expect(page.locator("#board tbody tr")).to_have_count(1, timeout=10_000)
        page.keyboard.press("n")
        page.wait_for_url("**/console/conversations/*")
        page.keyboard.press("w")
        page.keyboard.type("kia ora, n b t x are only letters here")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#log")).to_contain_text("only letters here", timeout=10_000)
        page.keyboard.press("m")
        page.keyboard.type("rings on Friday")
        tab_to("Leave the note")
        page.keyboard.press("Enter")
        expect(page.locator("#notes")).to_contain_text("rings on Friday")
        page.keyboard.press("b")
        expect(page.locator("#aside")).to_contain_text("The assistant has it", timeout=10_000)
        page.keyboard.press("t")
        expect(page.locator("#aside")).to_contain_text("You have it", timeout=10_000)
        page.keyboard.press("x")
        page.keyboard.type("answered")
        tab_to("Close the conversation")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
        turns = api.get(f"/conversations/{talking.id}", headers=talking.headers).json()["turns"]
        assert "rings on Friday" not in str(turns), "a note is for colleagues alone"
        assert "only letters here" in str(turns)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="I am here")).to_be_visible()


def test_nobody_is_offered_when_nobody_is_there_but_a_call_back_is(at_desk: SignIn, citizen: Page) -> None:
    write(citizen, "i want to talk to a person")
    expect(citizen.locator(".handover")).to_be_attached(timeout=20_000)
    expect(citizen.locator("#log")).not_to_contain_text("asked an adviser to join")
    citizen.get_by_role("link", name="Ask to be called back").last.click()
    citizen.get_by_label("Phone number").fill("12")
    citizen.get_by_role("button", name="Ask for the call").click()
    expect(citizen.locator("#phone-error")).to_contain_text("area code")
    citizen.get_by_label("Phone number").fill("021 123 4567")
    citizen.get_by_role("button", name="Ask for the call").click()
    expect(citizen.locator("#log")).to_contain_text("call you back")
    adviser = at_desk()
    row = adviser.locator("#board tbody tr").filter(has_text="call back")
    row.get_by_role("button", name="Take").click()
    expect(adviser.locator("#aside")).to_contain_text("+64 21 123 4567")
    adviser.locator("summary[data-key=x]").click()
    adviser.get_by_label("Why").first.select_option("answered")
    adviser.get_by_role("button", name="Close the conversation").click()


def test_who_is_not_signed_in_sees_nothing(browser: Browser, running: Running, at_desk: SignIn) -> None:
    context = browser.new_context(base_url=running.address)
    page = context.new_page()
    for path in PAGES:
        page.goto(f"/console{path}")
        expect(page).to_have_url(re.compile("/console/sign-in$"))
    adviser = at_desk(here=False)
    for path in ("/live", "/controls", "/teams", "/staff", "/quality"):
        answered = adviser.goto(f"/console{path}")
        assert answered is not None
        assert answered.status == 403, path
    forged = adviser.request.post(f"{running.address}/console/next", form={"csrf": "wrong"})
    assert forged.status == 403
    context.close()
