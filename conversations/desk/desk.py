"""The desk as a whole: its parts in one place."""

from __future__ import annotations

from catalogue import Catalogue
from conversations.desk.corrections import Corrections
from conversations.desk.gaps import Gaps
from conversations.desk.handovers import Handovers
from conversations.desk.notes import Notes
from conversations.desk.outbox import Outbox
from conversations.desk.reception import Reception
from conversations.desk.reviews import Reviews
from conversations.desk.staff import Staff
from conversations.desk.switches import Switches
from conversations.desk.teams import Teams
from conversations.desk.written import WrittenAnswers
from conversations.notices import Notices
from conversations.store import Store
from storage import Database


class Desk:
    """Everything that staff work with."""

    def __init__(
        self,
        database: Database,
        store: Store,
        teams: Teams,
        switches: Switches,
        handovers: Handovers,
        reception: Reception,
        catalogue: Catalogue,
    ) -> None:
        self.teams = teams
        self.switches = switches
        self.handovers = handovers
        self.reception = reception
        self.staff = Staff(database)
        self.notes = Notes(database)
        self.answers = WrittenAnswers(database)
        self.corrections = Corrections(database, catalogue)
        self.gaps = Gaps(database, catalogue)
        self.reviews = Reviews(database)
        self.notices = Notices(database)
        self.outbox = Outbox(database, store, handovers, catalogue)
