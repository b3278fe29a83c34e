"""Several services from one set of answers, and documents: a real Chromium, with the assistant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.main_job.running import BIRTH, ROOT, Running, until

pytestmark = [pytest.mark.programs, pytest.mark.browser]

ARTEFACTS = ROOT / "artefacts"
SLOW = 60_000
"""Milliseconds that an answer may take on a machine with other things to do."""

ANSWERS = {
    **BIRTH,
    "certificate_name": "Aroha Grace O’Brien-Ngata",
    "certificate_birth_date": "1 11 2026",
    "postal_address": "12 Rātā Street, Tauhara, Taupō 3330",
    "bank_account": "01-0242-0100194-00",
    "relationship": "de_facto",
    "dependent_children": "1",
    "family_income": "61000",
    "housing": "rent",
    "housing_costs": "480",
    "weekly_income": "610",
    "cash_assets": "900",
    "phone": "021 123 4567",
    "passport_number": "LA123456",
}
"""What the parent answers, by fact. Where there is none, the question is skipped, or its first choice taken."""

JPEG = b"\xff\xd8\xff\xe0" + b"a photo of nobody" * 50 + b"\xff\xd9"


@pytest.fixture(params=[1280, 320])
def person(request: pytest.FixtureRequest, browser: Browser, running: Running) -> Iterator[Page]:
    """A person's browser, on a large screen and on a small one."""
    context = browser.new_context(base_url=running.address, viewport={"width": request.param, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda one: wrong.append(str(one)))
    yield page
    context.close()
    assert wrong == []


def picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    width = (page.viewport_size or {"width": 0})["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    page.screenshot(path=ARTEFACTS / f"{name}-{width}.png", caret="initial")


def shown(page: Page, part: str, name: str) -> None:
    """A picture of the newest part of that kind."""
    picture(page, f"{name}-page")
    width = (page.viewport_size or {"width": 0})["width"]
    page.locator(part).last.screenshot(path=ARTEFACTS / f"{name}-{width}.png", caret="initial")


def begin(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_label(re.compile("What is happening")).fill(text)
    page.locator(".hero__form button[type=submit]").click()


def newest(page: Page, kind: str) -> None:
    expect(page.locator("#log > li").last.locator(f".message--{kind}").last).to_be_attached(timeout=SLOW)


def press(page: Page, choice: str) -> None:
    """Presses the newest choice whose id begins so, and waits for the answer."""
    before = page.locator("#log > li").count()
    page.locator(f'button[name=choice][value^="{choice}"]').last.click()
    expect(page.locator("#log > li")).not_to_have_count(before, timeout=SLOW)


def answer(page: Page, until_fact: str | None = None) -> list[str]:
    """Answers what is asked, until the answers can be checked or a fact is asked for; gives the facts."""
    asked: list[str] = []
    for _ in range(60):
        last = page.locator("#log > li").last
        expect(last.locator(".message--question, .message--check-answers, .message--notice").last).to_be_attached(
            timeout=SLOW
        )
        composer = page.locator("#composer")
        fact = composer.get_attribute("data-asking") or ""
        if not fact or fact == until_fact:
            return asked
        asked.append(fact)
        before = page.locator("#log > li").count()
        skip = composer.locator('button[value="skip"]')
        if fact in ANSWERS and composer.get_by_role("radio").count():
            chosen = composer.locator(f'input[value="answer:{ANSWERS[fact]}"]')
            (chosen if chosen.count() else composer.get_by_label(ANSWERS[fact], exact=True)).check()
        elif fact in ANSWERS:
            composer.locator("#text").fill(ANSWERS[fact])
        elif skip.count():
            skip.click()
            expect(page.locator("#log > li")).not_to_have_count(before, timeout=SLOW)
            continue
        else:
            composer.get_by_role("radio").first.check()
        composer.get_by_role("button", name="Continue").click()
        expect(page.locator("#log > li")).not_to_have_count(before, timeout=SLOW)
    raise AssertionError("the form does not end")


def test_four_services_of_three_agencies_start_from_one_set_of_answers(person: Page, running: Running) -> None:
    begin(person, "we've got a little one on the way")
    newest(person, "plan")
    joined = person.locator('button[name=choice][value*="+"]').first
    services = (joined.get_attribute("value") or "").removeprefix("start:").split("+")
    assert len(services) >= 4
    before = {one["reference"] for one in running.received()}
    picture(person, "together-plan")
    press(person, "start:register-birth+")

    newest(person, "notice")
    # Two are left out, and four of three agencies stay.
    for left_out in ("child-ird-number", "best-start"):
        card = person.locator(".together").last
        before_it = person.locator("#log > li").count()
        card.locator(f'button[name=choice]:not([value*="{left_out}"])').click()
        expect(person.locator("#log > li")).not_to_have_count(before_it, timeout=SLOW)
        newest(person, "notice")
    card = person.locator(".together").last
    expect(card.locator("ul").first.locator("li")).to_have_count(4)
    expect(card.locator("caption")).to_have_text("Which answer goes to whom")
    rows = card.locator("tbody tr")
    shared = [row for row in rows.all_inner_texts() if row.startswith("Your full name")]
    assert len(shared) == 1
    # Three agencies get it; it is asked for once.
    assert shared[0].count(";") == 2, shared
    shown(person, ".together", "together-card")
    for number in (1, 2, 3):
        expect(person.locator(".notice").last).to_contain_text(f"Agency {number} of 3", timeout=SLOW)
        # Nothing leaves before the last consent.
        assert {one["reference"] for one in running.received()} == before
        press(person, "agree")
    asked = answer(person)
    assert len(asked) == len(set(asked))
    newest(person, "check-answers")
    check = person.locator(".check-answers").last
    expect(check).to_contain_text("Mere Ngata")
    shown(person, ".check-answers", "together-check")
    assert {one["reference"] for one in running.received()} == before
    press(person, "send")

    newest(person, "receipt")
    receipts = person.locator("#log > li").last.locator(".receipt")
    expect(receipts).to_have_count(4)
    shown(person, ".receipt", "together-receipt")
    codes = [one.locator(".codes dd").all_inner_texts() for one in receipts.all()]
    assert len({access for _, access in codes}) == 1
    # The birth certificate waits for the birth; the others are at their agencies.
    told = [reference for reference, _ in codes]
    until(lambda: len({one["reference"] for one in running.received()} & set(told)) >= 3, 60, "the arrival")
    agencies = {one["service"]: one for one in running.received() if one["reference"] in told}
    assert "register-birth" in agencies

    reference, access = codes[0]
    person.goto("/applications")
    person.get_by_label("Reference").fill(reference)
    person.get_by_label(re.compile("ccess code")).fill(access)
    person.locator("main form button[type=submit]").click()
    expect(person).to_have_url(re.compile(f"/applications/{reference}$"))
    running.act(reference, "completed", "The birth is on the register.")
    for _ in range(40):
        if person.get_by_text("Done", exact=True).count():
            break
        person.wait_for_timeout(500)
        person.reload()
    expect(person.get_by_text("The birth is on the register.").first).to_be_visible()
    picture(person, "together-following")
    # Now what waited for it is sent.
    until(lambda: set(told) <= {one["reference"] for one in running.received()}, 60, "what waited")


def test_a_document_is_taken_or_refused_at_its_question(person: Page, running: Running, tmp_path: Path) -> None:
    begin(person, "I want to renew my passport")
    newest(person, "service")
    press(person, "start:renew-passport")
    newest(person, "notice")
    press(person, "agree")
    answer(person, until_fact="passport_photo")
    composer = person.locator("#composer")
    expect(composer).to_contain_text("JPEG photo or PNG picture of 5 MB or less")
    expect(composer).to_contain_text("send it to the agency later")
    assert composer.locator("input[type=file]").get_attribute("accept") == ".jpg,.jpeg,.png"
    shown(person, "#composer", "upload-question")

    def choose(name: str, content: bytes) -> None:
        file = tmp_path / name
        file.write_bytes(content)
        composer.locator("input[type=file]").set_input_files(file)
        composer.get_by_role("button", name="Continue").click()

    choose("me.jpg", b"MZ a program that says it is a photo")
    expect(person.locator(".govuk-error-summary").first).to_contain_text(
        "can't be taken. Choose a JPEG photo", timeout=SLOW
    )
    expect(composer.locator(".govuk-error-message")).to_contain_text("Choose a JPEG photo or a PNG picture")
    shown(person, "#composer", "upload-wrong-kind")
    choose("letter.pdf", b"%PDF-1.7 a letter %%EOF")
    expect(composer.locator(".govuk-error-message")).to_contain_text("a JPEG photo or a PNG picture", timeout=SLOW)
    choose("large.jpg", b"\xff\xd8\xff" + b"0" * 6_000_000 + b"\xff\xd9")
    expect(composer.locator(".govuk-error-message")).to_contain_text("Choose one of 5 MB or less", timeout=SLOW)
    shown(person, "#composer", "upload-too-large")

    choose("Whānau <b>&; photo.png.exe.jpg", JPEG)
    newest(person, "check-answers")
    check = person.locator(".check-answers").last
    expect(check).to_contain_text("Whānau b photo.jpg")
    expect(check).not_to_contain_text(".exe")
    picture(person, "upload-check")
    press(person, "send")
    newest(person, "receipt")
    reference = person.locator(".receipt").last.locator(".codes dd").first.inner_text()
    until(lambda: any(one["reference"] == reference for one in running.received()), 60, "the application's arrival")
