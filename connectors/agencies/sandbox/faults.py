"""Faults on demand: what can go wrong between two programs, switched on for the next few calls."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from typing import Literal

import anyio
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.agencies.contract import Problem
from connectors.agencies.sandbox.problems import answer

Kind = Literal[
    "slow",
    "error",
    "drop",
    "lost_answer",
    "maintenance",
    "expired_token",
    "duplicate_webhook",
    "bad_signature",
]
"""``slow`` waits first; ``error`` answers 500; ``drop`` breaks the connection before anything is done, ``lost_answer``
after; ``maintenance`` answers 503 with ``Retry-After``; ``expired_token`` answers 401; ``duplicate_webhook`` sends a
webhook twice; ``bad_signature`` signs one try of a webhook with another secret."""

ON_CALLS: tuple[Kind, ...] = ("slow", "error", "drop", "lost_answer", "maintenance", "expired_token")


class NewFault(BaseModel):
    """A fault for the next ``count`` calls (or webhooks). ``seconds``: how slow, or the wish in ``Retry-After``."""

    model_config = ConfigDict(extra="forbid")

    agency: str = Field(max_length=64)
    kind: Kind
    count: int = Field(default=1, ge=1, le=100_000)
    seconds: float = Field(default=2, ge=0, le=600)


class Fault(NewFault):
    """A fault that is switched on; ``count`` is how often it is still to come."""

    id: int


class Faults:
    """The faults that are switched on. Threads share it. Kept in memory: a restart switches all of them off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._on: list[Fault] = []

    def add(self, new: NewFault) -> Fault:
        """Switches one on. Faults of an agency come in the order in which they were switched on."""
        with self._lock:
            fault = Fault(id=next(self._ids), **new.model_dump())
            self._on.append(fault)
            return fault.model_copy()

    def all(self) -> list[Fault]:
        """Those still to come."""
        with self._lock:
            return [fault.model_copy() for fault in self._on]

    def clear(self) -> None:
        """Switches all of them off."""
        with self._lock:
            self._on.clear()

    def take(self, agency: str, kinds: Iterable[Kind]) -> Fault | None:
        """The fault that comes now, if one does. It counts as having come."""
        wanted = set(kinds)
        with self._lock:
            found = next((one for one in self._on if one.agency == agency and one.kind in wanted), None)
            if found is None:
                return None
            found.count -= 1
            if found.count == 0:
                self._on.remove(found)
            return found.model_copy()


class FaultyCalls:
    """ASGI middleware: makes calls of the contract fail as was asked for. Tokens are always given."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        agency = scope.get("path_params", {}).get("agency")
        if scope["type"] != "http" or agency is None or scope["path"].endswith("/oauth/token"):
            await self._app(scope, receive, send)
            return
        fault = self._faults.take(agency, ON_CALLS)
        match fault.kind if fault else None:
            case "drop":
                await _break(send)
            case "lost_answer":
                await self._app(scope, receive, _nowhere)
                await _break(send)
            case "error":
                await answer(Problem(title="Something broke", status=500))(scope, receive, send)
            case "maintenance" if fault:
                problem = Problem(title="Closed for maintenance", status=503, detail="Try again later.")
                await answer(problem, {"Retry-After": f"{fault.seconds:.0f}"})(scope, receive, send)
            case "expired_token":
                headers = {"WWW-Authenticate": 'Bearer realm="applications", error="invalid_token"'}
                await answer(Problem(title="The token has run out", status=401), headers)(scope, receive, send)
            case kind:
                if kind == "slow" and fault:
                    await anyio.sleep(fault.seconds)
                await self._app(scope, receive, send)


async def _nowhere(message: Message) -> None:
    """Where lost answers go."""


async def _break(send: Send) -> None:
    # A server can only be made to cut a connection in the middle of an answer: one that is promised and never comes.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
