"""Sixty written calls, streamed line by line as a telephone system would: what is suggested, and how fast."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.main_job.running import Running
from tests.main_job.staff import Console, command

pytestmark = [pytest.mark.programs]

Staffed = Callable[..., Console]

CALLS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "data" / "calls.yml").read_text("utf-8"))


LIMIT = 150.0
"""Milliseconds from an utterance to its hint, for 95 of 100 of all utterances of the sixty calls, as measured."""
TRIES = 3
"""Whole replays, at most. The best counts: whatever else runs on the machine can only make a replay slower, so that one
within the limit shows that it can be kept. Each replay's figures are printed, and none is divided by anything.
"""


def test_sixty_calls_are_recognised_by_the_second_utterance_and_at_once(running: Running, staffed: Staffed) -> None:
    """The right event among the first three by the second utterance in 90 %; 95 % of hints within 150 ms."""
    assert len(CALLS) == 60
    console = staffed()
    p95s: list[float] = []
    while len(p95s) < TRIES and min(p95s, default=LIMIT + 1) > LIMIT:
        missed, times = replay(console, running)
        p95s.append(times[int(len(times) * 0.95)])
        print(  # noqa: T201
            f"\nreplay {len(p95s)}: {len(CALLS) - len(missed)} of {len(CALLS)} calls, {len(times)} utterances; "
            f"p50 {times[len(times) // 2]:.0f} ms, p95 {p95s[-1]:.0f} ms, most {times[-1]:.0f} ms"
        )
        # Recognising does not depend on how busy the machine is: no replay may miss more.
        assert len(missed) <= 6, missed
    assert min(p95s) <= LIMIT, p95s


def replay(console: Console, running: Running) -> tuple[list[tuple[str, list[str], str]], list[float]]:
    """Streams all calls; gives those that were not recognised by the second utterance, and all times in ms, sorted."""
    missed = []
    times: list[float] = []
    for call in CALLS:
        hints = play(console, running, call["says"])
        times += [float(hint["took_ms"]) for hint in hints]
        found = [one["event"] for one in hints[1]["events"][:3]]
        if call["event"] not in found:
            missed.append((call["event"], found, call["says"][1]))
    return missed, sorted(times)


def play(console: Console, running: Running, says: list[str]) -> list[dict[str, Any]]:
    """Streams a call; gives the hint after each line."""
    address = f"{console.socket}/api/v1/desk/calls/{console.call()}/transcript"
    cookies = {"Cookie": console.cookies()}
    hints = []
    with connect(address, additional_headers=cookies, origin=Origin(running.address)) as socket:
        for line in says:
            socket.send(json.dumps({"text": line, "by": "caller"}))
            hints.append(json.loads(socket.recv(timeout=30)))
            for one in hints[-1]["events"]:
                assert 0 < one["confidence"] <= 1
                assert all(word["text"] in line for word in one["words"])
    return hints


def test_a_hint_says_what_to_do(running: Running, staffed: Staffed) -> None:
    console = staffed()
    call = console.call()
    page = console.post(f"/console/conversations/{call}/heard", text="hello there\nmy dad died on tuesday").text
    hints = page[page.index('id="hints"') :]
    assert "Someone has died" in hints
    assert "<mark>" in hints
    assert "Ask next" in hints
    assert "Needs:" in hints
    crisis = console.post(f"/console/conversations/{call}/heard", text="i want to kill myself").text
    assert "This may be a crisis" in crisis
    assert "1737" in crisis
    turns = [part for part in crisis.split('<li id="turn-') if "turn--assistant" in part]
    assert turns == [], "it never acts by itself"


def test_nobody_else_can_stream_into_a_call(running: Running, staffed: Staffed) -> None:
    console, other = staffed(), staffed()
    address = f"{console.socket}/api/v1/desk/calls/{console.call()}/transcript"
    strangers: list[dict[str, Any]] = [
        {},
        {"additional_headers": {"Cookie": console.cookies()}, "origin": Origin("https://elsewhere.example")},
        {"additional_headers": {"Cookie": other.cookies()}, "origin": Origin(running.address)},
        {"additional_headers": {"Authorization": "Bearer wrong"}},
    ]
    for options in strangers:
        with connect(address, **options) as socket, pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)


def test_a_telephone_system_streams_with_its_token(running: Running, staffed: Staffed) -> None:
    made = command(running, "desk", f"phones-{secrets.token_hex(3)}", "--team", "general")
    token = made.split("token: ")[1].split()[0]
    console = staffed()
    address = f"{console.socket}/api/v1/desk/calls/{console.call()}/transcript"
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        socket.send(json.dumps({"text": "we're getting married in march", "by": "caller"}))
        assert json.loads(socket.recv(timeout=30))["events"][0]["event"] == "getting_married"
        socket.send(json.dumps({"text": "congratulations", "by": "adviser"}))
        assert json.loads(socket.recv(timeout=30))["heard"] is True
        socket.send(json.dumps(["nonsense"]))
        assert "error" in json.loads(socket.recv(timeout=30))


def test_checking_and_starting_for_a_caller_keeps_that_they_agreed_by_voice(running: Running, staffed: Staffed) -> None:
    console = staffed()
    call = console.call()
    console.post(f"/console/conversations/{call}/event", event="having_a_baby")
    asked = console.http.get(f"/console/conversations/{call}/check").text
    fact = re.search(r'name="fact" value="([^"+]+)"', asked)
    assert fact is not None
    again = console.post(f"/console/conversations/{call}/fact", fact=fact[1], unknown="1").text
    assert f'name="fact" value="{fact[1]}"' not in again
    listed = None
    for _ in range(20):
        listed = re.search(r'name="fact" value="([^"+]+\+[^"]+)"', again)
        if listed is not None:
            break
        fact = re.search(r'name="fact" value="([^"+]+)"', again)
        assert fact is not None
        again = console.post(f"/console/conversations/{call}/fact", fact=fact[1], unknown="1").text
    assert listed is not None
    nothing = console.post(f"/console/conversations/{call}/fact", fact=listed[1])
    assert (nothing.status_code, "Tick what is true" in nothing.text) == (422, True)
    ticked = console.post(f"/console/conversations/{call}/fact", fact=listed[1], tick=listed[1].split("+")[0]).text
    assert f'value="{listed[1]}"' not in ticked
    form = console.http.get(f"/console/conversations/{call}/start/birth-certificate").text
    assert "Read this out" in form
    fields = re.findall(r'name="(fact-\w+)"', form)
    assert "problem" in console.post(f"/console/conversations/{call}/start/birth-certificate").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', form)
    assert nonce is not None
    given = {field: _answer(form, field) for field in fields}
    done = console.post(
        f"/console/conversations/{call}/start/birth-certificate", consent="yes", nonce=nonce[1], **given
    )
    assert "ARA-" in done.text, done.text[:3000]
    reference = re.search(r"ARA-\w{4}-\w{4}", done.text)
    assert reference is not None
    followed = console.post("/console/search", wanted=reference[0].lower()).text
    assert "Birth certificate" in followed or "birth certificate" in followed


def _answer(form: str, field: str) -> str:
    options = re.search(rf'<select[^>]*name="{field}">(.*?)</select>', form)
    if options is not None:
        values = re.findall(r'<option(?: value="([^"]*)")?>([^<]*)', options[1])
        return str(next(value or text for value, text in values if value or text))
    known = {"fact-email": "mere@example.co.nz", "fact-phone": "021 123 4567"}
    if "date" in field:
        return "1 11 2026"
    if "address" in field:
        return "12 Cuba Street, Te Aro, Wellington 6011"
    return known.get(field, "Aroha Ngata")
