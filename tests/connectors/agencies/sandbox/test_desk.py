from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.connectors.agencies.running import Sandbox, order


class Page(HTMLParser):
    """What a page holds, as far as the tests here ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.lang: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if id := found.get("id"):
            self.ids.append(id)
        if tag == "html":
            self.lang = found.get("lang")
        if tag == "label":
            self.labels.add(str(found.get("for")))
        if tag in ("input", "textarea", "select"):
            self.fields.append(found)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def token(sandbox: Sandbox) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', sandbox.http.get("/desk/agencies/dia").text)
    assert found is not None
    return found[1]


def press(sandbox: Sandbox, id: str, state: str, message: str = "", form_token: str | None = None) -> tuple[int, str]:
    given = {"state": state, "message": message, "form_token": form_token or token(sandbox)}
    answer = sandbox.http.post(f"/desk/applications/{id}/move", data=given)
    return answer.status_code, answer.headers.get("location") or answer.text


def test_the_buttons_move_an_application(sandbox: Sandbox) -> None:
    agency = sandbox.agency()
    made = agency.start(order())
    status, place = press(sandbox, made.id, "more_information_needed", "Where was it?")
    assert (status, place) == (303, f"/desk/agencies/dia?moved={made.id}#{made.id}")
    assert agency.read(made.id).message == "Where was it?"
    for state in ("received", "approved", "completed"):
        assert press(sandbox, made.id, state)[0] == 303
    assert agency.read(made.id).state == "completed"
    page = sandbox.http.get("/desk/agencies/dia", params={"moved": made.id}).text
    assert "Nothing more can be done" in page
    assert "Done: completed." in page


def test_the_page_says_that_it_is_a_sandbox(sandbox: Sandbox) -> None:
    page = sandbox.http.get("/", follow_redirects=True)
    assert page.url.path == "/desk"
    assert "This is not a real agency" in page.text
    for name in ("Department of Internal Affairs", "Inland Revenue", "Ministry of Social Development"):
        assert name in page.text


def test_the_page_is_sound(sandbox: Sandbox) -> None:
    for number in (2, 3):
        sandbox.agency().start(order(reference=f"ARA-2222-333{number}"))
    page = Page(sandbox.http.get("/desk/agencies/dia").text)
    assert page.lang == "en-NZ"
    assert len(page.ids) == len(set(page.ids))
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    seen = [field for field in page.fields if field.get("type") != "hidden"]
    assert sum(field.get("name") == "message" for field in seen) == 2
    assert all(field["id"] in page.labels for field in seen)
    assert {"main", "header"} <= set(page.tags)
    assert not {"script", "style"} & set(page.tags)


def test_the_front_leads_to_every_agency(sandbox: Sandbox) -> None:
    sandbox.agency().start(order())
    page = sandbox.http.get("/desk").text
    assert "1 open of 1" in page
    places = re.findall(r'href="(/desk/agencies/\w+)"', page)
    assert len(places) == 8
    assert all(sandbox.http.get(place).status_code == 200 for place in places)
    assert sandbox.http.get("/desk/agencies/nasa").status_code == 404


def test_the_desk_asks_for_the_answers_that_it_ticks(sandbox: Sandbox) -> None:
    made = sandbox.agency().start(order())
    given = {"state": "more_information_needed", "message": "Where?", "ask_for": ["baby_birth_place", "second_parent"]}
    sandbox.http.post(f"/desk/applications/{made.id}/move", data={**given, "form_token": token(sandbox)})
    assert sandbox.agency().read(made.id).wanted == ["baby_birth_place", "second_parent"]


def test_what_is_not_paid_has_no_button_to_approve_it(sandbox: Sandbox) -> None:
    made = sandbox.agency().start(order("birth-certificate"))
    page = sandbox.http.get("/desk/agencies/dia").text
    assert "$33.00, not paid yet" in page
    assert 'value="declined"' in page
    assert 'value="approved"' not in page
    sandbox.pay(made.id)
    page = sandbox.http.get("/desk/agencies/dia").text
    assert "paid. Receipt SBX-" in page
    assert 'value="approved"' in page


def test_the_page_keeps_to_itself(sandbox: Sandbox) -> None:
    answer = sandbox.http.get("/desk/agencies/dia")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "samesite=strict" in answer.headers["Set-Cookie"].lower()
    assert sandbox.http.get("/desk/desk.css").headers["content-type"].startswith("text/css")


def test_what_people_wrote_is_no_markup(sandbox: Sandbox) -> None:
    sandbox.agency().start(order(baby_birth_place="<b>1 Example Street</b>, Wellington"))
    page = sandbox.http.get("/desk/agencies/dia", params={"moved": "<i>"}).text
    assert "<b>" not in page
    assert "&lt;b&gt;1 Example Street" in page


@pytest.mark.parametrize("form_token", ["x", "0" * 64, "ā"])
def test_a_form_from_elsewhere_does_nothing(sandbox: Sandbox, form_token: str) -> None:
    made = sandbox.agency().start(order())
    status, page = press(sandbox, made.id, "completed", form_token=form_token)
    assert status == 403
    assert "Press the button again" in page
    assert sandbox.agency().read(made.id).state == "received"


def test_without_the_cookie_the_token_is_worth_nothing(sandbox: Sandbox) -> None:
    made = sandbox.agency().start(order())
    mine = token(sandbox)
    sandbox.http.cookies.clear()
    answer = sandbox.http.post(
        f"/desk/applications/{made.id}/move", data={"state": "completed", "message": "", "form_token": mine}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [("declined", 422, "Say why"), ("withdrawn", 422, "one of the buttons"), ("", 422, "one of the buttons")],
)
def test_a_wrong_press_is_explained(sandbox: Sandbox, state: str, status: int, said: str) -> None:
    made = sandbox.agency().start(order())
    found, page = press(sandbox, made.id, state)
    assert found == status
    assert said in page
    assert "<title>Error: " in page


def test_pressing_for_an_unknown_application_is_explained(sandbox: Sandbox) -> None:
    sandbox.agency().start(order())
    status, page = press(sandbox, "app_none", "completed")
    assert status == 404
    assert "No such application" in page


def test_a_name_that_points_here_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.http.get("/desk", headers={"Host": "rebound.example"}).status_code == 400
    assert sandbox.http.get("/desk/api/applications", headers={"Host": "rebound.example"}).status_code == 400


def test_a_page_elsewhere_cannot_send_json_without_saying_so(sandbox: Sandbox) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        sent = '{"agency": "dia", "kind": "error"}'
        assert sandbox.http.post("/desk/api/faults", content=sent, headers={"Content-Type": kind}).status_code == 422
    assert sandbox.http.get("/desk/api/faults").json() == []


def test_the_same_over_json(sandbox: Sandbox) -> None:
    made = sandbox.agency().start(order())
    sandbox.agency("ir").start(order("ird-number-adult"))
    (filed,) = sandbox.http.get("/desk/api/applications", params={"agency": "ir"}).json()
    assert filed["application"]["service"] == "ird-number-adult"
    assert sandbox.move(made.id, "approved")["state"] == "approved"
    for state, status in (("received", 409), ("gone", 422), ("declined", 422)):
        answer = sandbox.http.post(f"/desk/api/applications/{made.id}/move", json={"state": state})
        assert answer.status_code == status
    asked = {"state": "more_information_needed", "message": "What?", "wanted": ["shoe_size"]}
    other = sandbox.agency().start(order(reference="ARA-2222-3333"))
    assert sandbox.http.post(f"/desk/api/applications/{other.id}/move", json=asked).status_code == 422
    assert sandbox.http.post("/desk/api/applications/none/move", json={"state": "approved"}).status_code == 404
    assert "/desk/api/faults" in sandbox.http.get("/desk/openapi.json").json()["paths"]
