from __future__ import annotations

import httpx
import pytest

from cases.agency import AgencyUnavailable, NotAccepted
from connectors.agencies.connections import Connection
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


def test_a_connected_agency_goes_before_the_sandbox() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        return httpx.Response(422, json={"title": "No"})

    dia = Connection(
        agency="dia",
        address="https://api.agency.example/v1",
        token_url="https://login.agency.example/token",
        client_id="me",
        client_secret="hush",
        webhook_secret="",
        services=("register-birth",),
        callback_url="https://app.example/dia",
    )
    transport = httpx.MockTransport(answer)
    with Directory("https://sandbox.example", "aratohu", "s", connected={"dia": dia}, transport=transport) as directory:
        for agency in ("dia", "msd"):
            with pytest.raises(NotAccepted):
                directory.agency(agency).start(order())
    assert [str(one.url) for one in asked] == [
        "https://login.agency.example/token",
        "https://api.agency.example/v1/applications",
        "https://sandbox.example/msd/v1/oauth/token",
        "https://sandbox.example/msd/v1/applications",
    ]
    assert asked[0].headers["authorization"] == httpx.BasicAuth("me", "hush")._auth_header
    assert b'"callback_url":"https://app.example/dia"' in asked[1].read()


def test_an_agency_that_nobody_plays_is_out_of_reach_and_no_error() -> None:
    with Directory(None, "aratohu", "s") as directory, pytest.raises(AgencyUnavailable, match="not connected"):
        directory.agency("dia")
