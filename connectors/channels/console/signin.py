"""Signing in and out: with an account made here, or through an OpenID Connect provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from connectors.channels.console.gate import HOME, Gate, Refused, SignInFirst, back
from connectors.channels.problems import Problem
from connectors.channels.rendering import Pages
from conversations.desk.staff import SignInFailed

if TYPE_CHECKING:
    from connectors.channels.console.oidc import Provider

TRIES = parse("20/5 minutes")
"""Failed tries to sign in from one address; an account that is tried too often locks by itself, too."""


def router(gate: Gate, pages: Pages) -> APIRouter:
    """The addresses for signing in."""
    routes = APIRouter(include_in_schema=False)
    limiter = MovingWindowRateLimiter(MemoryStorage())
    settings = gate.house.settings
    provider = _provider(gate) if settings.oidc_issuer else None

    @routes.get("/console/sign-in", response_class=HTMLResponse)
    def ask(request: Request) -> Response:
        try:
            gate.who(request)
        except SignInFirst:
            return _form(request)
        return back(HOME)

    @routes.post("/console/sign-in", response_class=HTMLResponse)
    def sign_in(
        request: Request,
        csrf: Annotated[str, Form()] = "",
        login: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        gate.forms.check(request, csrf)
        if not settings.local_accounts:
            raise Problem(404, "Not here", "Sign in through your organisation.")
        client = request.client.host if request.client else "unknown"
        if not limiter.test(TRIES, client):
            return _form(request, "There were too many tries. Wait five minutes and try again.", login, 429)
        try:
            adviser, secret = gate.desk.staff.sign_in(login, password)
        except SignInFailed:
            # Only what failed counts: a whole contact centre may sign in from one address in the morning.
            limiter.hit(TRIES, client)
            said = "The name or the password is not right, or there were too many tries. Check both, or wait a while."
            return _form(request, said, login, 422)
        gate.desk.staff.log(adviser.id, "signed in")
        return gate.enter(back(HOME), secret)

    @routes.post("/console/sign-out", response_class=HTMLResponse)
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        gate.forms.check(request, csrf)
        gate.desk.staff.sign_out(request.cookies.get(gate.cookie, ""))
        answer = back("/console/sign-in")
        answer.delete_cookie(gate.cookie)
        return answer

    @routes.get("/console/oidc")
    async def begin(request: Request) -> Response:
        if provider is None:
            raise Problem(404, "Not here", "This system signs staff in by itself.")
        return await provider.begin(request, gate.forms)

    @routes.get("/console/oidc/back", response_class=HTMLResponse)
    async def come_back(request: Request) -> Response:
        if provider is None:
            raise Problem(404, "Not here", "This system signs staff in by itself.")
        try:
            known = await provider.finish(request)
            adviser, secret = await run_in_threadpool(gate.desk.staff.sign_in_as, **known)
        except (Refused, SignInFailed):
            said = (
                "Your organisation did not let you in here. Ask whoever looks after your account for a role in Aratohu."
            )
            return await run_in_threadpool(_form, request, said, "", 403)
        await run_in_threadpool(gate.desk.staff.log, adviser.id, "signed in")
        answer = gate.enter(back(HOME), secret)
        provider.forget(answer)
        return answer

    def _form(request: Request, error: str | None = None, login: str = "", status: int = 200) -> Response:
        return pages.page(
            request,
            "console/sign-in.html",
            status=status,
            error=error,
            login=login,
            local=settings.local_accounts,
            provider=settings.oidc_name if provider else None,
        )

    return routes


def _provider(gate: Gate) -> Provider:
    # Its libraries are loaded only where there is a provider.
    from connectors.channels.console.oidc import Provider

    return Provider(gate.house.settings)
