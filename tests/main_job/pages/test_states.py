"""Every state of every page, in both languages and both colour schemes: no rule of level A or AA is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from catalogue.model import Text
from conversations.notices import NoticeRow
from storage import Database, now
from tests.main_job.pages.looking import Looker, answer, said
from tests.main_job.running import BIRTH, Running

pytestmark = [pytest.mark.programs, pytest.mark.browser]


@pytest.fixture(params=["en", "mi"])
def page(request: pytest.FixtureRequest, browser: Browser, running: Running) -> Iterator[Page]:
    """A browser whose pages are in one language. It moves less, so that nothing is looked at half-way."""
    context = browser.new_context(
        base_url=running.address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "aratohu-language", "value": request.param, "url": running.address}])
    made = context.new_page()
    yield made
    context.close()


@pytest.fixture
def looker(page: Page, request: pytest.FixtureRequest) -> Iterator[Looker]:
    """Looks, and fails at the end with everything that is wrong."""
    made = Looker(request.node.callspec.params["page"])
    yield made
    assert made.wrong == [], "\n".join(made.wrong)


def begin(page: Page, text: str) -> None:
    page.context.clear_cookies(name="aratohu-conversation")
    page.goto("/")
    page.locator("#text").fill(text)
    page.locator(".hero__form button[type=submit]").click()
    said(page, 3)


def say(page: Page, text: str) -> None:
    before = page.locator("#log > li[id]").count()
    page.locator("#composer #text").fill(text)
    page.locator("#send").click()
    said(page, before + 2)


def choose(page: Page, choice: str) -> None:
    """Presses a choice by its id, or by how that begins where it ends with a colon."""
    how = "^=" if choice.endswith(":") else "="
    before = page.locator("#log > li[id]").count()
    found = page.locator(f'#log button[name=choice][value{how}"{choice}"]').last
    folded = found.locator("xpath=ancestor::details[not(@open)]")
    for place in range(folded.count()):
        # What is only for some is folded to one line.
        folded.nth(place).locator("> summary").click()
    found.click()
    said(page, before + 2)


def test_pages_without_a_conversation(page: Page, looker: Looker) -> None:
    page.goto("/")
    looker.look(page, "landing", grade=True)
    for path, state in (
        ("/life-events", "life-events"),
        ("/life-events/someone_died", "life-event"),
        ("/services/renew-passport", "service"),
        ("/agencies/ir", "agency"),
        ("/search", "search"),
        ("/applications", "find-application"),
        ("/people", "people"),
        ("/safety", "safety"),
        ("/privacy", "privacy"),
        ("/accessibility", "accessibility"),
        ("/nowhere", "problem"),
    ):
        page.goto(path)
        looker.look(page, state, grade=state in ("safety", "privacy", "accessibility", "find-application"))
    page.goto("/search")
    page.locator("input[type=search]").fill("passport")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .step__name").first).to_be_visible()
    looker.look(page, "search-results")
    page.goto("/applications")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    looker.look(page, "find-application-error")
    assert len(looker.seen) >= 14


def test_the_conversation(page: Page, looker: Looker) -> None:
    begin(page, "kia ora")
    looker.look(page, "text")
    page.locator(".chat__keep summary").click()
    looker.look(page, "keep-or-start-again")
    page.locator(".opinion button[value=no]").last.click()
    expect(page.locator(".opinion[data-given]")).to_be_visible()
    looker.look(page, "opinion-given")
    page.locator("#composer #text").fill("x" * 4001)
    page.locator("#send").click()
    expect(page.locator("#problem")).not_to_be_empty()
    looker.look(page, "too-long")
    begin(page, "dad passed on tuesday")
    answer(page, "plan")
    looker.look(page, "plan-in-sorrow")
    choose(page, "about:")
    answer(page, "service")
    looker.look(page, "service-card")
    begin(page, "i want to talk to a person")
    answer(page, "handover")
    looker.look(page, "handover")
    begin(page, "he's hitting me")
    answer(page, "crisis")
    looker.look(page, "crisis")
    # Which of these the model is sure of changes as it learns; of one of them it is not.
    for unsure in ("my house", "school", "i need money", "children"):
        begin(page, unsure)
        if page.locator("#log > li[id]").last.locator(".message--choices").count():
            break
    answer(page, "choices")
    looker.look(page, "choices")
    begin(page, "we've got a little one on the way")
    page.locator('.message--plan > .choices button[name=choice][value^="start:"]').click()
    answer(page, "together")
    looker.look(page, "together")
    choose(page, "check")
    # A check asks; whoever would rather not say may leave every question out.
    for _ in range(30):
        newest = page.locator("#log > li[id]").last
        newest.locator(".message--question, .message--check").last.wait_for(state="attached", timeout=30_000)
        if newest.locator(".message--check").count():
            break
        is_list = page.locator("#composer input[name=tick]").count() > 0
        if f"check-{'list' if is_list else 'question'}" not in looker.seen:
            looker.look(page, f"check-{'list' if is_list else 'question'}")
        if is_list:
            _nothing_ticked(page, looker)
        before = page.locator("#log > li[id]").count()
        page.locator(f"#composer button[name=choice][value={'stop' if is_list else 'skip'}]").click()
        said(page, before + 2)
    assert "check-list" in looker.seen
    answer(page, "check")
    looker.look(page, "check")


def _nothing_ticked(page: Page, looker: Looker) -> None:
    """What a list says where nothing was chosen, and that "None of these" goes with nothing else."""
    page.locator("#send").click()
    page.locator("#composer .govuk-error-message").wait_for(timeout=30_000)
    assert page.locator("#composer .govuk-error-summary a").get_attribute("href") == "#answer"
    looker.look(page, "check-list-error")
    boxes = page.locator("#composer input[name=tick]")
    boxes.first.check()
    boxes.last.check()
    assert not boxes.first.is_checked()
    boxes.first.check()
    assert not boxes.last.is_checked()


def test_a_service_is_started(page: Page, looker: Looker, running: Running) -> None:
    begin(page, "we've got a little one on the way")
    answer(page, "plan")
    looker.look(page, "plan")
    choose(page, "start:register-birth")
    answer(page, "notice")
    looker.look(page, "notice")
    choose(page, "agree")
    answer(page, "question")
    looker.look(page, "question")
    seen = set()
    for _ in range(40):
        newest = page.locator("#log > li[id]").last
        newest.locator(".message--question, .message--check-answers").last.wait_for(state="attached", timeout=30_000)
        if newest.locator(".message--check-answers").count():
            break
        before = page.locator("#log > li[id]").count()
        composer = page.locator("#composer")
        fact = composer.get_attribute("data-asking") or ""
        if composer.get_by_role("radio").count():
            if "radios" not in seen:
                looker.look(page, "question-with-choices")
                seen.add("radios")
            chosen = {"citizenship_status": 0, "second_parent": 0}.get(fact, 0)
            composer.get_by_role("radio").nth(chosen).check()
        else:
            if fact == "baby_birth_date" and "error" not in seen:
                seen.add("error")
                composer.locator("#text").fill("the day before the day")
                composer.locator("#send").click()
                said(page, before + 2)
                before += 2
                looker.look(page, "question-error")
            composer.locator("#text").fill(BIRTH[fact])
        composer.locator("#send").click()
        said(page, before + 2)
    assert seen == {"radios", "error"}
    looker.look(page, "check-answers")
    choose(page, "send")
    answer(page, "receipt")
    looker.look(page, "receipt")
    reference, access = page.locator(".receipt").last.locator(".codes dd").all_inner_texts()
    choose(page, "status:")
    answer(page, "status")
    looker.look(page, "status-card")
    page.goto("/applications")
    page.locator("#reference").fill(reference)
    page.locator("#access-code").fill(access)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".status")).to_be_visible()
    looker.look(page, "status")


def test_a_plan_is_kept(page: Page, looker: Looker) -> None:
    begin(page, "we've got a little one on the way")
    answer(page, "plan")
    page.goto("/plans")
    looker.look(page, "keep-plan", grade=True)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".kept")).to_be_visible()
    page.locator(".kept input[type=checkbox]").first.check()
    page.locator(".kept button[type=submit]").click()
    expect(page.locator(".step--done")).to_be_visible()
    looker.look(page, "kept-plan")
    page.locator(".kept__end .govuk-button--warning").click()
    looker.look(page, "plan-deleted", grade=True)


def test_what_can_go_wrong(page: Page, looker: Looker, running: Running) -> None:
    begin(page, "kia ora")
    page.context.set_offline(True)
    page.locator("#composer #text").fill("is anybody there?")
    page.locator("#send").click()
    expect(page.locator("#problem")).not_to_be_empty()
    looker.look(page, "connection-lost")
    page.context.set_offline(False)
    said(page, 5)
    page.context.clear_cookies(name="aratohu-conversation")
    page.locator("#composer #text").fill("are you still there?")
    page.locator("#send").click()
    expect(page.locator("#ended")).to_be_visible()
    looker.look(page, "ended")
    database = Database(f"sqlite:///{running.data / 'aratohu.sqlite'}")
    with database.begin() as session:
        words = Text(en="Flooding in Hawke’s Bay. Follow Civil Defence.", mi="He waipuke kei Te Matau-a-Māui.")
        session.add(NoticeRow(en=words.en, mi=words.mi, link="https://www.civildefence.govt.nz/", adviser="a"))
    try:
        page.wait_for_timeout(2500)
        page.goto("/life-events")
        expect(page.locator(".notice-band")).to_be_visible()
        looker.look(page, "emergency-notice")
    finally:
        with database.begin() as session:
            session.execute(update(NoticeRow).values(until=now() - dt.timedelta(seconds=1)))
        database.close()
