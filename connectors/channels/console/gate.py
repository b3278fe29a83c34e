"""Who is asking: the session of a member of staff, and what their roles let them do."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from connectors.channels.problems import Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations.desk.staff import Adviser, Role
from conversations.desk.teams import GENERAL

HOME = "/console"


class SignInFirst(Exception):
    """There is no session; the person is sent to sign in."""


class Refused(Exception):
    """The identity provider did not vouch for the person, or what came back is no answer to what we asked."""


class Gate:
    """Lets staff in. Every route of the console asks it first."""

    def __init__(self, house: House, pages: Pages, forms: Forms) -> None:
        self.house = house
        self.desk = house.desk
        self.forms = forms
        self._pages = pages
        self.cookie = "__Host-aratohu-staff" if house.settings.is_secure else "aratohu-staff"

    def who(self, request: Request, role: Role | None = None, *, used: bool = True) -> Adviser:
        """The adviser whose session this is.

        Raises:
            SignInFirst: where there is none.
            Problem: 403 where they have not the role.
        """
        adviser = self.desk.staff.session(request.cookies.get(self.cookie, ""), used=used)
        if adviser is None:
            raise SignInFirst
        if role is not None and not adviser.may(role):
            raise Problem(403, "Not for you", f"This is for people with the role {role}. Ask a supervisor for it.")
        return adviser

    def acting(self, request: Request, csrf: str, role: Role | None = None) -> Adviser:
        """The adviser who sends a form of ours.

        Raises:
            Problem: 403 where the form is not ours, or they have not the role.
        """
        adviser = self.who(request, role)
        self.forms.check(request, csrf)
        return adviser

    def enter(self, answer: Response, secret: str) -> Response:
        """Begins a session in this browser."""
        self.forms.set_cookie(answer, self.cookie, secret)
        return answer

    def page(self, request: Request, template: str, adviser: Adviser, *, status: int = 200, **context: Any) -> Response:
        """A page of the console, with what each of them shows at the top."""
        held = self.desk.handovers.queue.held(adviser.id)
        waiting = self.desk.handovers.queue.waiting(adviser)
        return self._pages.page(
            request,
            f"console/{template}",
            status=status,
            adviser=adviser,
            held=held,
            waiting=waiting,
            events_by_id=self.house.catalogue.life_events,
            agencies=self.house.catalogue.agencies,
            teams=self.desk.teams.all(),
            general=GENERAL,
            **context,
        )

    def fragment(self, request: Request, template: str, **context: Any) -> Response:
        """Part of a page."""
        return self._pages.fragment(request, f"console/{template}", **context)


def back(path: str) -> RedirectResponse:
    """To another page, after something was done."""
    return RedirectResponse(path, status_code=303)
