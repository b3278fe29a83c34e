"""The main job as a person does it, in a real Chromium: with JavaScript, without, and on a small screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.main_job.running import BIRTH, ROOT, Running, until

pytestmark = [pytest.mark.programs, pytest.mark.browser]

ARTEFACTS = ROOT / "artefacts"


@pytest.fixture(params=["live", "no-javascript", "small"])
def person(request: pytest.FixtureRequest, browser: Browser, running: Running) -> Iterator[Page]:
    """A person's browser."""
    width = 320 if request.param == "small" else 1280
    context: BrowserContext = browser.new_context(
        base_url=running.address,
        java_script_enabled=request.param != "no-javascript",
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    strange: list[str] = []
    page.on("request", lambda one: strange.append(one.url) if not one.url.startswith(running.address) else None)
    # A refused message answers 422, and Chromium notes that as an error of loading.
    page.on("console", lambda one: strange.append(one.text) if one.type == "error" and "422" not in one.text else None)
    page.on("pageerror", lambda one: strange.append(str(one)))
    yield page
    context.close()
    # Nothing from anywhere else, and nothing that the policy had to stop.
    assert strange == []


def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    # Playwright hides the caret with a style of its own, which our policy would refuse.
    page.screenshot(path=ARTEFACTS / f"{name}-{width}.png", caret="initial")


def newest(page: Page, type: str) -> None:
    # An open question stands in the log unseen: it is read and answered right below.
    expect(page.locator("#log > li").last.locator(f".message--{type}").last).to_be_attached(timeout=20_000)


def answer_all(page: Page) -> None:
    """Answers the form's questions until the answers can be checked."""
    answers = dict(BIRTH)
    for _ in range(30):
        log = page.locator("#log > li").last
        expect(log.locator(".message--question, .message--check-answers").last).to_be_attached(timeout=20_000)
        if log.locator(".message--check-answers").count():
            return
        before = page.locator("#log > li").count()
        composer = page.locator("#composer")
        legend = composer.locator("legend, label").first.inner_text()
        fact = next(fact for fact, start in _QUESTIONS.items() if legend.startswith(start))
        radios = composer.get_by_role("radio")
        if radios.count():
            composer.get_by_label(answers[fact], exact=True).check()
        else:
            composer.locator("#text").fill(answers[fact])
        composer.get_by_role("button", name="Continue").click()
        expect(page.locator("#log > li")).not_to_have_count(before, timeout=20_000)
    raise AssertionError("the form does not end")


_QUESTIONS = {
    "baby_given_names": "What are your baby's first",
    "baby_family_name": "What is your baby's last",
    "baby_birth_date": "When was your baby born",
    "baby_birth_place": "Where was your baby born",
    "full_name": "What is your full name",
    "date_of_birth": "What is your date of birth",
    "citizenship_status": "Are you a New Zealand citizen",
    "second_parent_name": "What is the second parent's",
    "second_parent": "Is there a second parent",
    "email": "What is your email",
    "ird_number": "What is your IRD number",
}


def test_from_a_little_one_on_the_way_to_done(person: Page, running: Running, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["person"]
    person.goto("/")
    picture(person, f"landing-{kind}")
    person.get_by_label(re.compile("What is happening")).fill("we've got a little one on the way")
    person.locator(".hero__form button[type=submit]").click()
    newest(person, "plan")
    picture(person, f"plan-{kind}")
    agencies = person.locator(".plan .step__agency").all_inner_texts()
    assert len(set(agencies)) >= 3

    person.locator('button[name=choice][value="start:register-birth"]').first.click()
    newest(person, "notice")
    picture(person, f"notice-{kind}")
    person.get_by_role("button", name="I agree, go on").last.click()
    newest(person, "question")
    answer_all(person)
    picture(person, f"check-answers-{kind}")
    assert person.get_by_text("1 November 2026").last.is_visible()
    person.get_by_role("button", name="Send my answers").last.click()
    newest(person, "receipt")
    picture(person, f"receipt-{kind}")
    reference, access = person.locator(".receipt").last.locator(".codes dd").all_inner_texts()
    assert re.fullmatch(r"ARA-\w{4}-\w{4}", reference)

    until(lambda: any(one["reference"] == reference for one in running.received()), what="the application's arrival")
    running.act(reference, "completed", "The birth is on the register.")

    person.goto("/applications")
    person.get_by_label("Reference").fill(reference)
    person.get_by_label(re.compile("ccess code")).fill(access)
    person.locator("main form button[type=submit]").click()
    expect(person).to_have_url(re.compile(f"/applications/{reference}$"))
    for _ in range(20):
        if person.get_by_text("Done", exact=True).count():
            break
        person.wait_for_timeout(500)
        person.reload()
    expect(person.get_by_text("Done", exact=True).first).to_be_visible()
    expect(person.get_by_text("The birth is on the register.").first).to_be_visible()
    picture(person, f"done-{kind}")
    wide = person.evaluate("document.documentElement.scrollWidth") if kind != "no-javascript" else 0
    assert wide <= (person.viewport_size or {"width": 0})["width"]


def test_words_that_can_not_be_taken_stay_in_the_box(person: Page) -> None:
    person.goto("/")
    person.get_by_label(re.compile("What is happening")).fill("kia ora")
    person.locator(".hero__form button[type=submit]").click()
    newest(person, "text")
    person.locator("#composer #text").fill("x" * 4001)
    person.locator("#send").click()
    expect(person.locator("#problem")).to_contain_text("too long")
    expect(person.locator("#composer #text")).to_have_value("x" * 4001)


def test_a_form_from_elsewhere_is_refused(person: Page, running: Running) -> None:
    answer = person.request.post(f"{running.address}/chat", form={"text": "hello", "csrf": "wrong"})
    assert answer.status == 403


def test_the_desk_is_a_page_too(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(running.desk)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_headers(running: Running, browser: Browser) -> None:
    context = browser.new_context(base_url=running.address)
    answer = context.new_page().goto("/")
    assert answer is not None
    headers = answer.headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    for cookie in context.cookies():
        assert cookie.get("httpOnly"), cookie
        assert cookie.get("sameSite") in ("Lax", "Strict"), cookie
    context.close()
