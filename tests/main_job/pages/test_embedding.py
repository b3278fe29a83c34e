"""The chat on an agency's page, which is another site; and on a page where it is refused."""

from __future__ import annotations

import gzip

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from connectors.channels.rendering import STATIC
from tests.main_job.pages.looking import LOOKS, RULES
from tests.main_job.running import Running

pytestmark = [pytest.mark.programs, pytest.mark.browser]


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 900})


def site(running: Running, path: str = "") -> str:
    # By its other name this machine is another site, as an agency's page is to us.
    return f"http://localhost:{running.sandbox_port}/site{path}"


def test_the_loader_is_small() -> None:
    assert len(gzip.compress((STATIC / "embed.js").read_bytes())) <= 3 * 1024


def test_one_script_tag_brings_the_chat(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(site(running))
    page.get_by_role("button", name="Ask Aratohu").click()
    frame = page.frame_locator("iframe")
    frame.locator("#text").fill("we are having a baby")
    frame.locator(".hero__form button[type=submit]").click()
    expect(frame.locator(".plan")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("dialog")).to_contain_text("Department of Examples")
    # The agency's page has no cookie and nothing stored; the frame's cookies are kept apart for it.
    assert [one["name"] for one in context.cookies(site(running)) if "aratohu" in one["name"]] == []
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    # It answers there too, and takes the agency's site for what it is.
    frame.locator("#composer #text").fill("thank you")
    frame.locator("#send").click()
    expect(frame.locator("#log > li[id]")).to_have_count(5, timeout=30_000)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask Aratohu")).to_be_focused()


def test_the_frame_and_the_page_around_it_keep_the_rules(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(site(running))
    page.get_by_role("button", name="Ask Aratohu").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#text")).to_be_visible(timeout=20_000)
    inside = next(one for one in page.frames if one.url.startswith(running.address))
    for where in (page.main_frame, inside):
        where.evaluate(LOOKS)
        found = where.evaluate("(tags) => looks.broken(tags)", RULES)
        assert found == []
    page.set_viewport_size({"width": 320, "height": 640})
    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] == 320
    assert inside.evaluate("document.documentElement.scrollWidth") <= 320


def test_where_the_page_is_not_on_the_list_nothing_comes(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(site(running, "/refused"))
    page.wait_for_timeout(1000)
    expect(page.get_by_role("button")).to_have_count(0)
    assert any("frame-ancestors" in text for text in refused), refused
    frame = next(one for one in page.frames if one != page.main_frame)
    assert "Aratohu" not in frame.content()


def test_only_listed_origins_learn_what_the_launcher_shows(running: Running) -> None:
    address = f"{running.address}/embed/demonstration.json"
    listed = httpx.get(address, headers={"Origin": f"http://localhost:{running.sandbox_port}"})
    assert listed.status_code == 200
    assert listed.headers["access-control-allow-origin"] == f"http://localhost:{running.sandbox_port}"
    for origin in ("https://example.com", f"http://localhost:{running.port}", "null", ""):
        other = httpx.get(address, headers={"Origin": origin} if origin else {})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers


def test_a_page_in_no_frame_and_a_stranger_frame_are_told_apart(running: Running) -> None:
    framed = {"sec-fetch-dest": "iframe", "cookie": "aratohu-site=demonstration"}
    policy = httpx.get(running.address, headers=framed).headers["content-security-policy"]
    assert f"frame-ancestors http://127.0.0.1:{running.sandbox_port} http://localhost:{running.sandbox_port}" in policy
    for headers in ({}, {"sec-fetch-dest": "iframe"}, {"sec-fetch-dest": "iframe", "cookie": "aratohu-site=nobody"}):
        assert (
            "frame-ancestors 'self'" in httpx.get(running.address, headers=headers).headers["content-security-policy"]
        )


def test_the_frame_hears_its_own_page_only(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(site(running))
    page.get_by_role("button", name="Ask Aratohu").click()
    expect(page.frame_locator("iframe").locator("#text")).to_be_visible(timeout=20_000)
    # A message that only looks as if it came from the frame changes nothing.
    page.evaluate("window.postMessage({ aratohu: 'close' }, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_leaving_in_the_frame_leaves_the_agencys_page(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(site(running))
    page.get_by_role("button", name="Ask Aratohu").click()
    frame = page.frame_locator("iframe")
    frame.locator("#text").click()
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(running.elsewhere, timeout=20_000)
