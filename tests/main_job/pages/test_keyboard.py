"""The whole main job by keyboard alone, and where focus is meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.main_job.pages.looking import LOOKS, answer, said
from tests.main_job.running import BIRTH, Running

pytestmark = [pytest.mark.programs, pytest.mark.browser]


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """A browser with its mouse locked away: every click would fail the test."""
    context = browser.new_context(base_url=running.address, viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.add_init_script("addEventListener('pointerdown', () => { document.title = 'a pointer was used'; }, true)")
    yield made
    assert "pointer" not in made.title()
    context.close()


def reach(page: Page, selector: str, key: str = "Tab", most: int = 150) -> None:
    """Presses ``key`` until what has focus fits ``selector``; whatever had it on the way must have been seen."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("typeof looks") == "undefined":
            page.evaluate(LOOKS)
        at = page.evaluate("(selector) => looks.at(selector)", selector)
        assert at["seen"], at
        if at["fits"]:
            return
    raise AssertionError(f"{selector} was not reached with {most} times {key}")


def test_from_landing_to_receipt(page: Page) -> None:
    page.goto("/")
    reach(page, ".govuk-skip-link")
    page.keyboard.press("Enter")
    reach(page, "#text")
    page.keyboard.type("we've got a little one on the way")
    page.keyboard.press("Enter")
    said(page, 3)
    answer(page, "plan")
    reach(page, 'button[name=choice][value="start:register-birth"]')
    page.keyboard.press("Enter")
    answer(page, "notice")
    # The button is still there, so it keeps the focus; what is new lies further on.
    reach(page, 'button[name=choice][value="agree"]')
    page.keyboard.press("Enter")
    answer(page, "question")
    # The button went away, and focus to the heading of what came.
    assert page.evaluate("document.activeElement.closest('#log > li:last-child') !== null")
    for _ in range(40):
        newest = page.locator("#log > li[id]").last
        newest.locator(".message--question, .message--check-answers").last.wait_for(state="attached", timeout=30_000)
        if newest.locator(".message--check-answers").count():
            break
        before = page.locator("#log > li[id]").count()
        composer = page.locator("#composer")
        fact = composer.get_attribute("data-asking") or ""
        if composer.get_by_role("radio").count():
            reach(page, "#composer input[type=radio]")
            page.keyboard.press("Space")
        else:
            reach(page, "#composer #text")
            page.keyboard.type(BIRTH[fact])
        reach(page, "#composer #send")
        page.keyboard.press("Enter")
        said(page, before + 2)
    reach(page, 'button[name=choice][value="send"]')
    page.keyboard.press("Enter")
    answer(page, "receipt")
    assert re.fullmatch(r"ARA-\w{4}-\w{4}", page.locator(".receipt .codes dd").first.inner_text())


def test_a_message_that_arrives_moves_no_focus_and_is_spoken_once(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.locator("#text").focus()
    page.keyboard.type("kia ora")
    page.keyboard.press("Enter")
    said(page, 3)
    page.evaluate(LOOKS)
    # One live region, outside the log.
    assert page.evaluate("looks.listen()") == 0
    page.locator("#composer #text").focus()
    page.keyboard.type("thank you")
    page.keyboard.press("Enter")
    said(page, 5)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.activeElement.id") == "text"
    # It said once what came, and is empty again.
    heard = page.evaluate("window.heard")
    assert len(heard) == 1, heard
    expect(page.locator("#spoken")).to_be_empty()
    assert heard[0][:20] in (page.locator("#log > li[id]").last.get_attribute("data-spoken") or "")


def test_three_times_shift_leaves_and_nothing_stays(page: Page, running: Running) -> None:
    page.goto("/")
    page.locator("#text").focus()
    page.keyboard.type("he's hitting me")
    page.keyboard.press("Enter")
    said(page, 3)
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(running.elsewhere, timeout=20_000)
    assert [one["name"] for one in page.context.cookies(running.address) if "conversation" in one["name"]] == []
    page.go_back()
    page.wait_for_load_state()
    assert "hitting" not in page.content()
    page.goto("/chat")
    assert "hitting" not in page.content()
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize("path", ["/", "/life-events", "/services/renew-passport", "/people", "/search", "/nowhere"])
def test_every_page_can_be_left(page: Page, running: Running, path: str) -> None:
    page.goto(path)
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url(running.elsewhere, timeout=20_000)


def test_what_is_written_from_right_to_left_stands_so(page: Page) -> None:
    page.goto("/")
    page.locator("#text").focus()
    page.keyboard.type("مرحبا")
    assert page.evaluate("getComputedStyle(document.getElementById('text')).direction") == "rtl"
    page.keyboard.press("Enter")
    said(page, 3)
    assert page.evaluate("getComputedStyle(document.querySelector('.bubble')).direction") == "rtl"


def test_text_spacing_and_four_times_zoom_lose_nothing(page: Page) -> None:
    """WCAG 1.4.12 and 1.4.10: 400 % of 1280 px is 320 px with letters as big as before."""
    page.goto("/")
    page.locator("#text").focus()
    page.keyboard.type("we are having a baby")
    page.keyboard.press("Enter")
    said(page, 3)
    page.set_viewport_size({"width": 320, "height": 256})
    page.evaluate(LOOKS)
    cut = page.evaluate("looks.spaced()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert cut == []


def test_forced_colours_show_what_has_focus(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/")
    page.evaluate(LOOKS)
    assert page.evaluate("looks.focus()") == []
    page.goto("/people")
    page.evaluate(LOOKS)
    assert page.evaluate("looks.focus()") == []
