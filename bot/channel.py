"""The one way in: a message channel on a private address, for whoever holds the token.

Rasa's own REST channel asks for no token, so anybody on the machine could talk in another person's conversation.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.explain import explain


class Private(InputChannel):
    """Takes ``{"sender", "message", "metadata"}`` and answers with everything the actions said, in order."""

    def __init__(self, token: str) -> None:
        if not token:
            raise ValueError("the channel needs a token: set ARATOHU_RASA_TOKEN")
        self._token = token

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is part of its address."""
        return "aratohu"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Made from ``credentials.yml``."""
        return cls((credentials or {}).get("token", ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's single address."""
        messages = Blueprint("aratohu_messages", "aratohu")

        @messages.route("/messages", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            given = (request.headers.get("authorization") or "").rpartition("Bearer ")[2]
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return response.json({"error": "not allowed"}, status=401)
            body = request.json or {}
            output = CollectingOutputChannel()
            await on_new_message(
                UserMessage(
                    body.get("message") or "",
                    output,
                    body["sender"],
                    input_channel=self.name(),
                    metadata=body.get("metadata"),
                )
            )
            said: list[dict[str, Any]] = output.messages
            return response.json(said)

        @messages.route("/explain", methods=["POST"])
        async def read(request: Request) -> HTTPResponse:
            given = (request.headers.get("authorization") or "").rpartition("Bearer ")[2]
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return response.json({"error": "not allowed"}, status=401)
            texts = [str(text) for text in (request.json or {}).get("texts") or []]
            if not texts:
                return response.json({"error": "no texts"}, status=422)
            return response.json(explain(request.app.ctx.agent.processor, texts))

        return messages
