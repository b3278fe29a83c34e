"""The templates: every message type, what must never be in a page, and what pages owe to those who can't see them."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import Request
from jinja2 import Environment

from connectors.channels import marking
from connectors.channels.rendering import STATIC, Pages, environment, render
from connectors.channels.security import Forms
from conversations import Turn
from conversations import messages as m
from conversations.words import load

EVIL = '<script>alert("x")</script>&\'"'
NOW = dt.datetime(2026, 11, 23, 0, 42, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 23)
LINK = m.Link(url="https://www.govt.nz/browse/", label=EVIL)
SAID = m.Said(text=EVIL, checked=False, source=LINK, as_of="2026-05-01")


def choice(id: str = "go", kind: Any = "secondary") -> m.Choice:
    return m.Choice(id=f"{id}:{EVIL}", label=f"Press {id} {EVIL}", kind=kind)


def question(fact_type: str = "text", **changes: Any) -> m.Question:
    given = {"text": EVIL, "fact": "fact", "fact_type": fact_type, "help": EVIL, "why": EVIL, "number": 3, "of": 9}
    return m.Question.model_validate(given | {"choices": [choice("skip")]} | changes)


def everything() -> list[m.Message]:
    """One message of each type, with hostile words wherever words can stand."""
    common: dict[str, Any] = {"text": EVIL, "choices": [choice(), choice("other", "primary")]}
    card: dict[str, Any] = common | {"service": "a-service", "name": EVIL, "agency_name": EVIL}
    step: dict[str, Any] = {
        "service": "a-service",
        "name": EVIL,
        "what": EVIL,
        "agency": "dia",
        "agency_name": EVIL,
        "why": EVIL,
        "only_if": EVIL,
        "due": DAY,
        "due_text": EVIL,
        "waits_for": [EVIL],
        "waits_for_one_of": [EVIL, EVIL],
        "not_with": [EVIL],
        "not_with_why": EVIL,
        "cost": EVIL,
        "application": EVIL,
        "state": EVIL,
        "choices": [choice()],
        "link": LINK,
        "checked": False,
    }
    steps = [step | {"stage": stage, "overdue": stage == "now"} for stage in ("now", "before", "soon", "later")]
    parts = {name: [SAID, SAID] for name in ("cost", "amount", "time", "deadline", "where", "phones")}
    verdicts = [
        {"service": "a", "name": EVIL, "verdict": verdict, "met": [SAID], "not_met": [SAID], "not_known": [SAID],
         "estimate": {"text": EVIL, "value": EVIL, "steps": [{"label": EVIL, "value": EVIL}]},
         "rates_as_of": DAY, "choices": [choice()], "link": LINK}
        for verdict in ("yes", "no", "unknown")
    ]  # fmt: skip
    past = [{"state": "received", "label": EVIL, "at": NOW, "message": EVIL}]
    return m.messages.validate_python(
        [
            {"type": "text", "text": EVIL, "links": [LINK]},
            {"type": "choices", **common},
            {"type": "plan", **common, "life_events": ["a"], "names": [EVIL], "steps": steps, "agencies": 1,
             "not_for_you": [{"service": "b", "name": EVIL, "agency_name": EVIL, "why": [SAID]}]},
            {"type": "service", **card, "what": EVIL, "who": [EVIL], "ready": [EVIL], "links": [LINK], "checked": False,
             "assured_date": DAY, **parts},
            {"type": "notice", **card, "purpose": EVIL, "recipients": EVIL, "refusal": EVIL, "facts": [EVIL],
             "cost": EVIL},
            question().model_dump(),
            {"type": "check_answers", **card,
             "answers": [{"fact": "a", "label": EVIL, "value": EVIL, "choice": choice("change")}]},
            {"type": "receipt", **card, "reference": EVIL, "access_code": EVIL, "sent_at": NOW, "sent": [EVIL]},
            {"type": "status", **card, "reference": EVIL, "state": "received", "label": EVIL, "message": EVIL,
             "next": EVIL, "agency_reference": EVIL, "expected_by": DAY, "updated_at": NOW, "history": past},
            {"type": "crisis", **common,
             "lines": [{"name": EVIL, "number": "1737", "what": EVIL, "text_to": "1737", "hours": EVIL}]},
            {"type": "handover", **common, "code": EVIL, "open_now": True, "hours": EVIL, "phones": [SAID]},
            {"type": "together", **common, "agencies": [EVIL], "questions": 1, "fields": 2,
             "services": [{"service": "a", "name": EVIL, "agency_name": EVIL, "waits_for": [EVIL], "fields": 2}],
             "facts": [{"label": EVIL, "agencies": [EVIL], "known": True}]},
            {"type": "check", **common, "services": verdicts,
             "answers": [{"fact": "a", "label": EVIL, "value": EVIL, "choice": choice("change")}]},
            {"type": "together", **common, "agencies": [EVIL, EVIL], "questions": 7, "fields": 20,
             "services": [{"service": "a", "name": EVIL, "agency_name": EVIL, "waits_for": [EVIL], "fields": 9}],
             "facts": [{"label": EVIL, "agencies": [EVIL], "known": True}]},
        ]
    )  # fmt: skip


class Reader(HTMLParser):
    """Notes what a page holds and checks that every element is closed where it should be."""

    VOID = frozenset({"input", "meta", "link", "br", "path", "circle", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.open == [], "elements that are never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]

    def check(self) -> None:
        """What holds for every piece of HTML of ours."""
        for tag, attrs in self.elements:
            assert "style" not in attrs
            assert not any(name.startswith(("on", "hx-on")) for name in attrs)
            assert tag not in ("style", "iframe", "object")
            if tag == "script":
                assert (attrs["src"] or "").startswith("/static/")
            if tag == "button":
                assert attrs.get("type") in ("submit", "button") or attrs.get("name") == "language"
        assert len(self.ids()) == len(set(self.ids()))


def request(language: str = "en", path: str = "/chat") -> Request:
    headers = [(b"cookie", f"aratohu-language={language}; aratohu-form=visitor".encode())]
    return Request({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""})


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(
        load(), Forms("x" * 40, secure=False), {"sandbox": True, "conversation_days": 30, "application_days": 365}
    )


def chat(pages: Pages, said: list[m.Message], language: str = "en", **context: Any) -> str:
    turns = [
        Turn(number=1, by="person", at=NOW, text=EVIL),
        Turn(number=2, by="assistant", at=NOW, messages=said),
    ]
    last = said[-1]
    given = {"turns": turns, "asking": last if isinstance(last, m.Question) else None, "last": 2, "nonce": "nonce"}
    return bytes(pages.page(request(language), "chat.html", **(given | context)).body).decode()


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.type)
def test_message_renders_and_escapes(message: m.Message) -> None:
    html = render([message])
    Reader(html).check()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert f'class="message message--{message.type.replace("_", "-")}"' in html


def test_every_message_type_is_tried() -> None:
    known = {kind.model_fields["type"].default for kind in m.Base.__subclasses__()}
    assert {message.type for message in everything()} == known


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.type)
@pytest.mark.parametrize("language", ["en", "mi"])
def test_message_in_a_conversation(pages: Pages, message: m.Message, language: str) -> None:
    html = chat(pages, [message], language)
    reader = Reader(html)
    reader.check()
    assert "<script>" not in html
    assert f'<html lang="{language}"' in html
    assert [tag for tag, _ in reader.elements].count("h1") == 1


def test_choices_post_their_id_through_the_one_form(pages: Pages) -> None:
    reader = Reader(chat(pages, [m.Choices(choices=[m.Choice(id="start:x", label="Start")])]))
    assert ("button", "start:x", "choose") in [(tag, a.get("value"), a.get("form")) for tag, a in reader.elements]
    assert reader.ids().count("choose") == 1


@pytest.mark.parametrize(
    ("fact_type", "wanted"),
    [
        ("text", {"type": "text"}),
        ("name", {"type": "text"}),
        ("date", {"type": "text", "aria-describedby": "text-hint"}),
        ("ird_number", {"inputmode": "numeric"}),
        ("number", {"inputmode": "numeric"}),
        ("money", {"inputmode": "decimal"}),
        ("email", {"type": "email", "autocomplete": "email"}),
        ("phone", {"type": "tel", "autocomplete": "tel"}),
        ("country", {"autocomplete": "country-name"}),
    ],
)
def test_question_has_the_input_of_its_kind(pages: Pages, fact_type: str, wanted: dict[str, str]) -> None:
    reader = Reader(chat(pages, [question(fact_type)]))
    found = next(attrs for tag, attrs in reader.elements if tag == "input" and attrs.get("id") == "text")
    assert found["name"] == "text"
    assert wanted.items() <= found.items()


def test_address_is_written_on_lines(pages: Pages) -> None:
    reader = Reader(chat(pages, [question("address")]))
    assert [a["autocomplete"] for tag, a in reader.elements if tag == "textarea" and a["id"] == "text"] == [
        "street-address"
    ]


def test_options_are_radios_in_a_fieldset(pages: Pages) -> None:
    options = [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}]
    html = chat(pages, [question("yes_no", options=options, known="No")])
    radios = [attrs for tag, attrs in Reader(html).elements if tag == "input" and attrs.get("type") == "radio"]
    assert [(radio["name"], radio["value"], "checked" in radio) for radio in radios] == [
        ("choice", "answer:yes", False),
        ("choice", "answer:no", True),
    ]
    assert "<fieldset" in html
    assert "<legend" in html


LINES = [
    {"fact": "lives_alone", "text": "I live alone", "help": "Count only adults."},
    {"fact": "usually_lives_in_nz", "text": "Kei Aotearoa tōku kāinga", "lang": "mi"},
]


@pytest.mark.parametrize("language", ["en", "mi"])
def test_a_list_is_checkboxes_in_a_fieldset(pages: Pages, language: str) -> None:
    html = chat(pages, [question("checklist", lines=LINES)], language)
    reader = Reader(html)
    reader.check()
    boxes = [attrs for tag, attrs in reader.elements if tag == "input" and attrs.get("type") == "checkbox"]
    assert [(box["name"], box["value"], "checked" in box) for box in boxes] == [
        ("tick", "lives_alone", False),
        ("tick", "usually_lives_in_nz", False),
        ("tick", "none", False),
    ]
    assert boxes[0]["aria-describedby"] == "answer-item-hint"
    assert "<fieldset" in html
    assert "<legend" in html
    assert ("label", "mi") in [(tag, a.get("lang")) for tag, a in reader.elements]
    assert ("button", "rest", "unsure") in [(tag, a.get("name"), a.get("value")) for tag, a in reader.elements]


def test_a_list_keeps_its_ticks_where_it_was_refused(pages: Pages) -> None:
    html = chat(pages, [question("checklist", lines=LINES)], error="Tick what is true.", ticked=["lives_alone", "none"])
    boxes = [attrs for tag, attrs in Reader(html).elements if tag == "input" and attrs.get("type") == "checkbox"]
    assert ["checked" in box for box in boxes] == [True, False, True]
    assert 'href="#answer"' in html
    assert boxes[0]["id"] == "answer"


def test_a_list_that_was_answered_is_still_read(pages: Pages) -> None:
    html = str(render([question("checklist", lines=LINES)], live=False))
    assert "<li>I live alone</li>" in html
    assert '<li lang="mi">Kei Aotearoa tōku kāinga</li>' in html


def test_error_leads_to_its_field(pages: Pages) -> None:
    html = chat(pages, [question("date", error="There is no such day.", known="31 2 2026")])
    assert "govuk-error-summary" in html
    assert 'href="#text"' in html
    assert 'aria-describedby="text-hint text-error"' in html
    assert 'value="31 2 2026"' in html


def test_refused_message_is_kept_in_the_box(pages: Pages) -> None:
    html = chat(pages, [m.Words(text="Kia ora.")], draft_text="what I wrote", error="The message is too long.")
    assert ">what I wrote</textarea>" in html
    assert "<title>Error: " in html
    assert html.count("The message is too long.") == 2


def test_te_reo_maori_is_marked_and_noted() -> None:
    html = render([m.Words(text="Kia ora.", lang="mi", unreviewed=True)])
    assert 'lang="mi"' in html
    assert "Kāore anō tēnei reo Māori kia arotakehia." in html
    assert "arotakehia" not in render([m.Words(text="Kia ora.", lang="mi")])


def test_english_on_a_page_in_te_reo_maori_says_so(pages: Pages) -> None:
    html = bytes(pages.page(request("mi"), "privacy.html").body).decode()
    assert '<html lang="mi"' in html
    assert '<span lang="en">Cookies</span>' in html


def test_answered_cards_lose_their_buttons() -> None:
    offer = m.Choices(choices=[m.Choice(id="a", label="A")])
    notice = next(message for message in everything() if message.type == "notice")
    plan = next(message for message in everything() if message.type == "plan")
    turns = [
        Turn(number=1, by="assistant", at=NOW, messages=[offer, notice, plan]),
        Turn(number=2, by="person", at=NOW, text="what does it cost?"),
        Turn(number=3, by="assistant", at=NOW, messages=[m.Words(text="Free.")]),
    ]
    assert marking.gone(turns[:1]) == set()
    # A question in between leaves the notice open; only its own buttons, or the same notice again, end it.
    assert marking.gone(turns) == {(1, 0)}
    assert isinstance(notice, m.Notice)
    turns.append(Turn(number=4, by="person", at=NOW, choice=notice.choices[0].id))
    assert marking.gone(turns) == {(1, 0), (1, 1)}


def test_fragment_brings_the_composer_and_a_new_nonce(pages: Pages) -> None:
    turns = [Turn(number=7, by="assistant", at=NOW, messages=[m.Words(text="Kia ora.")])]
    answer = pages.fragment(request(), "turns.html", turns=turns, asking=None, last=7, nonce="fresh", composer=True)
    html = bytes(answer.body).decode()
    Reader(html).check()
    assert html.strip().startswith('<li id="turn-7"')
    assert 'id="composer" class="composer" data-asking="" hx-swap-oob="outerHTML"' in html
    assert 'value="fresh"' in html
    assert 'name="since" value="7"' in html
    assert 'data-spoken="Kia ora."' in html


def test_refused_fragment_takes_the_composers_place(pages: Pages) -> None:
    answer = pages.fragment(request(), "composer.html", asking=None, nonce="n", error="Empty.", retarget="#composer")
    assert answer.headers["HX-Retarget"] == "#composer"
    assert answer.headers["HX-Reswap"] == "outerHTML"
    assert "hx-swap-oob" not in bytes(answer.body).decode()


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("landing.html", {"events": [], "nonce": "n"}),
        ("life-events.html", {"events": []}),
        ("find-application.html", {"error": "There is none.", "reference": EVIL}),
        ("status.html", {"card": next(message for message in everything() if message.type == "status")}),
        ("privacy.html", {}),
        ("accessibility.html", {}),
        ("problem.html", {"title": EVIL, "detail": EVIL, "problem": True}),
    ],
)
@pytest.mark.parametrize("language", ["en", "mi"])
def test_page(pages: Pages, template: str, context: dict[str, Any], language: str) -> None:
    html = bytes(pages.page(request(language), template, **context).body).decode()
    reader = Reader(html)
    reader.check()
    assert "<script>" not in html
    assert [tag for tag, _ in reader.elements].count("h1") == 1
    assert "data-leave" in html
    assert 'href="#main"' in html


def test_no_exclamation_marks_and_no_unknown_words() -> None:
    words = load().texts
    used = set()
    made: Environment = environment(load())
    for name in made.list_templates(filter_func=lambda name: not name.startswith("govuk_frontend_jinja")):
        assert made.loader is not None
        source = made.loader.get_source(made, name)[0]
        used |= set(re.findall(r'words\("(\w+)"[,)]', source))
    assert used <= set(words)
    assert [key for key in used if "!" in words[key].en + (words[key].mi or "")] == []


@pytest.mark.skipif(not (STATIC / "main.css").exists(), reason="the front end has not been built")
def test_first_page_weighs_less_than_100_kilobytes(pages: Pages) -> None:
    html = chat(pages, [next(message for message in everything() if message.type == "plan")])
    loaded = [html.encode()] + [(STATIC / name).read_bytes() for name in re.findall(r'"/static/([\w.-]+)[?"]', html)]
    assert len(loaded) > 4
    assert sum(len(gzip.compress(one)) for one in loaded) < 100_000
