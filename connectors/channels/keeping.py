"""The plan to keep: a page of its own behind a link that can't be guessed, for as long as the person wants."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from actions import cards
from actions.speaker import Speaker
from connectors.channels import calendar, outline, pdf
from connectors.channels.chat import current
from connectors.channels.marking import day, labels
from connectors.channels.post import BadAddress, Post, PostDown
from connectors.channels.problems import Problem
from connectors.channels.rendering import Pages
from connectors.channels.security import Forms
from connectors.channels.wiring import House
from conversations import Context, KeptPlan, UnknownPlan
from conversations.kept import DAYS
from conversations.messages import Language, PlanCard
from storage import now

Token = Annotated[str, Path(min_length=20, max_length=64)]


def router(house: House, pages: Pages, forms: Forms) -> APIRouter:
    """The addresses of kept plans."""
    routes = APIRouter(include_in_schema=False)
    post = Post(house.settings)

    def found(secret: str) -> KeptPlan:
        try:
            return house.kept.find(secret)
        except UnknownPlan:
            raise Problem(
                404, "This plan is not here any more", "Its time is over, or it was deleted. You can make a new one."
            ) from None

    def card(plan: KeptPlan, language: Language) -> PlanCard:
        # Made anew from what the catalogue says today: a plan that was kept must not keep an old amount or number.
        known = [event for event in plan.life_events if event in house.catalogue.life_events]
        context = Context(life_events=known, dates=plan.dates, agency=plan.agency)
        return cards.plan(Speaker(house.rooms, language, context))

    def show(request: Request, secret: str, status: int = 200, **more: str) -> Response:
        plan = found(secret)
        made = card(plan, pages.language(request))
        return pages.page(
            request,
            "kept-plan.html",
            status=status,
            plan=plan,
            card=made,
            link=f"{house.settings.public_url}/plans/{secret}",
            secret=secret,
            days=DAYS,
            has_dates=any(step.due for step in made.steps),
            can_send=post.is_there,
            **{"sent": "", "error": "", "address": "", **more},
        )

    def document(request: Request, plan: KeptPlan) -> outline.Outline:
        language = pages.language(request)
        words = labels(house.words, language)
        made = card(plan, language)
        return outline.Outline(
            title=f"{words('label_plan')}: {', '.join(made.names)}",
            language=language,
            note=words("plan_note", date=day(house.rooms.today(), language)),
            blocks=outline.plan(made, words, done=plan.done),
        )

    @routes.get("/plans", response_class=HTMLResponse)
    def choose(request: Request) -> Response:
        """For how long the plan of this conversation is to be kept."""
        conversation = current(house, request)
        if conversation is None or not house.store.context(conversation.id).life_events:
            return RedirectResponse("/chat", status_code=303)
        return pages.page(request, "keep-plan.html", days=DAYS)

    @routes.post("/plans", response_class=HTMLResponse)
    def keep(request: Request, csrf: Annotated[str, Form()] = "", days: Annotated[int, Form()] = 30) -> Response:
        forms.check(request, csrf)
        conversation = current(house, request)
        context = house.store.context(conversation.id) if conversation else Context()
        if not context.life_events:
            return RedirectResponse("/chat", status_code=303)
        plan = KeptPlan(
            life_events=context.life_events,
            dates=context.dates,
            agency=context.agency,
            done=[one.service for one in context.started],
            made_on=house.rooms.today(),
            expires_at=_end(days),
        )
        secret = house.kept.keep(plan)
        house.ledger.note("plan_kept")
        return RedirectResponse(f"/plans/{secret}", status_code=303)

    @routes.get("/plans/{secret}", response_class=HTMLResponse)
    def kept(request: Request, secret: Token) -> Response:
        return show(request, secret)

    @routes.post("/plans/{secret}/done", response_class=HTMLResponse)
    def tick(
        request: Request,
        secret: Token,
        csrf: Annotated[str, Form()] = "",
        done: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        forms.check(request, csrf)
        named = {step.service for step in card(found(secret), "en").steps}
        house.kept.tick(secret, [one for one in done if one in named])
        return RedirectResponse(f"/plans/{secret}#steps", status_code=303)

    @routes.post("/plans/{secret}/end", response_class=HTMLResponse)
    def set_end(
        request: Request, secret: Token, csrf: Annotated[str, Form()] = "", days: Annotated[int, Form()] = 30
    ) -> Response:
        forms.check(request, csrf)
        found(secret)
        house.kept.keep_until(secret, _end(days))
        return RedirectResponse(f"/plans/{secret}", status_code=303)

    @routes.post("/plans/{secret}/delete", response_class=HTMLResponse)
    def delete(request: Request, secret: Token, csrf: Annotated[str, Form()] = "") -> Response:
        forms.check(request, csrf)
        house.kept.delete(secret)
        return pages.page(request, "plan-deleted.html")

    @routes.get("/plans/{secret}/plan.{kind}")
    def download(request: Request, secret: Token, kind: Literal["pdf", "txt"]) -> Response:
        made = document(request, found(secret))
        headers = {"Content-Disposition": f'attachment; filename="plan.{kind}"'}
        if kind == "pdf":
            return Response(pdf.make(made), media_type="application/pdf", headers=headers)
        return Response(outline.text(made), media_type="text/plain; charset=utf-8", headers=headers)

    @routes.get("/plans/{secret}/dates.ics")
    def dates(request: Request, secret: Token) -> Response:
        language = pages.language(request)
        plan = found(secret)
        steps = [step for step in card(plan, language).steps if step.service not in plan.done]
        made = calendar.make(steps, labels(house.words, language), secret, now())
        headers = {"Content-Disposition": 'attachment; filename="dates.ics"'}
        return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)

    @routes.post("/plans/{secret}/email", response_class=HTMLResponse)
    def email(
        request: Request,
        secret: Token,
        csrf: Annotated[str, Form()] = "",
        address: Annotated[str, Form(max_length=254)] = "",
    ) -> Response:
        """Sends the plan to an address, which is forgotten at once."""
        forms.check(request, csrf)
        plan = found(secret)
        if not post.is_there:
            raise Problem(404, "No email from here", "Copy the link, print the plan or save the PDF instead.")
        made = document(request, plan)
        link = f"{house.settings.public_url}/plans/{secret}"
        until = pages.text(request, "kept_until", date=day(plan.expires_at.date(), pages.language(request)))
        try:
            # Neither the subject nor the sender says what it is about: others may see them.
            post.send(
                address,
                pages.text(request, "post_subject"),
                f"{link}\n{until}\n\n{outline.text(made)}",
                [("plan.pdf", "application/pdf", pdf.make(made))],
            )
        except BadAddress:
            return show(request, secret, 422, error=pages.text(request, "post_wrong"), address=address)
        except PostDown:
            return show(request, secret, 503, error=pages.text(request, "post_down"), address=address)
        return show(request, secret, sent=pages.text(request, "post_sent"))

    return routes


def _end(days: int) -> dt.datetime:
    if days not in DAYS:
        raise Problem(422, "Not that long", "Choose one of the times that are offered.")
    return now() + dt.timedelta(days=days)
