"""What supervisors decide counts at once, for the next thing that anybody says."""

from __future__ import annotations

import re
from collections.abc import Callable

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
