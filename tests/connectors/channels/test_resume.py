"""Coming back to a conversation with its code and its key. The assistant is off: nothing here needs it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from connectors.channels.app import assemble
from connectors.channels.wiring import House
from tests.connectors.channels.app import Browser, built


class Device(Browser):
    """A browser of its own."""

    def resume(self, code: str, key: str) -> httpx.Response:
        """Types code and key."""
        return self.post("/resume", self.get("/resume"), code=code, key=key)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(tmp_path_factory.mktemp("data")) as made:
        yield made


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
