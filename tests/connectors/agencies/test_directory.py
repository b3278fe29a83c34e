from __future__ import annotations

import httpx
import pytest

from cases.agency import NotAccepted
from connectors.agencies.directory import Directory
from tests.connectors.agencies.running import CLIENT_SECRET, Sandbox, order


def test_each_agency_is_reached_at_its_own_address(sandbox: Sandbox) -> None:
    with Directory(sandbox.url, "aratohu", CLIENT_SECRET) as directory:
        directory.agency("dia").start(order())
        directory.agency("ir").start(order("child-ird-number"))
    assert sorted(filed["agency"] for filed in sandbox.filed()) == ["dia", "ir"]


def test_a_client_is_made_once() -> None:
    directory = Directory("http://127.0.0.1:1/", "aratohu", "secret")
    assert directory.agency("dia") is directory.agency("dia")
    assert directory.agency("dia") is not directory.agency("ir")
    directory.close()


def test_each_agency_is_told_its_own_callback_address() -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        bodies.append(request.read())
        return httpx.Response(422, json={"title": "No"})

    directory = Directory(
        "https://a.example", "aratohu", "s", "http://127.0.0.1/{agency}/x", transport=httpx.MockTransport(answer)
    )
    with pytest.raises(NotAccepted):
        directory.agency("msd").start(order())
    assert b'"callback_url":"http://127.0.0.1/msd/x"' in bodies[0]
