"""Coming back to a conversation with its code and its key. The assistant is off: nothing here needs it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.channels.app import assemble
from connectors.channels.settings import Settings, variable
from connectors.channels.wiring import House, build


class Device:
    """A browser of its own."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self._app, self._address = app, address
        self.cookies = httpx.Cookies()

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(self._address, 5000))
            async with httpx.AsyncClient(
                transport=transport, base_url="https://app.example", cookies=self.cookies
            ) as client:
                answer = await client.request(method, url, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(call())

    def resume(self, code: str, key: str) -> httpx.Response:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.send("GET", "/resume").text)
        assert csrf is not None
        return self.send("POST", "/resume", data={"csrf": csrf[1], "code": code, "key": key})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(variable(name), raising=False)
        patch.setenv("ARATOHU_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("ARATOHU_PUBLIC_URL", "https://app.example")
        patch.setenv("ARATOHU_RASA_URL", "http://127.0.0.1:9")
        made = build(Settings.load())
    yield made
    made.close()


@pytest.fixture
def app(house: House) -> FastAPI:
    return assemble(house)


def left(house: House) -> tuple[str, str, str]:
    """A conversation that was left: its id, its code and its key."""
    conversation, _ = house.store.open()
    house.talk.greet(conversation.id)
    return conversation.id, house.store.code(conversation.id), house.store.new_key(conversation.id)


def test_another_device_goes_on_and_the_first_one_stays(house: House, app: FastAPI) -> None:
    conversation, first = house.store.open()
    house.talk.greet(conversation.id)
    code, key = house.store.code(conversation.id), house.store.new_key(conversation.id)
    phone = Device(app)
    answer = phone.resume(f" {code.lower()} ", key.replace("-", " ").lower())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/chat"
    # Nothing that opens it stands in an address.
    assert key not in answer.headers["location"]
    assert "Kia ora" in phone.send("GET", "/chat").text
    assert house.store.find(conversation.id, first).id == conversation.id


def test_over_the_api(house: House, app: FastAPI) -> None:
    id, code, key = left(house)
    opened = Device(app).send("POST", "/api/v1/conversations/resume", json={"code": code, "key": key}).json()
    assert opened["id"] == id
    assert opened["messages"][0]["text"].startswith("Kia ora")
    headers = {"Authorization": f"Bearer {opened['token']}"}
    assert Device(app).send("GET", f"/api/v1/conversations/{id}", headers=headers).status_code == 200


def test_a_new_key_replaces_the_old_one(house: House, app: FastAPI) -> None:
    id, code, old = left(house)
    new = house.store.new_key(id)
    assert Device(app).resume(code, old).status_code == 422
    assert Device(app).resume(code, new).status_code == 303


def test_wrong_and_empty_ones_open_nothing(house: House, app: FastAPI) -> None:
    _, code, key = left(house)
    _, other_code, other_key = left(house)
    for tried in ((code, ""), ("", key), (code, "A" * 16), (code, other_key), (other_code, key)):
        answer = Device(app).resume(*tried)
        assert answer.status_code == 422, tried
        assert "There is no conversation with this code and key" in answer.text
    wrong = Device(app).send("POST", "/api/v1/conversations/resume", json={"code": code, "key": "x"})
    assert wrong.status_code == 404
    assert wrong.headers["content-type"] == "application/problem+json"


def test_a_conversation_that_never_asked_for_a_key_is_opened_by_none(house: House, app: FastAPI) -> None:
    conversation, _ = house.store.open()
    code = house.store.code(conversation.id)
    assert Device(app).resume(code, "").status_code == 422


def test_guessing_is_stopped_from_one_place_and_from_many(house: House, app: FastAPI) -> None:
    _, code, key = left(house)
    answers = [Device(app, f"10.0.0.{number}").resume(code, "A" * 16).status_code for number in range(12)]
    assert answers.count(422) == 10
    assert answers[-1] == 429
    # Even the right key has to wait then.
    assert Device(app, "10.0.1.1").resume(code, key).status_code == 429
    _, other, right = left(house)
    one_place = [Device(app, "10.9.9.9").resume(f"CODE{number:04}", "A" * 16).status_code for number in range(22)]
    assert one_place[-1] == 429
    assert Device(app, "10.9.9.9").resume(other, right).status_code == 429
    assert Device(app, "10.9.9.10").resume(other, right).status_code == 303


def test_a_forgotten_conversation_leaves_no_token(house: House, app: FastAPI) -> None:
    import datetime as dt

    from storage import now

    _, code, key = left(house)
    device = Device(app)
    device.resume(code, key)
    house.store.forget(now() + dt.timedelta(days=1))
    assert device.send("GET", "/chat").status_code == 303
    assert Device(app).resume(code, key).status_code == 422
