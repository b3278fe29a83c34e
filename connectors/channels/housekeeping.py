"""What the app does by itself: answering messages that were kept, and forgetting what is old."""

from __future__ import annotations

import datetime as dt
import logging
import threading

import httpx

from connectors.channels.letters import Letters
from connectors.channels.post import Post
from connectors.channels.wiring import House

_log = logging.getLogger(__name__)


class Housekeeping:
    """A thread that looks around every few seconds."""

    def __init__(self, house: House, every: float = 5.0) -> None:
        self._house = house
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self._post = threading.Thread(target=self._tell_desks, name="desk-webhooks", daemon=True)
        self._letters = Letters(house.cases, Post(house.settings), house.words, house.settings.public_url)
        self._writer = threading.Thread(target=self._write_letters, name="letters", daemon=True)
        self._forgot = dt.datetime.min.replace(tzinfo=dt.UTC)

    def start(self) -> None:
        """Starts looking around."""
        self._thread.start()
        self._post.start()
        self._writer.start()

    def stop(self) -> None:
        """Stops, after what it is at."""
        self._stopping.set()
        for thread in (self._thread, self._post, self._writer):
            if thread.is_alive():
                thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                self._house.desk.handovers.sweep()
                self.answer_kept()
                self.forget_old()
            except Exception:  # noqa: BLE001 - one bad round must not end the housekeeping
                _log.exception("housekeeping failed; it goes on")

    def _tell_desks(self) -> None:
        """Tells desks of another make what is new, at once; a desk that is slow holds up nothing else."""
        with httpx.Client(timeout=5.0, follow_redirects=False) as client, self._house.store.news.watch() as bell:
            while not self._stopping.is_set():
                try:
                    self._house.desk.outbox.gather()
                    self._house.desk.outbox.deliver(client)
                except Exception:  # noqa: BLE001 - one bad round must not end the telling
                    _log.exception("telling the desks failed; it goes on")
                bell.wait(2.0)

    def _write_letters(self) -> None:
        """Tells of changes by email; a mail server that is slow holds up nothing else."""
        while not self._stopping.wait(self._every):
            try:
                self._letters.send()
            except Exception:  # noqa: BLE001 - one bad round must not end the telling
                _log.exception("telling of news failed; it goes on")

    def answer_kept(self) -> None:
        """Answers messages that came while the assistant was away, once it is back."""
        waiting = self._house.store.waiting()
        if not waiting or not self._house.rasa.is_ready():
            return
        for conversation in waiting:
            self._house.talk.retry(conversation)

    def forget_old(self) -> None:
        """Deletes conversations and finished applications that are older than the settings allow. Once an hour."""
        now = dt.datetime.now(dt.UTC)
        if now - self._forgot < dt.timedelta(hours=1):
            return
        self._forgot = now
        gone = self._house.store.forget(now - dt.timedelta(days=self._house.settings.conversation_days))
        done = self._house.cases.forget(now - dt.timedelta(days=self._house.settings.application_days))
        self._house.documents.forget(now - dt.timedelta(days=self._house.settings.conversation_days))
        self._house.kept.forget()
        if gone or done:
            _log.info("%d conversations and %d applications were deleted, as their time had come", gone, done)
