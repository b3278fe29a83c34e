"""Delivers applications durably: a crash, a restart or an agency that is down delays one, and loses or doubles none.

DBOS runs each delivery as a workflow whose id is the application's reference. A step that was in flight at a crash
runs again, so each call to an agency carries the reference as its idempotency key.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Literal

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandle
from pydantic import BaseModel

from cases.agency import Agency, AgencyUnavailable, Attachment, Handover, NotAccepted, PaymentPage
from cases.application import Order
from cases.breaker import Breakers
from cases.cases import Cases
from cases.documents import Document
from cases.tries import Due, Tries
from storage import now

VERSION = "1"
"""Pinned, so that a new release carries on the workflows of the last one. Raise it only when the steps below change
in a way that a half-done workflow could not follow."""

AT_ONCE = 16
"""Calls to one agency at the same time, at most. One that is slow holds up nobody else."""

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 900.0
_log = logging.getLogger(__name__)


class Attempt(BaseModel):
    """How one try to reach the agency ended; ``later``: it is due again in its own time."""

    outcome: Literal["delivered", "refused", "withdrawn", "later"]
    pause: float = 0.0


class Delivery:
    """Sends applications, follows them, and takes them back.

    Callers need not wait or retry: :meth:`send` returns at once. One process per database file (SQLite) or per
    ``executor`` (Postgres). A workflow is one try and ends with it; when the next is due stands with the application,
    so that a thousand that wait for an agency hold no thread.
    """

    def __init__(
        self,
        agencies: Callable[[str], Agency],
        system_database_url: str,
        executor: str = "one",
        breakers: Breakers | None = None,
    ) -> None:
        self._agencies = agencies
        self._url = system_database_url
        self._executor = executor
        self._breakers = breakers or Breakers()
        self._doors: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(AT_ONCE)
        )
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._follow_every = 30.0
        self.cases: Cases | None = None

    def launch(self, cases: Cases, follow_every: float = 30.0, look_every: float = 0.5) -> None:
        """Starts, and carries on what was under way when the program last stopped.

        Args:
            follow_every: seconds between asking agencies where applications are.
            look_every: seconds between looks at what is due.
        """
        self.cases, self._follow_every = cases, follow_every
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
        self._threads = [
            threading.Thread(target=self._repeat, args=(name, every, what), name=name, daemon=True)
            for name, every, what in (("due", look_every, self._send_due), ("follower", follow_every, self._follow))
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stops. What is under way goes on at the next launch."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=2)

    def send(self, reference: str) -> None:
        """Begins what is due about an application; a second call changes nothing."""
        due = self._tries().get(reference)
        if due is not None:
            self._begin(due)

    def withdraw(self, reference: str) -> None:
        """Takes an application back: at once where it never left, else as soon as the agency can be told.

        Raises:
            NotAccepted: when it is too late.
        """
        cases = self._cases()
        match self._tries().take_back(reference):
            case "here":
                cases.withdrawn_here(reference)
            case "there":
                self.send(reference)
            case "done":
                if cases.get(reference).state != "withdrawn":
                    raise NotAccepted("It is too late to take this back: the agency is done with it.")

    def hand_over(self, agency: str, order: Order) -> Handover:
        """Gives answers to a form of the agency's own, against a link that opens once.

        Raises:
            AgencyUnavailable: when the agency can't take them now.
            NotAccepted: when it won't.
        """
        return self._agencies(agency).hand_over(order)

    def pay(self, reference: str, return_url: str) -> PaymentPage:
        """The payment of an application; ``return_url`` is where the person comes back to.

        Raises:
            AgencyUnavailable: when the agency can't be asked now, or does not have the application yet.
            NotAccepted: when there is nothing to pay.
        """
        agency, id = self._cases().sent_to(reference)
        if id is None:
            raise AgencyUnavailable("the application has not arrived there yet")
        return self._agencies(agency).pay(id, return_url)

    def refresh(self, reference: str) -> None:
        """Asks the agency where an application is.

        Raises:
            AgencyUnavailable: when it can't be asked now.
        """
        cases = self._cases()
        agency, id = cases.sent_to(reference)
        if id is not None:
            cases.take(reference, self._agencies(agency).read(id))

    def attempt(self, due: Due) -> Attempt:
        """One try to do what is due."""
        agency, _ = self._cases().sent_to(due.reference)
        tries, door = self._tries(), self._doors[agency]
        if not tries.begin(due):
            return Attempt(outcome="withdrawn")
        if not door.acquire(blocking=False):
            return self._later(due, random.uniform(0.5, 1.5))  # noqa: S311 - spreads, hides nothing
        try:
            wait = self._breakers.wait(agency)
            if wait:
                # Spread out, so that an agency that comes back is not met by everybody at once.
                return self._later(due, wait + random.uniform(0, min(wait, 30.0)))  # noqa: S311
            if not tries.sending(due):
                return Attempt(outcome="withdrawn")
            outcome = self._do(due, agency)
        except AgencyUnavailable as error:
            self._breakers.failed(agency, error.retry_after)
            number = tries.tries(due.reference)
            _log.warning("%s can't be reached for %s (%s), try %d", agency, due.reference, error, number + 1)
            grown = min(_FIRST_PAUSE * 2 ** min(number, 12), _LONGEST_PAUSE)
            pause = random.uniform(grown / 2, grown)  # noqa: S311
            if error.retry_after is not None:
                pause = error.retry_after + random.uniform(0, min(error.retry_after / 4, 30.0))  # noqa: S311
            said = f"The agency can't be reached now ({error}). We try again."
            return self._later(due, pause, said, under_way=error.under_way)
        except Exception:  # noqa: BLE001 - whatever it is, the application stays due
            # A fault of ours, or a database that is away. Nothing is lost by it.
            _log.exception("a try for %s failed", due.reference)
            return self._later(due, 30.0, "Something went wrong on our side. We try again.", under_way=True)
        finally:
            door.release()
        self._breakers.worked(agency)
        return outcome

    def _later(self, due: Due, pause: float, reason: str | None = None, *, under_way: bool = False) -> Attempt:
        self._tries().later(due, pause, reason, under_way=under_way)
        return Attempt(outcome="later", pause=pause)

    def _do(self, due: Due, agency: str) -> Attempt:
        match due.kind:
            case "deliver":
                return self._deliver(due, self._agencies(agency))
            case "inform":
                return self._inform(due, self._agencies(agency))
            case "take_back":
                return self._take_back(due, self._agencies(agency))

    def _deliver(self, due: Due, agency: Agency) -> Attempt:
        cases = self._cases()
        _, order = cases.order(due.reference)
        try:
            # First the files: what the agency answers for one is what the application says in its place.
            for fact, file in cases.documents(due.reference).items():
                order.answers[fact] = agency.attach(_attachment(due.reference, file))
            report = agency.start(order)
        except NotAccepted as error:
            cases.refuse(due.reference, str(error), error.problems)
            return Attempt(outcome="refused")
        cases.take(due.reference, report)
        return Attempt(outcome="delivered")

    def _inform(self, due: Due, agency: Agency) -> Attempt:
        cases, tries = self._cases(), self._tries()
        _, id = cases.sent_to(due.reference)
        information = tries.information(due.reference)
        if id is None or information is None:
            tries.done(due)
            return Attempt(outcome="withdrawn")
        try:
            answers = dict(information.answers)
            for fact, file in cases.files(due.reference, answers).items():
                answers[fact] = agency.attach(_attachment(due.reference, file))
            report = agency.inform(id, information.key, answers)
        except NotAccepted as error:
            cases.ask_again(due.reference, str(error), error.problems)
            tries.informed(due, information.key)
            return Attempt(outcome="refused")
        cases.take(due.reference, report)
        tries.informed(due, information.key)
        return Attempt(outcome="delivered")

    def _take_back(self, due: Due, agency: Agency) -> Attempt:
        cases = self._cases()
        _, id = cases.sent_to(due.reference)
        if id is None:
            found = agency.find(due.reference)
            if found is None and self._tries().is_sending(due.reference):
                # A call may still be under way. Whether it arrives will be known in a moment.
                return self._later(due, 1.0)
            if found is None:
                cases.withdrawn_here(due.reference)
                return Attempt(outcome="withdrawn")
            cases.take(due.reference, found)
            id = found.id
        try:
            report = agency.withdraw(id)
        except NotAccepted:
            report = agency.read(id)
            if report.state != "withdrawn":
                self._tries().too_late(due, "The agency says that it is too late to take it back.")
        cases.take(due.reference, report)
        return Attempt(outcome="withdrawn")

    def _begin(self, due: Due) -> WorkflowHandle[str]:
        with SetWorkflowID(_workflow(due)):
            if due.kind == "deliver" and due.round == 0:
                return DBOS.start_workflow(_deliver, due.reference)
            return DBOS.start_workflow(_try, due.reference, due.kind, due.round)

    def _send_due(self) -> None:
        for due in self._tries().due():
            if self._stopping.is_set():
                return
            if self._begin(due).get_status().status not in ("PENDING", "ENQUEUED"):
                # It ended and the application is still due: a database that was away, or one of the last release.
                self._tries().later(due, 0.0)

    def _follow(self) -> None:
        """Asks the agencies now and then, for what a lost webhook did not say."""
        cases = self._cases()
        by_agency: defaultdict[str, list[str]] = defaultdict(list)
        for agency, reference in cases.open_ones(now() - timedelta(seconds=self._follow_every)):
            by_agency[agency].append(reference)
        if by_agency:
            with ThreadPoolExecutor(max_workers=len(by_agency), thread_name_prefix="following") as pool:
                list(pool.map(self._look, by_agency, by_agency.values()))

    def _look(self, agency: str, references: list[str]) -> None:
        for reference in references:
            if self._stopping.is_set() or self._breakers.is_open(agency):
                return
            try:
                self.refresh(reference)
            except AgencyUnavailable as error:
                self._breakers.failed(agency, error.retry_after)
                _log.warning("asking about %s failed (%s)", reference, error)
            except NotAccepted as error:
                _log.warning("asking about %s failed (%s)", reference, error)
            else:
                self._breakers.worked(agency)

    def _repeat(self, name: str, every: float, what: Callable[[], None]) -> None:
        while not self._stopping.wait(every):
            try:
                what()
            except Exception:  # noqa: BLE001 - one bad round must not end it for all
                _log.exception("a round of the %s thread failed; it goes on in %s s", name, every)

    def _cases(self) -> Cases:
        if self.cases is None:
            raise RuntimeError("launch the delivery first")
        return self.cases

    def _tries(self) -> Tries:
        return self._cases().tries


_delivery: Delivery | None = None


def _bind(delivery: Delivery) -> None:
    # DBOS finds workflows by name when it recovers them, before anybody could hand them an object.
    global _delivery  # noqa: PLW0603
    _delivery = delivery


def _attachment(reference: str, file: Document) -> Attachment:
    return Attachment(
        reference=reference, fact=file.fact, name=file.name, media_type=file.media_type, content=file.content
    )


def _workflow(due: Due) -> str:
    """The workflow's id: one for each thing that is begun."""
    if due.kind == "deliver" and due.round == 0:
        return due.reference
    return f"{due.reference}:{due.kind}:{due.round}"


@DBOS.step(name="attempt")
def _attempt(reference: str, number: int) -> dict[str, Any]:
    return _made(Due(reference, "deliver", number))


@DBOS.step(name="try")
def _made_step(reference: str, kind: Any, number: int) -> dict[str, Any]:
    return _made(Due(reference, kind, number))


def _made(due: Due) -> dict[str, Any]:
    if _delivery is None:
        raise RuntimeError("launch the delivery first")
    return _delivery.attempt(due).model_dump()


@DBOS.workflow(name="deliver", max_recovery_attempts=1_000_000)
def _deliver(reference: str) -> str:
    # Workflows of the first release tried on and on in here. What they had tried is read from their record, and the
    # next try is due in the application's own time.
    return Attempt.model_validate(_attempt(reference, 0)).outcome


@DBOS.workflow(name="try", max_recovery_attempts=1_000_000)
def _try(reference: str, kind: str, number: int) -> str:
    return Attempt.model_validate(_made_step(reference, kind, number)).outcome
