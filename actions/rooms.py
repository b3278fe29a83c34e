"""What every action can reach: the rooms below, and the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from cases import Cases, Delivery
from catalogue import Catalogue
from catalogue.days import today
from conversations import Store, Words
from conversations.desk.reception import Reception
from insights import Ledger


@dataclass(frozen=True)
class Rooms:
    """The rooms below and the reception of the desk, handed to each action when it is made."""

    catalogue: Catalogue
    store: Store
    cases: Cases
    delivery: Delivery
    words: Words
    ledger: Ledger
    reception: Reception
    today: Callable[[], dt.date] = today
