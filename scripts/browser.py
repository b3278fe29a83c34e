"""A Chromium for the tests that need a real browser: the one that is there, or one that is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scripts.progress import SetupError, answer, run, step

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
BUNDLED = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def find(app_python: Path) -> str | None:
    """The browser's program: the one named in PLAYWRIGHT_CHROMIUM, one in PATH, or Playwright's own."""
    chosen = os.environ.get("PLAYWRIGHT_CHROMIUM")
    if chosen:
        return chosen
    for name in NAMES:
        program = shutil.which(name)
        if program:
            return program
    bundled = answer([str(app_python), "-c", BUNDLED])
    return bundled if bundled and Path(bundled).exists() else None


def install(app_python: Path, log: Path) -> None:
    if find(app_python):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        with step("Installing Chromium for the tests (apt-get)"):
            run(["apt-get", "update", "-q"], log=log, env=quiet)
            run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], log=log, env=quiet)
        return
    try:
        with step("Installing Chromium for the tests (Playwright)"):
            run([str(app_python), "-m", "playwright", "install", "chromium"], log=log)
    except SetupError as error:
        raise SetupError(
            "The tests drive a real Chromium, and none was found or could be fetched.\n"
            "Install it from your system's packages (Debian: apt-get install chromium), or name its program in the\n"
            f"environment variable PLAYWRIGHT_CHROMIUM. Then start this again.\n\n{error}"
        ) from error
