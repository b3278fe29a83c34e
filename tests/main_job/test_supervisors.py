"""What supervisors decide counts at once, for the next thing that anybody says."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable

import httpx
import pytest

from tests.main_job.running import Running, Talking
from tests.main_job.staff import Console

pytestmark = [pytest.mark.programs]

Staffed = Callable[..., Console]


def test_what_is_switched_off_is_off_at_once(running: Running, staffed: Staffed) -> None:
    boss = staffed("adviser", "supervisor")
    with running.api() as api:
        talking = Talking(api)
        talking.say("we've got a little one on the way")
        assert boss.post("/console/switch", what="service:register-birth", reason="wrong form").status_code == 200
        try:
            said = talking.choose("start:register-birth")["messages"]
            assert "can't help with" in said[0]["text"]
            assert said[1]["type"] == "service"
            assert [choice["id"] for choice in said[1]["choices"]] == ["person"]
            assert talking.choose("start:birth-certificate")["messages"][-1]["type"] == "notice", "the others go on"
        finally:
            boss.post("/console/switch", what="service:register-birth", on="true")
        assert talking.choose("start:register-birth")["messages"][-1]["type"] == "notice"

        at_dia = Talking(api, agency="dia")
        boss.post("/console/switch", what="agency:dia", reason="drill")
        try:
            said = at_dia.say("we've got a little one on the way")["messages"]
            assert "switched off for Department of Internal Affairs" in said[0]["text"]
            assert said[1]["type"] == "handover"
        finally:
            boss.post("/console/switch", what="agency:dia", on="true")
        assert at_dia.say("we've got a little one on the way")["decision"] == "accept"
    assert boss.post("/console/switch", what="agency:nobody").status_code == 422
    assert staffed().post("/console/switch", what="everything").status_code == 403


CERTIFICATE = {
    "service": "birth-certificate",
    "answers": {
        "certificate_name": "Aroha Ngata",
        "certificate_birth_date": "1990-03-27",
        "full_name": "Aroha Ngata",
        "postal_address": "12 Rātā Street, Taupō 3330",
        "email": "aroha@example.nz",
    },
    "consent": {"agreed": True},
}


def test_what_is_switched_off_is_offered_nowhere_and_the_other_ways_are_told(
    running: Running, staffed: Staffed
) -> None:
    boss, name = staffed("adviser", "supervisor"), "birth-certificate"
    with running.api() as api, httpx.Client(base_url=running.address, follow_redirects=True, timeout=60) as person:
        before = {"Idempotency-Key": f"before-{secrets.token_hex(4)}"}
        taken = api.post("/applications", json=CERTIFICATE, headers=before)
        assert taken.status_code == 202
        chat = say(person, "we've got a little one on the way")
        assert f'value="start:{name}"' in chat
        assert re.search(rf'value="start:[^"]*\+{name}[+"]', chat), "with the others, too"
        talking = Talking(api)
        talking.say("we've got a little one on the way")
        switch = {"what": f"service:{name}"}
        assert boss.post("/console/switch", **switch, reason="wrong form").status_code == 200
        try:
            # What was shown before, and what is shown from now on.
            for page in (person.get("/chat").text, say(person, "show me the plan")):
                assert not re.search(rf'value="start:[^"]*{name}[+"]', page)
                assert 'value="start:register-birth"' in page, "the others can be started"
                assert "start this here just now" in html.unescape(page)
                assert f'href="/go/{name}"' in page
            of_service = html.unescape(person.get(f"/services/{name}").text)
            assert "Start this with Aratohu" not in of_service
            assert "start this here just now" in of_service
            assert f'href="/go/{name}"' in of_service
            assert "Start this with Aratohu" in person.get("/services/register-birth").text

            whole = api.get(f"/conversations/{talking.id}", headers=talking.headers).text
            assert f"start:{name}" not in whole
            talking.say("show me the plan")
            step = next(one for one in talking.last("plan")["steps"] if one["service"] == name)
            assert [one["id"] for one in step["choices"]] == [f"about:{name}"]
            assert step["way"]["page"]["url"].startswith("https://")
            assert step["way"]["phone"]["text"]

            off = {one["id"]: one["off"] for one in api.get("/services").json()}
            assert [id for id, is_off in off.items() if is_off] == [name]
            way = api.get(f"/services/{name}/start").json()
            assert way["off"]
            assert way["kind"] != "api"
            refused = api.post("/applications", json=CERTIFICATE, headers={"Idempotency-Key": secrets.token_hex(8)})
            assert refused.status_code == 409
            assert way["url"] in refused.json()["errors"][0]["message"]
            consent = {"dia": {"agreed": True}}
            together = {"services": [name], "answers": CERTIFICATE["answers"], "consents": consent}
            key = {"Idempotency-Key": secrets.token_hex(8)}
            assert api.post("/applications/together", json=together, headers=key).status_code == 409
            again = api.post("/applications", json=CERTIFICATE, headers=before)
            assert again.json()["reference"] == taken.json()["reference"], "what was taken in stays taken in"

            # A person may still do it for somebody, and is told.
            call = boss.call()
            boss.post(f"/console/conversations/{call}/event", event="having_a_baby")
            assert (
                "switched off for this service: wrong form"
                in boss.http.get(f"/console/conversations/{call}/start/{name}").text
            )
        finally:
            boss.post("/console/switch", **switch, on="true")
        assert f'value="start:{name}"' in person.get("/chat").text
        assert api.post("/applications/together", json=together, headers=key).status_code == 202


def say(person: httpx.Client, text: str) -> str:
    """Says something in the chat without JavaScript; gives the page that comes."""
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/").text)
    assert csrf is not None
    return person.post("/chat", data={"csrf": csrf[1], "text": text}).text


def test_written_answers_reach_the_adviser_who_needs_them(running: Running, staffed: Staffed) -> None:
    boss, adviser = staffed("supervisor"), staffed()
    given = {
        "title": "Passport in a hurry",
        "en": "An urgent passport takes three working days.",
        "mi": "E toru ngā rā mahi mō te uruwhenua tere.",
        "owner": "Passports",
        "source": "https://www.passports.govt.nz/urgent",
        "review_on": "2026-01-01",
        "life_event": "going_overseas",
    }
    assert boss.post("/console/answers", **{**given, "source": "somebody"}).status_code == 422
    assert boss.post("/console/answers", **given).status_code == 200
    call = adviser.call()
    page = adviser.post(f"/console/conversations/{call}/heard", text="we fly to fiji and my passport has run out").text
    assert given["en"] in page
    assert given["mi"] in page
    assert "due for review" in page
    assert "passports.govt.nz" in page


def test_notice_teams_and_staff_are_set_in_the_console(running: Running, staffed: Staffed) -> None:
    boss, adviser = staffed("supervisor", "adviser"), staffed()
    text = "Flooding in Te Tai Tokerau. Ring 111 if you are in danger."
    assert text in boss.post("/console/notice", en=text, hours="1").text
    refused = boss.post("/console/notice", en=text, link="https://elsewhere.example/")
    assert refused.status_code == 422
    assert text not in boss.post("/console/notice", down="true").text
    hours = {"from-0": "09:00", "to-0": "12:00"}
    saved = boss.post("/console/teams", name="Evening team", agency="ir", region="WGN", **hours).text
    assert "Evening team" in saved
    assert "Mon 09:00–12:00" in saved
    assert boss.post("/console/teams", name="Wrong", **{"from-0": "12:00", "to-0": "09:00"}).status_code == 422
    staff = boss.http.get("/console/staff").text
    found = re.search(rf'action="/console/staff/(\w+)"(?:(?!</form>).)*?{adviser.login}', staff, re.DOTALL)
    assert found is not None
    assert boss.post(f"/console/staff/{found[1]}", roles="adviser").status_code == 200, "without “may sign in”"
    assert adviser.http.get("/console").url.path == "/console/sign-in"
    live = boss.http.get("/console/live").text
    assert "Left before they were taken" in live
