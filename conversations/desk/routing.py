"""Who can take a conversation: the teams in the order in which they are asked, and who of them is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue import Catalogue
from conversations.context import Context
from conversations.desk.handover import Handover
from conversations.desk.staff import FRESH, Adviser
from conversations.desk.tables import AdviserRow
from conversations.desk.teams import GENERAL, Team, Teams
from conversations.store import Conversation, Store
from storage import Database, now


class Routing:
    """Finds the team for a conversation."""

    def __init__(self, database: Database, store: Store, teams: Teams, catalogue: Catalogue) -> None:
        self._database = database
        self._store = store
        self._teams = teams
        self._catalogue = catalogue

    def route(self, conversation: str) -> Team | None:
        """The first team that could take this conversation at this moment."""
        teams = self._teams.all()
        with self._database.read() as session:
            staff = here(session)
        moment = now()
        for team in self.candidates(conversation, teams, list(teams.values())):
            if team.is_open(moment) and any(team.id in (one.teams or [GENERAL]) for one in staff):
                return team
        return None

    def of_adviser(self, adviser: Adviser) -> Team:
        """The team for which ``adviser`` takes what nobody asked for: the first of their own, else everyone's."""
        teams = self._teams.all()
        return next((teams[one] for one in adviser.teams if one in teams), teams[GENERAL])

    def for_adviser(self, conversation: str, adviser: Adviser) -> Team:
        """The team of the adviser's that a conversation would go to."""
        teams = self._teams.all()
        mine = [teams[one] for one in adviser.teams if one in teams]
        return (self.candidates(conversation, teams, mine) or [teams[GENERAL]])[0]

    def candidates(self, conversation: str, teams: dict[str, Team], among: Iterable[Team]) -> list[Team]:
        """The teams in the order in which they are asked: the site's agency, the services' agencies, everyone's, and
        after each the one that helps it out.
        """
        among = list(among)
        found: Conversation = self._store.get(conversation)
        wanted = [found.agency, self.agency(self._store.context(conversation)), None]
        ordered: dict[str, Team] = {}
        for agency in dict.fromkeys(wanted):
            for team in among:
                if team.agency == agency:
                    ordered.setdefault(team.id, team)
                    if team.overflow in teams:
                        ordered.setdefault(team.overflow, teams[team.overflow])
        return list(ordered.values())

    def agency(self, context: Context) -> str | None:
        """The agency that the conversation is about by now: of the service spoken of, or of the plan's first."""
        services = self._catalogue.services
        if context.focus in services:
            return services[context.focus].agency
        for event in context.life_events:
            for service in self._catalogue.services_for(event):
                return service.agency
        return None


def here(session: Session) -> list[AdviserRow]:
    """Staff who take conversations at this moment."""
    wanted = select(AdviserRow).where(
        AdviserRow.is_active, AdviserRow.presence == "here", AdviserRow.seen_at >= now() - FRESH
    )
    return list(session.scalars(wanted))


def is_theirs(handover: Handover, adviser: Adviser, teams: dict[str, Team]) -> bool:
    """Whether a handover that waits is ``adviser``'s to take: of their team, or late and of one that they help out."""
    mine = adviser.teams or [GENERAL]
    if handover.team in mine or handover.team not in teams:
        return True
    team = teams[handover.team]
    late = handover.asked_at + dt.timedelta(minutes=team.overflow_minutes) < now()
    return late and (team.overflow or GENERAL) in mine
