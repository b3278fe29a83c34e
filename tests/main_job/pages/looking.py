"""What is looked at in every state of every page: accessibility rules, reflow, focus, titles, reading grade."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import textstat
from playwright.sync_api import Page

from tests.main_job.running import ROOT

ARTEFACTS = ROOT / "artefacts"
LOOKS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "node_modules" / "axe-core" / "axe.min.js", Path(__file__).parent / "looks.js")
)
"""axe-core, and what else is asked of a page."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""All rules of axe-core for level A and AA."""


@dataclass
class Looker:
    """Looks at states, and keeps what is wrong until all have been seen."""

    language: str
    wrong: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def look(self, page: Page, state: str, *, grade: bool = False, picture: bool = True) -> None:
        """Looks at the page as it stands now.

        Args:
            grade: whether the page's own words must be readable at grade 8; left out where the catalogue speaks.
        """
        self.seen.append(state)
        if page.evaluate("typeof looks") == "undefined":
            page.evaluate(LOOKS)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            self.note(state, scheme, page.evaluate("(tags) => looks.broken(tags)", RULES))
        page.emulate_media(color_scheme="light")
        self.note(state, "focus", page.evaluate("looks.focus()"))
        self._head(page, state)
        size = page.viewport_size or {"width": 1280, "height": 900}
        if picture:
            self._picture(page, state)
        page.set_viewport_size({"width": 320, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            self.note(state, "320 px", [f"scrolls sideways: {wide}"])
        if picture:
            self._picture(page, state)
        page.set_viewport_size(size)
        if grade and self.language == "en":
            self._grade(page, state)

    def note(self, state: str, where: str, problems: list[str]) -> None:
        """Keeps what is wrong."""
        self.wrong += [f"{state} ({self.language}, {where}): {problem}" for problem in problems]

    def _head(self, page: Page, state: str) -> None:
        title = page.title()
        problems = [] if re.search(r"\w.* – Aratohu$", title) else [f"title: {title!r}"]
        if page.locator("h1").count() != 1:
            problems.append(f"{page.locator('h1').count()} first headings")
        if page.locator("html").get_attribute("lang") != self.language:
            problems.append("the page does not say its language")
        self.note(state, "head", problems)

    def _grade(self, page: Page, state: str) -> None:
        parts = page.locator("main :is(p, li, h1, h2, h3, label)").all_inner_texts()
        text = " ".join(
            part.strip() if part.strip()[-1:] in ".?:" else f"{part.strip()}." for part in parts if part.strip()
        )
        # By letters and not by syllables, whose dictionary would have to be fetched.
        grades = textstat.automated_readability_index(text), textstat.coleman_liau_index(text)
        if max(grades) > 8:
            self.note(state, "reading", [f"grades {grades}"])

    def _picture(self, page: Page, state: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=ARTEFACTS / f"{state}-{self.language}-{width}.png", caret="initial")


def said(page: Page, number: int) -> None:
    """Waits until the log has ``number`` turns, and the scripts have seen them."""
    page.locator("#log > li[id][data-seen]").nth(number - 1).wait_for(timeout=30_000)


def answer(page: Page, kind: str, timeout: float = 30_000) -> Any:
    """Waits until the newest turn has a message of that kind."""
    newest = page.locator("#log > li[id]").last.locator(f".message--{kind}").last
    newest.wait_for(state="attached", timeout=timeout)
    return newest
