"""The same without JavaScript, request by request: language, notes, plans to keep, an ended conversation."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from icalendar import Calendar

from tests.main_job.running import Running

pytestmark = [pytest.mark.programs]


@pytest.fixture
def person(running: Running) -> Iterator[httpx.Client]:
    """A browser that runs no scripts."""
    with httpx.Client(base_url=running.address, timeout=60, follow_redirects=True) as made:
        made.headers["accept"] = "text/html"
        yield made


def post(person: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return person.post(path, data={"csrf": _token(person), **fields})


def _token(person: httpx.Client) -> str:
    token = re.search(r'name="csrf" value="([^"]+)"', person.get("/people").text)
    assert token
    return token.group(1)


def begin(person: httpx.Client, text: str = "we've got a little one on the way") -> str:
    answer = post(person, "/chat", text=text)
    assert answer.status_code == 200
    return answer.text


def test_another_language_keeps_the_conversation_and_the_page(person: httpx.Client) -> None:
    assert "little one" in begin(person)
    page = post(person, "/language", language="mi", back="/chat")
    assert page.url.path == "/chat"
    assert '<html lang="mi"' in page.text
    assert "little one" in page.text
    back = post(person, "/language", language="en", back="/services/renew-passport")
    assert back.url.path == "/services/renew-passport"


@pytest.mark.parametrize("elsewhere", ["//example.com", "https://example.com", "/\\example.com", "/%2fexample.com"])
def test_the_way_back_leads_to_no_other_site(person: httpx.Client, elsewhere: str) -> None:
    person.follow_redirects = False
    assert post(person, "/language", language="en", back=elsewhere).headers["location"] == "/"


def test_notes_can_be_saved(person: httpx.Client) -> None:
    begin(person)
    text = person.get("/chat/notes.txt")
    assert "little one" in text.text
    assert re.fullmatch(r'attachment; filename="notes-[\d-]+\.txt"', text.headers["content-disposition"])
    assert "Register your baby" in text.text
    made = person.get("/chat/notes.pdf")
    assert made.headers["content-type"] == "application/pdf"
    assert b"/StructTreeRoot" in made.content


def test_a_plan_is_kept_ticked_off_saved_and_deleted(person: httpx.Client, running: Running) -> None:
    begin(person)
    person.follow_redirects = False
    address = post(person, "/plans", days="7").headers["location"]
    assert re.fullmatch(r"/plans/[\w-]{43}", address)
    # Whoever has the link needs no cookie, and is told nothing of the conversation.
    with httpx.Client(base_url=running.address, timeout=60, follow_redirects=True) as other:
        page = other.get(address)
        assert page.status_code == 200
        assert "noindex" in page.text
        assert "little one" not in page.text
        post(other, f"{address}/done", done="register-birth")
        assert re.search(r'value="register-birth" checked', other.get(address).text)
        assert other.get(f"{address}/plan.pdf").content.startswith(b"%PDF")
        assert "[x] Register" in html.unescape(other.get(f"{address}/plan.txt").text)
        Calendar.from_ical(other.get(f"{address}/dates.ics").content)
        assert post(other, f"{address}/end", days="9999").status_code == 422
        assert post(other, f"{address}/end", days="365").status_code == 200
        assert post(other, f"{address}/delete").status_code == 200
        assert other.get(address).status_code == 404


def test_a_conversation_that_ended_keeps_the_words(person: httpx.Client) -> None:
    begin(person)
    del person.cookies["aratohu-conversation"]
    answer = post(person, "/chat", text="are you still there?", since="3")
    assert answer.status_code == 401
    assert "are you still there?" in answer.text
    assert "had ended" in answer.text


def test_the_last_message_comes_back_into_the_box(person: httpx.Client) -> None:
    page = begin(person)
    number = re.search(r'name="edit" value="(\d+)"', page)
    assert number
    back = post(person, "/chat/back", edit=number.group(1))
    assert re.search(r"<textarea[^>]*>we&#39;ve got a little one on the way</textarea>", back.text)
    assert "Register your baby" not in back.text
    # Twice does no more than once.
    assert post(person, "/chat/back", edit=number.group(1)).status_code == 409


def test_an_opinion_is_kept(person: httpx.Client) -> None:
    begin(person)
    page = post(person, "/chat/opinion", turn="3", useful="yes")
    assert "Good to know" in page.text
    assert post(person, "/chat/opinion", turn="99", useful="yes").status_code == 422


def test_leaving_clears_the_cookies(person: httpx.Client) -> None:
    begin(person)
    person.follow_redirects = False
    answer = person.get("/exit")
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert "aratohu-conversation" not in person.cookies


def test_a_list_is_ticked_without_scripts(person: httpx.Client) -> None:
    begin(person)
    post(person, "/chat", choice="about:home-help")
    page = post(person, "/chat", choice="check:home-help")
    assert page.text.count('type="checkbox" value="') == 6
    # Nothing, and "None of these" beside something, are refused with what to do; what was ticked stays ticked.
    nothing = post(person, "/chat", listed="yes")
    assert nothing.status_code == 422
    assert "Tick what is true, or choose None of these." in html.unescape(nothing.text)
    both = person.post(
        "/chat",
        data={"csrf": _token(person), "listed": "yes", "tick": ["other_child_under_5", "none"]},
    )
    assert both.status_code == 422
    assert len(re.findall(r'type="checkbox"[^>]* checked', both.text)) == 2
    done = post(person, "/chat", listed="yes", tick="births_at_once@2/..")
    assert done.status_code == 200
    assert "We had or adopted 2 babies or more at once" in done.text
    # What a threshold says of a number is told on the card, in words, with a way to change it.
    card = html.unescape(done.text)
    assert "Babies at once" in card
    assert "change:births_at_once" in card
