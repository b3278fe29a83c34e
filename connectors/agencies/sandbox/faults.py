"""Faults on demand: what can go wrong between two programs, switched on for the next few calls."""

from __future__ import annotations

import itertools
import math
import random
import threading
import time
from collections.abc import Callable, Iterable
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
    "reordered_webhook",
    "stale_webhook",
    "bad_signature",
]
"""``slow`` waits first; ``error`` answers 500; ``drop`` breaks the connection before anything is done, ``lost_answer``
after; ``maintenance`` answers 503 with ``Retry-After``; ``expired_token`` answers 401; ``duplicate_webhook`` sends a
webhook twice; ``reordered_webhook`` holds one back until a later one of its application has arrived, or until
``seconds`` have gone; ``stale_webhook`` signs one try with a time of ten minutes ago; ``bad_signature`` signs one try
with another secret."""

ON_CALLS: tuple[Kind, ...] = ("slow", "error", "drop", "lost_answer", "maintenance", "expired_token")


class NewFault(BaseModel):
    """A fault for the next ``count`` calls (or webhooks) of an agency, or of all with ``*``.

    ``seconds``: how slow, or the wish in ``Retry-After``. ``for_seconds`` makes it a window of time in which every call
    is hit, instead of a count; access tokens are not given then either. ``share`` is the part of the calls that is hit,
    by chance.
    """

    model_config = ConfigDict(extra="forbid")

    agency: str = Field(max_length=64)
    kind: Kind
    count: int = Field(default=1, ge=1, le=1_000_000)
    seconds: float = Field(default=2, ge=0, le=600)
    for_seconds: float | None = Field(default=None, gt=0, le=86_400)
    share: float = Field(default=1, gt=0, le=1)


class Fault(NewFault):
    """A fault that is switched on; ``count`` is how often it is still to come."""

    id: int


class Faults:
    """The faults that are switched on. Threads share it. Kept in memory: a restart switches all of them off.

    Args:
        chance: a number from 0 to 1, another one at each call.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._on: list[Fault] = []
        self._ends: dict[int, float] = {}
        self._clock = clock
        self._chance = chance

    def add(self, new: NewFault) -> Fault:
        """Switches one on. Faults of an agency come in the order in which they were switched on."""
        with self._lock:
            fault = Fault(id=next(self._ids), **new.model_dump())
            self._on.append(fault)
            if fault.for_seconds is not None:
                self._ends[fault.id] = self._clock() + fault.for_seconds
            return fault.model_copy()

    def all(self) -> list[Fault]:
        """Those still to come."""
        with self._lock:
            self._end()
            return [fault.model_copy() for fault in self._on]

    def clear(self) -> None:
        """Switches all of them off."""
        with self._lock:
            self._on.clear()

    def take(self, agency: str, kinds: Iterable[Kind], *, windows: bool = False) -> Fault | None:
        """The fault that comes now, if one does. It counts as having come.

        Args:
            windows: whether only those count that last for a time.
        """
        wanted = set(kinds)
        with self._lock:
            self._end()
            for one in self._on:
                if one.agency not in (agency, "*") or one.kind not in wanted or (windows and one.for_seconds is None):
                    continue
                if one.share < 1 and self._chance() >= one.share:
                    continue
                left = self._left(one)
                return one.model_copy(update={"for_seconds": left})
        return None

    def _left(self, fault: Fault) -> float | None:
        if fault.for_seconds is not None:
            return max(self._ends[fault.id] - self._clock(), 0.0)
        fault.count -= 1
        if fault.count == 0:
            self._on.remove(fault)
        return None

    def _end(self) -> None:
        self._on = [one for one in self._on if self._ends.get(one.id, math.inf) > self._clock()]


class FaultyCalls:
    """ASGI middleware: makes calls of the contract fail as was asked for. Tokens are given, but in a window."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        agency = scope.get("path_params", {}).get("agency")
        if scope["type"] != "http" or agency is None:
            await self._app(scope, receive, send)
            return
        fault = self._faults.take(agency, ON_CALLS, windows=scope["path"].endswith("/oauth/token"))
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
                wait = fault.seconds if fault.for_seconds is None else math.ceil(fault.for_seconds)
                await answer(problem, {"Retry-After": f"{wait:.0f}"})(scope, receive, send)
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
