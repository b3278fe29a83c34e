"""The citizen's pages: templates, and the few things that every page needs."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from catalogue.model import Site
from connectors.channels import marking
from connectors.channels.security import FRAMED_COOKIE, HEADERS, Forms, is_framed
from conversations import Words
from conversations.messages import Language, Message
from conversations.talk import LONGEST
from conversations.words import load

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
LANGUAGE_COOKIE = "aratohu-language"


def environment(words: Words) -> Environment:
    """The templates with their filters. GOV.UK Frontend's macros stand under ``govuk_frontend_jinja/``."""
    made = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(TEMPLATES), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "call": marking.call,
        "clock": marking.clock,
        "day": marking.day,
        "dial": marking.dial,
        "dollars": marking.dollars,
        "gone": marking.gone,
        "host": marking.host,
        "in_language": marking.in_language,
        "moment": marking.moment,
        "plain": str,
        "sentence": marking.sentence,
        "spoken": marking.spoken,
    }
    made.globals |= {
        "labels": functools.partial(marking.labels, words),
        "longest": LONGEST,
        "stages": ("now", "before", "soon", "later"),
    }
    return made


@functools.cache
def _shipped() -> Environment:
    return environment(load())


def render(messages: Sequence[Message], language: Language = "en", *, live: bool = True) -> Markup:
    """Some messages as HTML, as they stand in one turn of a conversation in ``language``.

    Args:
        live: whether what has to be answered still can be.
    """
    template = _shipped().get_template("messages.html")
    made = template.render(messages=messages, language=language, turn=None, over=None if live else "all")
    return Markup(made)  # noqa: S704 - the template escapes


@functools.cache
def fingerprint(folder: Path = STATIC) -> str:
    """A short digest of everything that pages load, so that browsers fetch anew what has changed and only that."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def framed_policy(site: Site) -> str:
    """The content security policy of a page that ``site`` may frame, and nobody else."""
    ancestors = " ".join(site.origins) or "'none'"
    return HEADERS["Content-Security-Policy"].replace("frame-ancestors 'self'", f"frame-ancestors {ancestors}")


class Pages:
    """Answers with pages. Routes name a template and its context; language, forms and build are seen to here.

    Args:
        shared: context that every page has: ``sandbox``, ``emergency`` (the crisis line to call in danger),
            ``conversation_days``, ``application_days``.
        sites: the agencies' sites on which pages may stand in a frame, by id.
        notice: gives the emergency notice that holds, if any.
    """

    def __init__(
        self,
        words: Words,
        forms: Forms,
        shared: Mapping[str, Any] | None = None,
        sites: Mapping[str, Site] | None = None,
        notice: Callable[[], Any] = lambda: None,
    ) -> None:
        self._sites = dict(sites or {})
        self._notice = notice
        self._words = words
        self._forms = forms
        self._shared = dict(shared or {})
        self._environment = environment(words)

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A whole page."""
        language, site = self.language(request), self.site(request)
        made = self._environment.get_template(template).render(
            {
                "language": language,
                "here": request.url.path,
                "site": site,
                "notice": self._notice(),
                "words": marking.labels(self._words, language),
                "csrf": self._forms.token(request),
                "build": fingerprint(),
                **self._shared,
                **context,
            }
        )
        answer = HTMLResponse(made, status_code=status)
        if site is not None:
            answer.headers["Content-Security-Policy"] = framed_policy(site)
        # Again with the answer: it carries the cookie that the token in the page belongs to.
        self._forms.token(request, answer)
        return answer

    def fragment(
        self, request: Request, template: str, *, status: int = 200, retarget: str | None = None, **context: Any
    ) -> HTMLResponse:
        """Part of a page for htmx; with ``retarget``, to stand in that element's place."""
        answer = self.page(request, template, status=status, **context)
        if retarget is not None:
            answer.headers["HX-Retarget"] = retarget
            answer.headers["HX-Reswap"] = "outerHTML"
        return answer

    def text(self, request: Request, key: str, **values: Any) -> str:
        """The words for ``key`` in the page's language."""
        return self._words.text(key, self.language(request), **values)

    def site(self, request: Request) -> Site | None:
        """The agency's site on whose page this one stands in a frame, if any."""
        return self._sites.get(request.cookies.get(FRAMED_COOKIE, "")) if is_framed(request) else None

    def agency(self, request: Request) -> str | None:
        """The agency of that site."""
        site = self.site(request)
        return site.agency if site else None

    def language(self, request: Request) -> Language:
        """The language that was chosen here, else the one that the browser asks for."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        if chosen is None:
            chosen = request.headers.get("accept-language", "").strip()[:2].lower()
        return "mi" if chosen == "mi" else "en"
