"""Delivers applications durably: a crash, a restart or an agency that is down delays one, and loses or doubles none.

DBOS runs each delivery as a workflow whose id is the application's reference. A step that was in flight at a crash
runs again, so each call to an agency carries the reference as its idempotency key.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from dbos import DBOS, DBOSConfig, SetWorkflowID
from pydantic import BaseModel

from cases.agency import Agency, AgencyUnavailable, NotAccepted
from cases.cases import Cases
from storage import now

VERSION = "1"
"""Pinned, so that a new release carries on the workflows of the last one. Raise it only when the steps below change
in a way that a half-done workflow could not follow."""

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 900.0
_log = logging.getLogger(__name__)


class Attempt(BaseModel):
    """How one try to reach the agency ended; ``pause`` is how long to wait before the next, in seconds."""

    outcome: Literal["delivered", "refused", "withdrawn", "later"]
    pause: float = 0.0


class Delivery:
    """Sends applications, follows them, and takes them back.

    Callers need not wait or retry: :meth:`send` returns at once. One process per database file (SQLite) or per
    ``executor`` (Postgres).
    """

    def __init__(self, agencies: Callable[[str], Agency], system_database_url: str, executor: str = "one") -> None:
        self._agencies = agencies
        self._url = system_database_url
        self._executor = executor
        self._stopping = threading.Event()
        self._follower: threading.Thread | None = None
        self.cases: Cases | None = None

    def launch(self, cases: Cases, follow_every: float = 30.0) -> None:
        """Starts, and carries on what was under way when the program last stopped."""
        self.cases = cases
        config: DBOSConfig = {
            "name": "aratohu",
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self._executor,
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        DBOS(config=config)
        _bind(self)
        DBOS.launch()
        self._stopping.clear()
        self._follower = threading.Thread(target=self._follow, args=(follow_every,), name="follower", daemon=True)
        self._follower.start()

    def stop(self) -> None:
        """Stops. What is under way goes on at the next launch."""
        self._stopping.set()
        if self._follower is not None:
            self._follower.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=2)

    def send(self, reference: str) -> None:
        """Starts the delivery of an application; a second call for the same one changes nothing."""
        with SetWorkflowID(reference):
            DBOS.start_workflow(_deliver, reference)

    def withdraw(self, reference: str) -> None:
        """Takes an application back, at the agency too where it is there already.

        Raises:
            AgencyUnavailable: when the agency can't be told now.
            NotAccepted: when it is too late.
        """
        cases = self._cases()
        agency, id = cases.sent_to(reference)
        if id is None:
            cases.withdrawn_here(reference)
        else:
            cases.take(reference, self._agencies(agency).withdraw(id))

    def refresh(self, reference: str) -> None:
        """Asks the agency where an application is.

        Raises:
            AgencyUnavailable: when it can't be asked now.
        """
        cases = self._cases()
        agency, id = cases.sent_to(reference)
        if id is not None:
            cases.take(reference, self._agencies(agency).read(id))

    def attempt(self, reference: str, number: int) -> Attempt:
        """One try to start the service at its agency."""
        cases = self._cases()
        if cases.get(reference).state == "withdrawn":
            return Attempt(outcome="withdrawn")
        agency, order = cases.order(reference)
        try:
            report = self._agencies(agency).start(order)
        except AgencyUnavailable as error:
            _log.warning("%s can't be reached for %s (%s), try %d", agency, reference, error, number)
            grown = min(_FIRST_PAUSE * 2 ** min(number, 12), _LONGEST_PAUSE)
            # Spread out, so that an agency that comes back is not met by everybody at once.
            return Attempt(outcome="later", pause=error.retry_after or random.uniform(grown / 2, grown))  # noqa: S311
        except NotAccepted as error:
            cases.refuse(reference, str(error), error.problems)
            return Attempt(outcome="refused")
        cases.take(reference, report)
        return Attempt(outcome="delivered")

    def _follow(self, every: float) -> None:
        """Asks the agencies now and then, for what a lost webhook did not say."""
        while not self._stopping.wait(every):
            try:
                for reference in self._cases().open_ones(now() - timedelta(seconds=every)):
                    if self._stopping.is_set():
                        return
                    self._look(reference)
            except Exception:  # noqa: BLE001 - one bad round must not end the following of all
                _log.exception("following applications failed; trying again in %s s", every)

    def _look(self, reference: str) -> None:
        try:
            self.refresh(reference)
        except (AgencyUnavailable, NotAccepted) as error:
            _log.warning("asking about %s failed (%s)", reference, error)

    def _cases(self) -> Cases:
        if self.cases is None:
            raise RuntimeError("launch the delivery first")
        return self.cases


_delivery: Delivery | None = None


def _bind(delivery: Delivery) -> None:
    # DBOS finds workflows by name when it recovers them, before anybody could hand them an object.
    global _delivery  # noqa: PLW0603
    _delivery = delivery


@DBOS.step(name="attempt")
def _attempt(reference: str, number: int) -> dict[str, Any]:
    if _delivery is None:
        raise RuntimeError("launch the delivery first")
    return _delivery.attempt(reference, number).model_dump()


@DBOS.workflow(name="deliver", max_recovery_attempts=1_000_000)
def _deliver(reference: str) -> str:
    number = 0
    while True:
        made = Attempt.model_validate(_attempt(reference, number))
        if made.outcome != "later":
            return made.outcome
        number += 1
        DBOS.sleep(made.pause)
