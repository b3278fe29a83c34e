"""What supervisors do: see how it goes, put up a notice, switch off, look after answers, teams, staff and quality."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from catalogue.days import AOTEAROA
from catalogue.model import Text
from connectors.channels.console.gate import Gate, back
from connectors.channels.problems import Problem
from conversations.desk.reception import describe
from conversations.desk.reviews import QUESTIONS
from conversations.desk.staff import ROLES, BadAccount, NotAllowed
from conversations.desk.switches import Kind
from conversations.desk.teams import Team
from conversations.desk.written import WrittenAnswer
from storage import now

KINDS: tuple[Kind, ...] = ("everything", "agency", "service")


def router(gate: Gate) -> APIRouter:
    """The supervisors' addresses."""
    routes = APIRouter(include_in_schema=False)
    desk, house = gate.desk, gate.house

    @routes.get("/console/live", response_class=HTMLResponse)
    def live(request: Request) -> Response:
        adviser = gate.who(request, "supervisor")
        return gate.page(request, "live.html", adviser, **_live())

    @routes.get("/console/live/part", response_class=HTMLResponse)
    def live_part(request: Request) -> Response:
        adviser = gate.who(request, "supervisor", used=False)
        return gate.page(request, "live-part.html", adviser, **_live())

    @routes.get("/console/controls", response_class=HTMLResponse)
    def controls(request: Request) -> Response:
        adviser = gate.who(request, "supervisor")
        return gate.page(
            request,
            "controls.html",
            adviser,
            notice=desk.notices.current(),
            switches=desk.switches.all(),
            services=house.catalogue.services,
            names={one.id: one.name for one in desk.staff.all()},
        )

    @routes.post("/console/notice", response_class=HTMLResponse)
    def notice(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        en: Annotated[str, Form(max_length=500)] = "",
        mi: Annotated[str, Form(max_length=500)] = "",
        link: Annotated[str, Form(max_length=500)] = "",
        hours: Annotated[int, Form(ge=0, le=720)] = 24,
        down: Annotated[bool, Form()] = False,
    ) -> Response:
        adviser = gate.acting(request, csrf, "supervisor")
        if down:
            desk.notices.take_down()
            desk.staff.log(adviser.id, "notice taken down")
            return back("/console/controls")
        if not en.strip():
            raise Problem(422, "The notice is empty", "Write in one or two sentences what people must know.")
        if link and not house.catalogue.is_official(link):
            raise Problem(422, "That link is not official", "Link to a page of an agency that is in the catalogue.")
        until = now() + dt.timedelta(hours=hours) if hours else None
        desk.notices.show(adviser.id, Text(en=en.strip(), mi=mi.strip() or None), link or None, until)
        desk.staff.log(adviser.id, "notice put up")
        return back("/console/controls")

    @routes.post("/console/switch", response_class=HTMLResponse)
    def switch(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        what: Annotated[str, Form(max_length=100)] = "",
        reason: Annotated[str, Form(max_length=200)] = "",
        on: Annotated[bool, Form()] = False,
    ) -> Response:
        """Switches the assistant off or on. ``what`` is ``everything``, ``agency:<id>`` or ``service:<id>``."""
        adviser = gate.acting(request, csrf, "supervisor")
        name, _, subject = what.partition(":")
        known = {"everything": {""}, "agency": set(house.catalogue.agencies), "service": set(house.catalogue.services)}
        kind = next((one for one in KINDS if one == name), None)
        if kind is None or subject not in known[kind]:
            raise Problem(422, "What is to be switched?", "Choose the assistant as a whole, an agency or a service.")
        if on:
            desk.switches.on(kind, subject)
        else:
            desk.switches.off(kind, subject, reason.strip() or "no reason given", adviser.id)
        desk.staff.log(adviser.id, "switched on" if on else "switched off", subject or "everything")
        return back("/console/controls")

    @routes.get("/console/answers", response_class=HTMLResponse)
    def answers(request: Request, edit: int = 0) -> Response:
        adviser = gate.who(request)
        shown = desk.answers.get(edit) if edit and adviser.may("supervisor") else None
        return gate.page(
            request,
            "answers.html",
            adviser,
            answers=desk.answers.all(),
            today=house.rooms.today(),
            shown=shown,
            error="",
        )

    @routes.post("/console/answers", response_class=HTMLResponse)
    async def save_answer(request: Request) -> Response:
        form = {name: str(value).strip() for name, value in (await request.form()).items()}
        adviser = gate.acting(request, form.pop("csrf", ""), "supervisor")
        if form.get("remove"):
            desk.answers.remove(int(form["id"]))
            return back("/console/answers")
        given: dict[str, Any] = {name: value for name, value in form.items() if value}
        try:
            answer = WrittenAnswer.model_validate(given)
        except ValidationError as error:
            fields = sorted({str(one["loc"][0]) for one in error.errors()})
            said = f"Mend this: {', '.join(fields)}. The source is an address that begins with https://."
            return gate.page(
                request,
                "answers.html",
                adviser,
                status=422,
                answers=desk.answers.all(),
                today=house.rooms.today(),
                shown=form,
                error=said,
            )
        desk.answers.save(answer, adviser.id)
        desk.staff.log(adviser.id, "saved answer", answer.title[:64])
        return back("/console/answers")

    @routes.get("/console/teams", response_class=HTMLResponse)
    def teams(request: Request) -> Response:
        adviser = gate.who(request, "supervisor")
        return gate.page(request, "teams.html", adviser, describe=describe, at=now(), error="")

    @routes.post("/console/teams", response_class=HTMLResponse)
    async def save_team(request: Request) -> Response:
        form = await request.form()
        given = {name: str(value).strip() for name, value in form.items()}
        adviser = gate.acting(request, given.get("csrf", ""), "supervisor")
        hours = {
            str(day): [given[f"from-{day}"], given[f"to-{day}"]]
            for day in range(7)
            if given.get(f"from-{day}") and given.get(f"to-{day}")
        }
        agency = given.get("agency") or None
        try:
            team = Team(
                id=given.get("id") or (agency or given.get("name", "").lower().replace(" ", "-"))[:64],
                name=given.get("name") or "",
                agency=agency if agency in house.catalogue.agencies else None,
                hours=hours,
                region=given.get("region") or None,
                on_holidays=bool(given.get("on_holidays")),
                overflow=given.get("overflow") or None,
                overflow_minutes=int(given.get("overflow_minutes") or 5),
            )
            if not team.id or not team.name:
                raise ValueError("name")
        except ValueError:
            said = "Give the team a name, and opening hours such as 08:30 to 17:00, closing after opening."
            return gate.page(request, "teams.html", adviser, status=422, describe=describe, at=now(), error=said)
        desk.teams.save(team)
        desk.staff.log(adviser.id, "saved team", team.id)
        return back("/console/teams")

    @routes.get("/console/staff", response_class=HTMLResponse)
    def staff(request: Request) -> Response:
        adviser = gate.who(request, "supervisor")
        return gate.page(request, "staff.html", adviser, staff=desk.staff.all(), roles=ROLES, log=desk.staff.logged(50))

    @routes.post("/console/staff/{id}", response_class=HTMLResponse)
    def change(
        request: Request,
        id: str,
        csrf: Annotated[str, Form()] = "",
        roles: Annotated[list[str] | None, Form()] = None,
        team: Annotated[list[str] | None, Form()] = None,
        active: Annotated[bool, Form()] = False,
    ) -> Response:
        adviser = gate.acting(request, csrf, "supervisor")
        kept = [one for one in roles or [] if one in ROLES]
        known = desk.teams.all()
        if id == adviser.id and ("supervisor" not in kept or not active):
            raise Problem(422, "Not your own", "Another supervisor must take your role away, so that one stays.")
        try:
            desk.staff.change(id, roles=kept, teams=[one for one in team or [] if one in known], is_active=active)
        except (BadAccount, LookupError) as error:
            raise Problem(422, "The account can't be changed", str(error)) from None
        desk.staff.log(adviser.id, "changed account", id)
        return back("/console/staff")

    @routes.get("/console/quality", response_class=HTMLResponse)
    def quality(request: Request) -> Response:
        adviser = gate.who(request, "reviewer")
        return gate.page(request, "quality.html", adviser, reviews=desk.reviews.all())

    @routes.post("/console/quality", response_class=HTMLResponse)
    def draw(
        request: Request, csrf: Annotated[str, Form()] = "", number: Annotated[int, Form(ge=1, le=50)] = 5
    ) -> Response:
        gate.acting(request, csrf, "reviewer")
        desk.reviews.draw(number, now() - dt.timedelta(days=7))
        return back("/console/quality")

    @routes.get("/console/quality/{id}", response_class=HTMLResponse)
    def look(request: Request, id: int) -> Response:
        adviser = gate.who(request, "reviewer")
        return _review(request, adviser, id)

    @routes.post("/console/quality/{id}", response_class=HTMLResponse)
    async def judge(request: Request, id: int) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        adviser = gate.acting(request, form.get("csrf", ""), "reviewer")
        marks = {name: int(form[name]) for name in QUESTIONS if form.get(name, "").isdigit()}
        try:
            desk.reviews.write(id, adviser, marks, form.get("text", ""))
        except NotAllowed as error:
            return _review(request, adviser, id, str(error))
        desk.staff.log(adviser.id, "reviewed quality", str(id))
        return back("/console/quality")

    def _review(request: Request, adviser: Any, id: int, error: str = "") -> Response:
        try:
            review = desk.reviews.get(id)
        except LookupError:
            raise Problem(404, "Not here", "There is no such review.") from None
        desk.staff.log(adviser.id, "read for quality", review.conversation)
        return gate.page(
            request,
            "review.html",
            adviser,
            status=422 if error else 200,
            review=review,
            questions=QUESTIONS,
            turns=house.store.turns(review.conversation),
            error=error,
        )

    def _live() -> dict[str, Any]:
        today = dt.datetime.now(AOTEAROA).replace(hour=0, minute=0, second=0, microsecond=0)
        handovers = desk.handovers.queue.since(today)
        taken = sorted((one.taken_at - one.asked_at).total_seconds() for one in handovers if one.taken_at)
        names = {one.id: one for one in desk.staff.all()}
        return {
            "queue": desk.handovers.queue.waiting(),
            "with_staff": desk.handovers.queue.held(),
            "staff": list(names.values()),
            "asked": len(handovers),
            "left": sum(one.ended in ("left", "nobody") and one.taken_at is None for one in handovers),
            "median": int(taken[len(taken) // 2]) if taken else None,
            "longest": int(taken[-1]) if taken else None,
            "load": {id: sum(one.adviser == id for one in desk.handovers.queue.held()) for id in names},
            "moment": now(),
        }

    return routes
