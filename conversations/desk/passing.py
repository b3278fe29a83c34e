"""Passing on: back into the queue, to a colleague, to a team, and to another agency once the person agrees."""

from __future__ import annotations

from conversations.desk.handover import Handover, change, conversation_of, read, release, row_of
from conversations.desk.queue import Queue
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.teams import Team, Teams
from conversations.desk.voice import Voice
from storage import Database


class Passing:
    """Moves what an adviser has to others."""

    def __init__(self, database: Database, teams: Teams, queue: Queue, voice: Voice) -> None:
        self._database = database
        self._teams = teams
        self._queue = queue
        self._voice = voice

    def put_back(self, id: int, adviser: Adviser) -> Handover:
        """Puts the conversation back into the queue, for another adviser; it keeps its time.

        Raises:
            TooLate: where the adviser does not have it.
        """
        with self._database.begin() as session:
            made = release(session, id, adviser.id)
        self._voice.tell(made.conversation, "desk_again")
        return made

    def give(self, id: int, adviser: Adviser, to: Adviser) -> Handover:
        """Gives the conversation to a colleague who is there.

        Raises:
            TooLate: where the adviser does not have it.
            NotAllowed: where the colleague is not there.
        """
        if not to.is_here:
            raise NotAllowed(f"{to.name} is not there now. Choose somebody who is, or a team.")
        with self._database.begin() as session:
            made = change(session, id, adviser.id, adviser=to.id, passing_to=None)
            conversation_of(session, made.conversation).adviser = to.id
        self._voice.tell(made.conversation, "desk_joined", name=to.name)
        return made

    def pass_on(self, id: int, adviser: Adviser, team: str, why: str = "", *, agreed: bool = False) -> Handover:
        """Passes the conversation to a team. To another agency it goes only once the person agrees.

        Args:
            agreed: that the person agreed by voice.

        Raises:
            TooLate: where the adviser does not have it.
            NotAllowed: where there is no such team.
        """
        teams = self._teams.all()
        if team not in teams:
            raise NotAllowed("There is no such team. Choose one from the list.")
        handover = self._queue.get(id)
        if not agreed and self._is_elsewhere(handover, teams[team]):
            with self._database.begin() as session:
                detail = {**handover.detail, "passed_on": why}
                made = change(session, id, adviser.id, passing_to=team, detail=detail)
            self._voice.ask_to_pass(made, teams[team])
            return made
        return self._move(id, adviser.id, teams[team], why)

    def agree(self, conversation: str, *, agrees: bool) -> Handover | None:
        """The person's answer to being passed on to another agency."""
        there = self._queue.open_one(conversation)
        if there is None or there.passing_to is None or there.adviser is None:
            return there
        team = self._teams.all().get(there.passing_to)
        if agrees and team is not None:
            return self._move(there.id, there.adviser, team, str(there.detail.get("passed_on") or ""))
        with self._database.begin() as session:
            made = change(session, there.id, there.adviser, passing_to=None)
        self._voice.tell(conversation, "desk_stays")
        return made

    def _move(self, id: int, adviser: str, team: Team, why: str) -> Handover:
        with self._database.begin() as session:
            made = release(session, id, adviser)
            row = row_of(session, id)
            row.team, row.agency = team.id, team.agency or row.agency
            row.detail = {**(row.detail or {}), "passed_on": why}
            made = read(session, row)
        self._voice.tell(made.conversation, "desk_passed", team=team.name)
        return made

    def _is_elsewhere(self, handover: Handover, team: Team) -> bool:
        now_at = self._teams.all().get(handover.team)
        agency = now_at.agency if now_at else None
        return team.agency is not None and team.agency != agency
