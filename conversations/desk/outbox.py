"""What desks of another make are told: signed webhooks, made from the state of things and sent until they are taken.

Nothing has to remember to tell: each round looks at what a desk should know by now, and a key that says what it is
about keeps anything from being told twice.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import httpx
from sqlalchemy import select
from standardwebhooks import Webhook

from catalogue import Catalogue, days
from conversations.desk.handover import Handover
from conversations.desk.handovers import Handovers
from conversations.desk.summary import summarise
from conversations.desk.tables import AdviserRow, HandoverRow, OutboxRow
from conversations.desk.teams import GENERAL
from conversations.store import Store
from storage import Database, now

_log = logging.getLogger(__name__)

GIVE_UP = dt.timedelta(hours=24)
LONGEST_PAUSE = dt.timedelta(minutes=10)
RECENT = dt.timedelta(days=1)


class Outbox:
    """Gathers what is to be told, and tells it."""

    def __init__(self, database: Database, store: Store, handovers: Handovers, catalogue: Catalogue) -> None:
        self._database = database
        self._store = store
        self._handovers = handovers
        self._catalogue = catalogue

    def gather(self) -> int:
        """Writes down what each desk should know and was not told yet; gives how many there were."""
        with self._database.begin() as session:
            desks = [
                (row.id, row.teams or [GENERAL])
                for row in session.scalars(select(AdviserRow).where(AdviserRow.is_desk, AdviserRow.is_active))
                if row.webhook
            ]
        if not desks:
            return 0
        recent = [one for one in self._handovers.queue.since(now() - RECENT) if one.channel in ("chat", "call_back")]
        made = 0
        for desk, teams in desks:
            for handover in recent:
                if handover.adviser == desk or (handover.state == "waiting" and handover.team in teams):
                    made += self._gather(desk, handover)
        return made

    def deliver(self, client: httpx.Client) -> int:
        """Sends what is due; gives how many were taken. What is not is tried again, later each time."""
        wanted = select(OutboxRow.id).where(
            OutboxRow.done_at.is_(None), OutboxRow.given_up.is_(False), OutboxRow.due_at <= now()
        )
        with self._database.begin() as session:
            due = list(session.scalars(wanted.order_by(OutboxRow.id).limit(50)))
        return sum(self._send(client, id) for id in due)

    def _gather(self, desk: str, handover: Handover) -> int:
        events: list[tuple[str, str, dict[str, Any]]] = []
        if handover.state == "waiting":
            events.append((f"waiting:{handover.version}", "handover.waiting", self._summary(handover)))
        if handover.adviser == desk:
            begun = handover.taken_at or handover.asked_at
            for turn in self._store.turns(handover.conversation):
                if (
                    turn.by == "person"
                    and turn.at >= begun
                    and (handover.ended_at is None or turn.at <= handover.ended_at)
                ):
                    said = {"number": turn.number, "text": turn.text, "at": turn.at.isoformat()}
                    events.append((f"turn:{turn.number}", "message.created", {"message": said}))
            if handover.state == "over":
                events.append(("over", "handover.over", {"ended": handover.ended}))
        made = 0
        with self._database.begin() as session:
            for key, kind, data in events:
                whole = f"{desk}:{handover.id}:{key}"
                if session.scalar(select(OutboxRow.id).where(OutboxRow.key == whole)) is not None:
                    continue
                body = {
                    "type": kind,
                    "timestamp": now().isoformat(),
                    "data": {"handover": handover.id, "conversation": handover.conversation, **data},
                }
                session.add(OutboxRow(adviser=desk, handover=handover.id, key=whole, body=body))
                made += 1
        return made

    def _summary(self, handover: Handover) -> dict[str, Any]:
        made = summarise(self._store, self._catalogue, handover.conversation, days.today())
        return {
            "team": handover.team,
            "reason": handover.reason,
            "urgent": handover.urgent,
            "language": handover.language,
            "asked_at": handover.asked_at.isoformat(),
            "summary": made.model_dump(mode="json"),
        }

    def _send(self, client: httpx.Client, id: int) -> bool:
        with self._database.begin() as session:
            row = session.get(OutboxRow, id)
            desk = session.get(AdviserRow, row.adviser) if row is not None else None
            if row is None or desk is None or not desk.webhook:
                return False
            # Whoever is told of the third message must have been told of the second: one conversation keeps its order.
            before = select(OutboxRow.id).where(
                OutboxRow.adviser == row.adviser,
                OutboxRow.handover == row.handover,
                OutboxRow.id < id,
                OutboxRow.done_at.is_(None),
                OutboxRow.given_up.is_(False),
            )
            if session.scalar(before.limit(1)) is not None:
                return False
            url, secret, body, key = desk.webhook["url"], desk.webhook["secret"], dict(row.body), row.key
        text = json.dumps(body)
        moment = now()
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, moment, text),
        }
        try:
            taken = client.post(url, content=text, headers=headers).is_success
        except httpx.HTTPError:
            taken = False
        with self._database.begin() as session:
            row = session.get(OutboxRow, id)
            if row is None:
                return False
            row.tries += 1
            if taken:
                row.done_at = now()
            else:
                row.due_at = now() + min(dt.timedelta(seconds=2) * 2**row.tries, LONGEST_PAUSE)
                begun = session.get(HandoverRow, row.handover)
                if begun is None or begun.asked_at + GIVE_UP < now():
                    row.given_up = True
                    _log.error("a desk's webhook was given up after %d tries", row.tries)
        return taken
