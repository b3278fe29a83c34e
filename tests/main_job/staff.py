"""Staff for the tests of the console: accounts on the running app's database, and browsers that are signed in."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from tests.main_job.running import ROOT, Running

PASSWORD = "tui on a flax stem"


def add(running: Running, *roles: str, team: str | None = None) -> str:
    """A new account; gives its login name."""
    login = f"a{secrets.token_hex(4)}"
    options = [word for role in roles for word in ("--role", role)] + (["--team", team] if team else [])
    command(running, "add", login, "--name", login.title(), "--language", "en", "--language", "mi", *options)
    return login


def command(running: Running, *words: str) -> str:
    """Runs ``./aratohu adviser``; gives what it said."""
    done = subprocess.run(
        [ROOT / "aratohu", "adviser", *words],
        input=PASSWORD + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={
            **os.environ,
            "ARATOHU_DATA_DIR": str(running.data),
            "ARATOHU_PORT": str(running.port),
            "ARATOHU_RASA_PORT": str(running.rasa_port),
            "ARATOHU_SANDBOX_PORT": str(running.sandbox_port),
        },
    )
    return done.stdout


def sign_in(browser: Browser, running: Running, login: str, *, here: bool = True, **context: Any) -> Page:
    """A page of a browser of its own in which ``login`` is signed in."""
    made: BrowserContext = browser.new_context(
        base_url=running.address, viewport=context.pop("viewport", {"width": 1280, "height": 900}), **context
    )
    page = made.new_page()
    page.goto("/console")
    page.get_by_label("Login name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console")
    if here:
        page.get_by_role("button", name="I am here").click()
        page.get_by_role("button", name="Go away").wait_for()
    return page


def leave(page: Page) -> None:
    """Goes away, so that nobody is offered to the next test's people, and closes the browser."""
    if not page.is_closed():
        page.goto("/console/keys")
        csrf = page.locator("body").get_attribute("data-csrf") or ""
        page.request.post("/console/presence", form={"csrf": csrf, "presence": "away"})
    page.context.close()


class Console:
    """An adviser's session without a browser."""

    def __init__(self, running: Running, *roles: str) -> None:
        self.http = httpx.Client(base_url=running.address, follow_redirects=True, timeout=60)
        self.socket = running.address.replace("http", "ws")
        self.login = add(running, *roles)
        self.post("/console/sign-in", login=self.login, password=PASSWORD)

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/console/sign-in").text)
        assert found is not None
        return found[1]

    def post(self, path: str, **form: Any) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf(), **form})

    def call(self) -> str:
        """Begins a call; gives its conversation."""
        return self.post("/console/calls", channel="call").url.path.rpartition("/")[2]

    def cookies(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
