"""What the sandbox's pages share: templates, how values read, and headers that let them load nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi.templating import Jinja2Templates

HERE = Path(__file__).parent
TEMPLATES = Jinja2Templates(HERE / "templates")


def page_headers(form_goes_to: str = "") -> dict[str, str]:
    """Headers of a page. ``form_goes_to``: an origin that its form may lead to besides this one."""
    return {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {form_goes_to}".rstrip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _words(value: object) -> str:
    return {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _label(fact: str) -> str:
    return fact.replace("_", " ").capitalize().replace("Ird", "IRD").replace("ird ", "IRD ")


TEMPLATES.env.filters["words"] = _words
TEMPLATES.env.filters["label"] = _label
TEMPLATES.env.filters["dollars"] = "${:,.2f}".format
