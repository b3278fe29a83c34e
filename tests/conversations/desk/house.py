"""A desk on a database of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cryptography.fernet import Fernet

import catalogue
from conversations import Store, Turn
from conversations.desk.desk import Desk
from conversations.desk.handover import Handover
from conversations.desk.handovers import Handovers
from conversations.desk.reception import Reception
from conversations.desk.staff import Adviser
from conversations.desk.switches import Switches
from conversations.desk.teams import GENERAL, Team, Teams
from conversations.words import load
from storage import Database, Sealed, now
from storage.migrate import migrate

ALWAYS = {str(day): ["00:00", "24:00"] for day in range(7)}


class House:
    """A desk with what is below it."""

    def __init__(self, url: str) -> None:
        Sealed.use(Fernet.generate_key().decode())
        migrate(url)
        self.database = Database(url)
        self.catalogue = catalogue.load()
        self.store = Store(self.database)
        teams, switches = Teams(self.database), Switches(self.database)
        handovers = Handovers(self.database, self.store, teams, self.catalogue, load())
        self.reception = Reception(handovers, teams, self.store, self.catalogue, load(), switches)
        self.desk = Desk(self.database, self.store, teams, switches, handovers, self.reception, self.catalogue)
        teams.save(Team(id=GENERAL, name="Everyone", hours=ALWAYS, on_holidays=True))

    def adviser(self, login: str = "aroha", *, here: bool = True, **values: Any) -> Adviser:
        made = self.desk.staff.add(login, login.title(), **values)
        if here:
            self.desk.staff.be(made.id, "here")
        return self.desk.staff.get(made.id)

    def gone(self, adviser: Adviser, seconds: float = 60) -> None:
        """Takes the adviser's connection away, some seconds ago."""
        self.desk.staff.beat(adviser.id, now() - dt.timedelta(seconds=seconds - 40))

    def opened(self, **values: Any) -> str:
        conversation, _ = self.store.open(**values)
        return conversation.id

    def asked(self, **values: Any) -> Handover:
        """A conversation that waits for an adviser."""
        handover = self.desk.handovers.ask(self.opened(**values), "asked")
        assert handover is not None
        return handover


def spoken(text: str) -> Turn:
    """What an adviser says."""
    return Turn(number=0, by="adviser", at=now(), text=text)
