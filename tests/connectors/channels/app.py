"""The app without the assistant: a browser without JavaScript, and the sandbox agencies where they are needed."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from catalogue import days
from connectors.channels.settings import Settings, variable
from connectors.channels.wiring import House, build
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox


class Browser:
    """A browser without JavaScript that keeps its cookies.

    Args:
        address: the one that it comes from.
    """

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self._app, self._address = app, address
        self.cookies = httpx.Cookies()

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Sends a request; gives the response as it is, without following it."""

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(self._address, 5000))
            async with httpx.AsyncClient(
                transport=transport, base_url="https://app.example", cookies=self.cookies
            ) as client:
                answer = await client.request(method, url, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(call())

    def get(self, url: str) -> str:
        """A page that is there."""
        answer = self.send("GET", url)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, url: str, page: str, **data: Any) -> httpx.Response:
        """Sends the form of a page."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf is not None
        return self.send("POST", url, data={"csrf": csrf[1], **data})


@contextlib.contextmanager
def built(
    data: Path, settings: Mapping[str, str] = MappingProxyType({}), today: Callable[[], dt.date] = days.today
) -> Iterator[House]:
    """The house on a data folder of its own, with the assistant out of reach, and ``settings`` by name."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(variable(name), raising=False)
        given = {
            "data_dir": str(data),
            "public_url": "https://app.example",
            "rasa_url": "http://127.0.0.1:9",
            "requests_a_minute": "100000",
            **settings,
        }
        for name, value in given.items():
            patch.setenv(variable(name), value)
        house = build(Settings.load(), today=today)
        yield house
        house.close()


@contextlib.contextmanager
def with_agencies(
    data: Path, folder: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[House, Sandbox]]:
    """The same, and the sandbox agencies to which it sends. No webhook reaches an app that does not listen: what is
    known comes from asking.
    """
    with running.sandbox(folder) as sandbox:
        given = {
            "sandbox_port": str(urlsplit(sandbox.url).port),
            "sandbox_client_secret": running.CLIENT_SECRET,
            "webhook_secret": running.WEBHOOK_SECRET,
            "follow_seconds": "3600",
            **settings,
        }
        with built(data, given) as house:
            yield house, sandbox
