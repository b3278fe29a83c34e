"""Webhooks on their way: kept until they have arrived, signed by the Standard Webhooks scheme, tried again."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import uuid

import httpx
import standardwebhooks
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from connectors.agencies.contract import Application, Event
from connectors.agencies.sandbox.faults import Faults
from connectors.agencies.sandbox.tables import WebhookRow
from storage import Database, now

_AT_ONCE = 20
_SECONDS = 10
_STALE = dt.timedelta(minutes=10)
_log = logging.getLogger(__name__)


class Outbox:
    """Sends webhooks, those of one application in order, where no fault turns it round.

    Each is on its way by itself: a receiver that is slow, gone or strange keeps nobody else's waiting.

    Args:
        secret: ``whsec_`` and base64.
        first_pause: seconds before the second try; each later pause is twice the last, up to ``longest_pause``.
        tries: how often one webhook is tried. After that it is the receiver's to ask.
    """

    def __init__(
        self,
        database: Database,
        secret: str,
        faults: Faults,
        *,
        first_pause: float = 1.0,
        longest_pause: float = 300.0,
        tries: int = 20,
    ) -> None:
        self._database = database
        self._signer = standardwebhooks.Webhook(secret)
        self._forger = standardwebhooks.Webhook(b"somebody else's secret")
        self._faults = faults
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._tries = tries
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._held: dict[int, tuple[str, dt.datetime]] = {}
        self._let_go: set[int] = set()
        self._going: dict[str, asyncio.Task[None]] = {}

    def add(self, session: Session, agency: str, url: str, application: Application) -> None:
        """Puts a change into the outbox, in the transaction that makes it. Call :meth:`wake` after that."""
        at = now()
        session.add(
            WebhookRow(
                webhook=f"msg_{uuid.uuid4().hex}",
                application=application.id,
                agency=agency,
                url=url,
                body=Event(timestamp=at, data=application).model_dump_json(),
                due_at=at,
            )
        )

    def wake(self) -> None:
        """Has the outbox looked at now. From any thread; does nothing where the outbox is not running."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._news.set)

    async def run(self) -> None:
        """Sends what is due, until cancelled. What is not sent by then is sent when it runs again."""
        self._loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False) as http:
            try:
                while True:
                    await self._round(http)
            finally:
                self._loop = None
                going = list(self._going.values())
                for task in going:
                    task.cancel()
                await asyncio.gather(*going, return_exceptions=True)

    async def _round(self, http: httpx.AsyncClient) -> None:
        self._news.clear()
        try:
            for row in await asyncio.to_thread(self._due):
                self._going[row.application] = asyncio.create_task(self._send(http, row))
            pause = await asyncio.to_thread(self._pause)
        except Exception as error:  # noqa: BLE001 - one bad round must not end the sending
            _log.warning("the outbox can't be read (%s); trying again", type(error).__name__)
            pause = 1.0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._news.wait()

    async def _send(self, http: httpx.AsyncClient, row: WebhookRow) -> None:
        """Tries one, and makes room for the next of its application."""
        try:
            await self._try(http, row)
        except Exception as error:  # noqa: BLE001 - whatever it is, this one stays due and the others go on
            _log.warning("a try of webhook %s was not noted (%s); trying again", row.webhook, type(error).__name__)
            await asyncio.sleep(1)
        finally:
            del self._going[row.application]
            self._news.set()

    async def _try(self, http: httpx.AsyncClient, row: WebhookRow) -> None:
        if self._hold(row):
            return
        signer = self._forger if self._faults.take(row.agency, ["bad_signature"]) else self._signer
        at = now() - (_STALE if self._faults.take(row.agency, ["stale_webhook"]) else dt.timedelta())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": row.webhook,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signer.sign(row.webhook, at, row.body),
        }
        again = self._faults.take(row.agency, ["duplicate_webhook"]) is not None
        arrived, gone = await _post(http, row.url, row.body, headers)
        if again and arrived:
            await _post(http, row.url, row.body, headers)
        await asyncio.to_thread(self._note, row.id, arrived, gone)

    def _hold(self, row: WebhookRow) -> bool:
        """Whether this one waits for a later one to overtake it. Each is held once."""
        if row.id in self._let_go:
            return False
        fault = self._faults.take(row.agency, ["reordered_webhook"])
        if fault is None:
            return False
        self._held[row.id] = (row.application, now() + dt.timedelta(seconds=fault.seconds))
        return True

    def _release(self, overtaken_by: WebhookRow | None = None) -> None:
        for id, (application, until) in list(self._held.items()):
            if until <= now() or (overtaken_by and overtaken_by.application == application):
                self._held.pop(id, None)
                self._let_go.add(id)

    def _note(self, id: int, arrived: bool, gone: bool) -> None:
        with self._database.begin() as session:
            row = session.get_one(WebhookRow, id)
            row.attempts += 1
            if arrived:
                row.sent_at = now()
                self._let_go.discard(id)
                self._release(overtaken_by=row)
            elif gone or row.attempts >= self._tries:
                row.given_up_at = now()
                _log.warning("gave up webhook %s after %d tries", row.webhook, row.attempts)
            else:
                pause = min(self._first_pause * 2 ** (row.attempts - 1), self._longest_pause)
                row.due_at = now() + dt.timedelta(seconds=pause)

    def _due(self) -> list[WebhookRow]:
        self._release()
        room = _AT_ONCE - len(self._going)
        wanted = select(WebhookRow).where(WebhookRow.id.in_(self._heads()), WebhookRow.due_at <= now())
        with self._database.begin() as session:
            return list(session.scalars(wanted.order_by(WebhookRow.due_at).limit(room)))

    def _pause(self) -> float:
        if len(self._going) >= _AT_ONCE:
            return 60.0
        with self._database.begin() as session:
            first = session.scalar(select(func.min(WebhookRow.due_at)).where(WebhookRow.id.in_(self._heads())))
        times = [until for _, until in self._held.values()] + ([] if first is None else [first])
        return min(max((min(times) - now()).total_seconds(), 0.01), 60.0) if times else 60.0

    def _heads(self) -> Select[int]:
        """The oldest waiting webhook that is not held back, of each application that has none on its way."""
        free = WebhookRow.id.not_in(list(self._held)) & WebhookRow.application.not_in(list(self._going))
        return select(func.min(WebhookRow.id)).where(_waiting(), free).group_by(WebhookRow.application)


def _waiting() -> ColumnElement[bool]:
    return WebhookRow.sent_at.is_(None) & WebhookRow.given_up_at.is_(None)


async def _post(http: httpx.AsyncClient, url: str, body: str, headers: dict[str, str]) -> tuple[bool, bool]:
    """Whether it arrived, and whether the receiver wants no more."""
    try:
        async with asyncio.timeout(_SECONDS):
            response = await http.post(url, content=body.encode(), headers=headers)
    # Not only HTTPError: anyio fails with an AttributeError where the receiver hangs up as soon as it is connected.
    except Exception as error:  # noqa: BLE001 - whatever it is, it did not arrive
        _log.info("a webhook did not arrive (%s)", type(error).__name__)
        return False, False
    return response.is_success, response.status_code == httpx.codes.GONE
