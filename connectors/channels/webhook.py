"""What other programs call: Rasa for its actions, agencies when an application changed. Not for people."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.concurrency import run_in_threadpool

from connectors.agencies.webhooks import BadWebhook, Webhook
from connectors.channels.problems import Problem
from connectors.channels.wiring import House


def router(house: House) -> APIRouter:
    """The internal addresses."""
    routes = APIRouter(include_in_schema=False)
    token = house.settings.action_token.get_secret_value()

    @routes.post("/internal/rasa/actions")
    async def act(request: Request) -> Response:
        given = request.headers.get("authorization", "").rpartition("Bearer ")[2]
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Problem(401, "Not allowed", "This address is for the assistant only.")
        call: dict[str, Any] = await request.json()
        try:
            made = await house.executor.run(call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=404)
        return JSONResponse(made if made is None or isinstance(made, dict) else made.model_dump())

    @routes.post("/internal/agencies/{agency}/changes")
    async def changed(agency: str, request: Request) -> Response:
        webhooks = house.signatures.of(agency)
        if webhooks is None:
            raise Problem(404, "No such agency", "No agency of this name is connected.")
        try:
            change = webhooks.read(await request.body(), request.headers)
        except BadWebhook as error:
            said = f"Sign an event of the agency contract with the shared secret, at the right time ({error})."
            raise Problem(401, "The webhook can't be taken", said) from None
        await run_in_threadpool(_take, house, agency, change)
        return Response(status_code=204)

    return routes


def _take(house: House, agency: str, change: Webhook) -> None:
    if house.cases.sent_to(change.reference)[0] != agency:
        raise Problem(404, "No such application", "This agency has no application with that reference.")
    # Taken in first and noted after: a crash between the two means taking it in twice, which changes nothing.
    house.cases.take(change.reference, change.report)
    house.cases.take_webhook(agency, change.webhook)
