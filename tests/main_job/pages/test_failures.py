"""When things fail: no message is lost or doubled, and people are told what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from connectors.channels.secrets import kept
from conversations import Store, Turn
from conversations.messages import Words
from storage import Database, Sealed, now
from tests.main_job.pages.looking import Looker, said
from tests.main_job.running import Running, until

pytestmark = [pytest.mark.programs, pytest.mark.browser]


@pytest.fixture
def context(browser: Browser, running: Running) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=running.address, viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def elsewhere(running: Running) -> Iterator[Store]:
    """The conversations as another process has them, such as a second server."""
    database = Database(f"sqlite:///{running.data / 'aratohu.sqlite'}")
    made = Store(database)
    yield made
    made.news.close()
    database.close()


def begin(context: BrowserContext, text: str = "kia ora") -> Page:
    page = context.new_page()
    page.goto("/")
    page.locator("#text").fill(text)
    page.locator(".hero__form button[type=submit]").click()
    said(page, 3)
    return page


def send(page: Page, text: str) -> None:
    page.locator("#composer #text").fill(text)
    page.locator("#send").click()


def conversation_of(context: BrowserContext) -> str:
    cookie = next(one for one in context.cookies() if one["name"] == "aratohu-conversation")
    return cookie["value"].partition(".")[0]


def texts(page: Page) -> list[str]:
    return page.locator("#log > li[id] > .bubble").all_inner_texts()


def numbers(page: Page) -> list[str | None]:
    return [one.get_attribute("id") for one in page.locator("#log > li").all()]


def seal(running: Running) -> None:
    """Uses the key of the running programs."""
    Sealed.use(kept(running.data)["encryption_key"])


def from_another_process(elsewhere: Store, conversation: str, text: str) -> None:
    elsewhere.add(conversation, Turn(number=0, by="assistant", at=now(), messages=[Words(text=text)]))


def test_what_was_written_offline_goes_out_once_when_the_connection_is_back(context: BrowserContext) -> None:
    page = begin(context)
    context.set_offline(True)
    send(page, "first without a connection")
    expect(page.locator("#problem")).not_to_be_empty()
    send(page, "second without a connection")
    expect(page.locator(".turn--pending")).to_have_count(2)
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    said(page, 7)
    expect(page.locator(".turn--pending")).to_have_count(0)
    assert texts(page)[-2:] == ["first without a connection", "second without a connection"]
    page.reload()
    assert texts(page)[-2:] == ["first without a connection", "second without a connection"]
    assert len(texts(page)) == 3


def test_an_answer_that_was_lost_on_the_way_is_not_doubled(context: BrowserContext) -> None:
    page = begin(context)
    lost: list[object] = []

    def lose(route: Route) -> None:
        # The server gets the message and answers; the answer never arrives.
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort("connectionreset")

    page.route("**/chat", lose)
    send(page, "only once please")
    said(page, 5)
    page.wait_for_timeout(500)
    page.reload()
    assert len(lost) == 1
    assert texts(page).count("only once please") == 1


def test_a_page_that_slept_has_every_message_once(context: BrowserContext, elsewhere: Store, running: Running) -> None:
    page = begin(context)
    seal(running)
    conversation = conversation_of(context)
    session = context.new_cdp_session(page)
    context.set_offline(True)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(1, 6):
        from_another_process(elsewhere, conversation, f"While you slept {number}")
    page.wait_for_timeout(1500)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    for number in range(1, 6):
        expect(page.get_by_text(f"While you slept {number}", exact=True)).to_have_count(1, timeout=15_000)
    assert len(numbers(page)) == len(set(numbers(page))) == 8


def test_news_from_another_process_comes_within_a_second_or_two(
    context: BrowserContext, elsewhere: Store, running: Running
) -> None:
    page = begin(context)
    seal(running)
    page.locator("#composer #text").fill("half a sent")
    page.locator("#composer #text").focus()
    from_another_process(elsewhere, conversation_of(context), "Somebody else has spoken")
    expect(page.get_by_text("Somebody else has spoken", exact=True)).to_be_visible(timeout=8_000)
    # What is being written stays, and so does the focus.
    expect(page.locator("#composer #text")).to_have_value("half a sent")
    assert page.evaluate("document.activeElement.id") == "text"


def test_two_tabs_show_the_same_in_the_same_order(context: BrowserContext) -> None:
    one = begin(context)
    two = context.new_page()
    two.goto("/chat")
    send(one, "from the first tab")
    expect(two.get_by_text("from the first tab")).to_be_visible(timeout=15_000)
    send(two, "from the second tab")
    expect(one.get_by_text("from the second tab")).to_be_visible(timeout=15_000)
    said(one, 7)
    said(two, 7)
    assert numbers(one) == numbers(two)
    one.locator('.turn__back button[name="turn"]').click()
    one.wait_for_load_state()
    assert "from the second tab" not in texts(one)
    send(one, "and on")
    expect(two.get_by_text("and on", exact=True)).to_be_visible(timeout=15_000)
    expect(two.get_by_text("from the second tab")).to_have_count(0)


def test_the_last_message_can_be_changed(context: BrowserContext) -> None:
    page = begin(context, "we are having a baby")
    expect(page.locator(".plan")).to_have_count(1)
    page.locator('.turn__back button[name="edit"]').click()
    expect(page.locator("#composer #text")).to_have_value("we are having a baby")
    assert page.evaluate("document.activeElement.id") == "text"
    expect(page.locator(".plan")).to_have_count(0)
    send(page, "my dad has died")
    expect(page.locator(".plan")).to_have_count(1, timeout=30_000)
    # Nothing of what was taken back is known any more, to Rasa neither.
    assert "baby" not in page.locator(".plan .card__title").inner_text().lower()


def test_a_conversation_that_ended_brings_the_words_along(context: BrowserContext) -> None:
    page = begin(context)
    context.clear_cookies(name="aratohu-conversation")
    send(page, "i was saying something")
    expect(page.locator("#text")).to_have_value("i was saying something", timeout=15_000)
    expect(page.locator("#ended")).to_be_visible()
    page.locator(".hero__form button[type=submit]").click()
    said(page, 3)
    assert texts(page) == ["i was saying something"]


def test_too_many_at_once_lose_nothing(context: BrowserContext) -> None:
    page = begin(context)
    page.route("**/chat", lambda route: route.fulfill(status=429, headers={"Retry-After": "20"}))
    send(page, "one too many")
    expect(page.locator("#problem")).to_contain_text("a lot at once")
    expect(page.locator("#composer #text")).to_have_value("one too many")
    page.unroute("**/chat")
    page.locator("#send").click()
    said(page, 5)
    assert texts(page).count("one too many") == 1


def test_while_rasa_is_away_everything_else_goes_on_and_the_answer_comes_by_itself(
    context: BrowserContext, running: Running
) -> None:
    page = begin(context)
    running.kill("rasa")
    send(page, "we are having a baby")
    said(page, 5)
    newest = page.locator("#log > li[id]").last
    expect(newest.locator(".meanwhile a")).to_have_count(3)
    looker = Looker("en")
    looker.look(page, "assistant-away")
    assert looker.wrong == []
    other = context.new_page()
    for path in ("/life-events/having_a_baby", "/services/renew-passport", "/people"):
        answer = other.goto(path)
        assert answer is not None
        assert answer.ok
    other.goto("/search")
    other.locator("input[type=search]").fill("passport")
    other.locator("main form button[type=submit]").click()
    expect(other.locator("main .step__name").first).to_be_visible()
    other.close()
    # The supervisor starts Rasa again, and the message is answered without anybody touching the page.
    expect(page.locator(".plan")).to_have_count(1, timeout=120_000)
    assert texts(page).count("we are having a baby") == 1
    until(lambda: len(numbers(page)) == len(set(numbers(page))), what="no turn twice")
