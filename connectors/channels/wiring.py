"""Puts the house together: settings in, rooms out. Nothing below this floor knows about settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from rasa_sdk.executor import ActionExecutor

from actions import ACTIONS, Rooms
from cases import Agency, Cases, Delivery
from cases.documents import Documents
from catalogue import Catalogue, load
from catalogue.days import today as todays_date
from connectors.agencies.directory import Directory
from connectors.agencies.offers import offered
from connectors.channels.connected import Signatures, connected
from connectors.channels.scanning import scanner
from connectors.channels.settings import Settings
from conversations import Kept, Opinions, Rasa, Store, Talk, Undo, Words
from conversations.desk.desk import Desk
from conversations.desk.handovers import Handovers
from conversations.desk.reception import Reception
from conversations.desk.switches import Switches
from conversations.desk.teams import Teams
from conversations.words import load as load_words
from insights import Counts, Ledger
from storage import Database, Sealed
from storage.migrate import migrate


@dataclass
class House:
    """Every room of a running app."""

    settings: Settings
    database: Database
    catalogue: Catalogue
    words: Words
    ledger: Ledger
    counts: Counts
    store: Store
    rasa: Rasa
    talk: Talk
    delivery: Delivery
    cases: Cases
    rooms: Rooms
    executor: ActionExecutor
    directory: Directory
    documents: Documents
    signatures: Signatures
    kept: Kept
    opinions: Opinions
    desk: Desk

    def close(self) -> None:
        """Stops what runs and gives back what is held."""
        self.store.news.close()
        self.delivery.stop()
        self.directory.close()
        self.rasa.close()
        self.database.close()


def build(
    settings: Settings,
    agency: Callable[[str], Agency] | None = None,
    today: Callable[[], dt.date] = todays_date,
) -> House:
    """The house for ``settings``, with its tables made and its deliveries running. ``today`` tells what day it is."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Sealed.use(settings.encryption_key.get_secret_value())
    migrate(settings.database_url)
    database = Database(settings.database_url)
    connections = connected(settings, load())
    catalogue = offered(load(), connections, sandbox=settings.sandbox)
    words, ledger = load_words(), Ledger(database)
    store = Store(database)
    rasa = Rasa(settings.rasa_url, settings.rasa_token.get_secret_value(), settings.rasa_seconds)
    paying = frozenset(host.strip().lower() for host in settings.payment_hosts.split(",") if host.strip())
    directory = Directory(
        settings.sandbox_url if settings.sandbox else None,
        client_id="aratohu",
        client_secret=settings.sandbox_client_secret.get_secret_value(),
        callback_url=f"{settings.internal_url}/internal/agencies/{{agency}}/changes",
        connected=connections,
        may_send_to=lambda url: catalogue.is_official(url) or urlsplit(url).hostname in paying,
    )
    delivery = Delivery(agency or directory.agency, settings.system_database_url)
    cases = Cases(database, catalogue, ledger, delivery.send)
    delivery.launch(cases, follow_every=settings.follow_seconds)
    teams, switches = Teams(database), Switches(database)
    handovers = Handovers(database, store, teams, catalogue, words)
    reception = Reception(handovers, teams, store, catalogue, words, switches)
    rooms = Rooms(catalogue, store, cases, delivery, words, ledger, reception, today)
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(rooms))
    return House(
        settings=settings,
        database=database,
        catalogue=catalogue,
        words=words,
        ledger=ledger,
        counts=Counts(database),
        store=store,
        rasa=rasa,
        talk=Talk(store, rasa, catalogue, words, ledger, Undo(database, store), reception, today),
        delivery=delivery,
        cases=cases,
        rooms=rooms,
        executor=executor,
        directory=directory,
        documents=Documents(database, scanner(settings)),
        signatures=Signatures(settings, connections),
        kept=Kept(database),
        opinions=Opinions(database),
        desk=Desk(database, store, teams, switches, handovers, reception, catalogue),
    )
