"""That something is new in a conversation: whoever follows it is woken at once, and looks into the database itself.

What is told here carries no content. A follower that was away asks the store for the turns after the last one that it
has, so that nothing is lost or doubled however long it slept, and whichever process wrote them.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from conversations.tables import ConversationRow
from storage import Database

if TYPE_CHECKING:
    from conversations.store import Store, Turn

_log = logging.getLogger(__name__)

AT_ONCE = 400
"""Conversations asked about in one query, at most."""


class Watch:
    """One follower's bell. It stays rung until it is heard, so nothing that happens between two looks is missed."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._guard = threading.Lock()
        self._sleeper: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def ring(self) -> None:
        """Wakes the follower. From any thread."""
        with self._guard:
            self._rung.set()
            sleeper, self._sleeper = self._sleeper, None
        if sleeper is not None:
            loop, future = sleeper
            # A loop that has ended has nobody left to wake.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_wake, future)

    def wait(self, seconds: float) -> bool:
        """Blocks this thread until something is new, for ``seconds`` at most; whether something is."""
        heard = self._rung.wait(seconds)
        self._rung.clear()
        return heard

    async def changed(self, seconds: float) -> bool:
        """As :meth:`wait`, without blocking the event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._guard:
            if self._rung.is_set():
                self._rung.clear()
                return True
            self._sleeper = (loop, future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            with self._guard:
                self._sleeper = None
        self._rung.clear()
        return True


class News:
    """Who follows which conversation.

    In this process a follower is woken as soon as :meth:`tell` is called, which the store does by itself. What other
    processes write is found by one look into the database every ``every`` seconds for all followers together, and only
    while there are any.
    """

    def __init__(self, database: Database, every: float = 0.5) -> None:
        self._database = database
        self._every = every
        self._guard = threading.Lock()
        self._watches: dict[str | None, list[Watch]] = {}
        self._seen: dict[str | None, dt.datetime | None] = {}
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @contextlib.contextmanager
    def watch(self, conversation: str | None = None) -> Iterator[Watch]:
        """A bell for ``conversation``, or for any conversation. Take it first, then look what there is."""
        bell = Watch()
        with self._guard:
            self._watches.setdefault(conversation, []).append(bell)
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._look_around, name="news", daemon=True)
                self._thread.start()
        try:
            yield bell
        finally:
            with self._guard:
                self._watches[conversation].remove(bell)
                if not self._watches[conversation]:
                    del self._watches[conversation]
                    self._seen.pop(conversation, None)

    def followers(self, conversation: str) -> int:
        """How many follow ``conversation`` in this process."""
        with self._guard:
            return len(self._watches.get(conversation, ()))

    def tell(self, conversation: str) -> None:
        """Says that something is new in ``conversation``. Call it after the transaction, not within."""
        with self._guard:
            bells = [*self._watches.get(conversation, ()), *self._watches.get(None, ())]
        for bell in bells:
            bell.ring()

    def close(self) -> None:
        """Stops looking around and wakes everybody, so that they can go home."""
        self._closing.set()
        with self._guard:
            bells = [bell for each in self._watches.values() for bell in each]
            thread = self._thread
        for bell in bells:
            bell.ring()
        if thread is not None:
            thread.join(timeout=5)

    @property
    def is_closing(self) -> bool:
        """Whether the program is about to stop, and followers should, too."""
        return self._closing.is_set()

    def _look_around(self) -> None:
        while not self._closing.wait(self._every):
            with self._guard:
                watched = list(self._watches)
                if not watched:
                    self._thread = None
                    return
            try:
                found = self._updates(watched)
            except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the news
                _log.exception("looking for news failed; it goes on")
                continue
            for conversation, at in found.items():
                with self._guard:
                    is_known = conversation in self._seen
                    is_new = is_known and self._seen[conversation] != at
                    bells = list(self._watches.get(conversation, ()))
                    if bells:
                        self._seen[conversation] = at
                # The first look rings, too: between a follower's own look and this one something may have happened.
                if is_new or not is_known:
                    for bell in bells:
                        bell.ring()

    def _updates(self, watched: list[str | None]) -> dict[str | None, dt.datetime | None]:
        """When each watched conversation was last touched."""
        ids = [one for one in watched if one is not None]
        found: dict[str | None, dt.datetime | None] = {}
        with self._database.read() as session:
            for start in range(0, len(ids), AT_ONCE):
                part = ids[start : start + AT_ONCE]
                wanted = select(ConversationRow.id, ConversationRow.updated_at).where(ConversationRow.id.in_(part))
                found |= {row.id: row.updated_at for row in session.execute(wanted)}
            if None in watched:
                found[None] = session.scalar(select(func.max(ConversationRow.updated_at)))
        return found


def wait_for_turns(store: Store, conversation: str, after: int, seconds: float) -> list[Turn]:
    """The turns after number ``after``, as soon as there are any; none where there are none within ``seconds``."""
    end = time.monotonic() + seconds
    with store.news.watch(conversation) as bell:
        while True:
            turns = store.turns(conversation, after)
            left = end - time.monotonic()
            if turns or left <= 0 or store.news.is_closing:
                return turns
            bell.wait(left)


async def follow(store: Store, conversation: str, after: int, pulse: float = 15.0) -> AsyncIterator[list[Turn]]:
    """The turns after number ``after`` as they come, some at a time, for as long as the conversation is there.

    At least every ``pulse`` seconds it gives something, if only an empty list: a change that is no turn (who has the
    conversation), or a sign of life.

    Raises:
        UnknownConversation: once the conversation was deleted.
    """
    with store.news.watch(conversation) as bell:
        while not store.news.is_closing:
            turns = await asyncio.to_thread(store.turns, conversation, after)
            if not turns:
                await asyncio.to_thread(store.get, conversation)
            else:
                after = turns[-1].number
            yield turns
            await bell.changed(pulse)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
