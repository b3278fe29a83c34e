"""Handovers: a conversation waits for staff, one adviser takes it, and it goes on, back or to an end.

Who has a conversation stands on the conversation itself, and every step changes both in one transaction. A step names
the version of the handover that it was decided on, so that of two who decide at the same moment one comes too late.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Update, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalogue import Catalogue
from conversations.context import Context
from conversations.desk.staff import FRESH, Adviser, NotAllowed
from conversations.desk.tables import AdviserRow, HandoverRow
from conversations.desk.teams import GENERAL, Team, Teams
from conversations.messages import Choices, Message
from conversations.store import Conversation, Store, Turn
from conversations.tables import ConversationRow
from conversations.words import Words
from storage import Database, now

Reason = Literal["asked", "missed", "crisis", "failure", "code", "call", "counter", "delivery"]
Ending = Literal["answered", "started", "passed_on", "no_reply", "not_ours", "abuse", "handed_back", "left", "nobody"]
ENDINGS: tuple[Ending, ...] = ("answered", "started", "passed_on", "no_reply", "not_ours", "abuse")
"""How an adviser can close a conversation; the rest happens by itself."""

DESERTED = dt.timedelta(minutes=2)
"""How long a conversation waits on after the last adviser has gone."""
EACH = 4.0
"""Minutes that a conversation takes, where none has been measured yet."""


class TooLate(Exception):
    """Somebody else was faster, or it is over. The text says what has become of it."""


class Handover(BaseModel):
    """A time that a conversation is with staff, or waits to be."""

    id: int
    conversation: str
    state: Literal["waiting", "held", "over"]
    version: int
    reason: str
    channel: str
    urgent: bool
    team: str
    agency: str | None
    life_event: str | None
    language: str
    adviser: str | None
    adviser_name: str | None = None
    detail: dict[str, Any] = {}
    passing_to: str | None = None
    asked_at: dt.datetime
    taken_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None
    ended: str | None

    @property
    def waited(self) -> dt.timedelta:
        """How long the person waited, or waits."""
        return (self.taken_at or self.ended_at or now()) - self.asked_at


class Waiting(BaseModel):
    """What a person who waits is told: their place, and about how many minutes."""

    place: int
    minutes: int


class Handovers:
    """The queue and what becomes of it.

    Callers need not lock: see the module. What the person is told of a step is said here too, in their language.
    """

    def __init__(self, database: Database, store: Store, teams: Teams, catalogue: Catalogue, words: Words) -> None:
        self._database = database
        self._store = store
        self._teams = teams
        self._catalogue = catalogue
        self._words = words

    # Asking for a person

    def is_there(self, conversation: str) -> bool:
        """Whether somebody could take this conversation now. Only then is a handover offered."""
        return self._route(conversation) is not None

    def ask(self, conversation: str, reason: Reason, *, urgent: bool = False, **detail: Any) -> Handover | None:
        """Puts the conversation into the queue; gives None where nobody is there. A second call changes nothing."""
        there = self.open_one(conversation)
        if there is not None:
            return self._hurry(there) if urgent and not there.urgent else there
        team = self._route(conversation)
        if team is None:
            return None
        return self._make(conversation, reason, team, urgent=urgent, detail=detail)

    def call_back(self, conversation: str, phone: str, when: str, name: str | None = None) -> Handover:
        """Keeps that somebody is to ring the person; works whether anybody is there or not."""
        detail = {"call_back": {"phone": phone, "when": when, "name": name, "asked": now().isoformat()}}
        there = self.open_one(conversation)
        if there is None:
            team = self._route(conversation) or self._teams.all()[GENERAL]
            return self._make(conversation, "asked", team, detail=detail, channel="call_back")
        with self._database.begin() as session:
            row = _row(session, there.id)
            row.detail = {**(row.detail or {}), **detail}
            if row.state == "waiting":
                row.channel = "call_back"
                _conversation(session, row.conversation).holder = "assistant"
            return _handover(session, row)

    def open_one(self, conversation: str) -> Handover | None:
        """The handover of this conversation that is not over, if any."""
        wanted = select(HandoverRow).where(HandoverRow.conversation == conversation, HandoverRow.open == 1)
        with self._database.read() as session:
            row = session.scalar(wanted)
            return _handover(session, row) if row else None

    def get(self, id: int) -> Handover:
        """The handover.

        Raises:
            LookupError: where there is none.
        """
        with self._database.read() as session:
            return _handover(session, _row(session, id))

    def waiting(self, handover: Handover) -> Waiting:
        """The place in the queue, and about how long it will be: from how long the last ones took."""
        ahead = select(func.count()).where(
            HandoverRow.state == "waiting",
            HandoverRow.team == handover.team,
            HandoverRow.channel != "call_back",
            HandoverRow.id != handover.id,
            # The urgent go first, whenever they came.
            (HandoverRow.urgent.is_(True) & (HandoverRow.asked_at < handover.asked_at))
            if handover.urgent
            else HandoverRow.urgent.is_(True) | (HandoverRow.asked_at < handover.asked_at),
        )
        took = (
            select(HandoverRow.taken_at, HandoverRow.ended_at)
            .where(HandoverRow.team == handover.team, HandoverRow.taken_at.is_not(None), HandoverRow.open.is_(None))
            .order_by(HandoverRow.id.desc())
            .limit(20)
        )
        with self._database.read() as session:
            place = (session.scalar(ahead) or 0) + 1
            spans = [(end - begin).total_seconds() / 60 for begin, end in session.execute(took) if begin and end]
            staff = len([one for one in _here(session) if handover.team in (one.teams or [GENERAL])])
        each = sum(spans) / len(spans) if spans else EACH
        return Waiting(place=place, minutes=max(1, min(60, math.ceil((place - 1) * each / max(1, staff)) + 1)))

    # What advisers see

    def queue(self, adviser: Adviser | None = None) -> list[Handover]:
        """What waits, as it should be taken: the urgent first, then by time. For ``adviser``, what is theirs to take:
        their teams' and, after a while, that of teams that they help out.
        """
        wanted = select(HandoverRow).where(HandoverRow.state == "waiting")
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(HandoverRow.urgent.desc(), HandoverRow.asked_at))
            found = [_handover(session, row) for row in rows]
        if adviser is None:
            return found
        teams = self._teams.all()
        return [one for one in found if _is_theirs(one, adviser, teams)]

    def held(self, adviser: str | None = None) -> list[Handover]:
        """What ``adviser`` has, or what all of them have, longest first."""
        wanted = select(HandoverRow).where(HandoverRow.state == "held")
        if adviser is not None:
            wanted = wanted.where(HandoverRow.adviser == adviser)
        with self._database.read() as session:
            return [_handover(session, row) for row in session.scalars(wanted.order_by(HandoverRow.taken_at))]

    def of(self, conversation: str) -> list[Handover]:
        """Every handover of a conversation, oldest first."""
        wanted = select(HandoverRow).where(HandoverRow.conversation == conversation).order_by(HandoverRow.id)
        with self._database.read() as session:
            return [_handover(session, row) for row in session.scalars(wanted)]

    def since(self, begin: dt.datetime, end: dt.datetime | None = None) -> list[Handover]:
        """Handovers that were asked for between two moments, newest first."""
        wanted = select(HandoverRow).where(HandoverRow.asked_at >= begin)
        if end is not None:
            wanted = wanted.where(HandoverRow.asked_at < end)
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(HandoverRow.id.desc()).limit(500))
            return [_handover(session, row) for row in rows]

    # What advisers do

    def take(self, id: int, adviser: Adviser) -> Handover:
        """Takes a conversation that waits. Of all who try, exactly one gets it.

        Raises:
            TooLate: for everybody else.
        """
        with self._database.begin() as session:
            # The conversation before its handover, in every step: two steps at once can't then wait for each other.
            row = _row(session, id)
            owner = _conversation(session, row.conversation)
            taken = _step(
                session,
                update(HandoverRow).where(HandoverRow.id == id, HandoverRow.state == "waiting"),
                state="held",
                adviser=adviser.id,
                taken_at=now(),
            )
            session.refresh(row)
            if not taken:
                raise TooLate(_fate(session, row))
            owner.holder, owner.adviser = "adviser", adviser.id
            made = _handover(session, row)
        self._store.news.tell(made.conversation)
        if made.channel in ("chat", "call_back"):
            self._tell(made.conversation, "desk_joined", name=adviser.name)
        return made

    def join(self, conversation: str, adviser: Adviser, reason: Reason = "code") -> Handover:
        """Takes a conversation that nobody asked to be taken: its code was quoted, or a crisis shows.

        Raises:
            TooLate: where another adviser has it.
        """
        there = self.open_one(conversation)
        if there is None:
            teams = self._teams.all()
            mine = [teams[one] for one in adviser.teams if one in teams]
            team = (self._candidates(conversation, teams, mine) or [teams[GENERAL]])[0]
            there = self._make(conversation, reason, team)
        if there.state == "held" and there.adviser == adviser.id:
            return there
        return self.take(there.id, adviser)

    def quoted(self, conversation: str, adviser: Adviser) -> Handover:
        """The person quoted their code: the adviser may read the conversation, and the assistant keeps it."""
        teams = self._teams.all()
        team = next((teams[one] for one in adviser.teams if one in teams), teams[GENERAL])
        made = self._make(conversation, "code", team, channel="code")
        return self._finish(made.id, "answered", None)

    def open_call(
        self, adviser: Adviser, channel: Literal["call", "counter"], language: str, agency: str | None
    ) -> Handover:
        """A conversation that is held by voice: somebody rings, or stands at the counter."""
        made, _ = self._store.open("mi" if language == "mi" else "en", agency)
        teams = self._teams.all()
        team = next((teams[one] for one in adviser.teams if one in teams), teams[GENERAL])
        return self.take(self._make(made.id, channel, team, channel=channel).id, adviser)

    def say(self, handover: Handover, adviser: Adviser, turn: Turn, nonce: str | None = None) -> Turn:
        """Says something in a conversation that ``adviser`` has; with the same ``nonce``, only once.

        Raises:
            NotHeld: where they do not have it any more.
        """
        seen = self._store.seen(handover.conversation, nonce) if nonce else None
        if seen is not None:
            return seen
        said = self._store.add(handover.conversation, turn, nonce, held_by=adviser.id)
        if handover.answered_at is None:
            with self._database.begin() as session:
                row = _row(session, handover.id)
                row.answered_at = row.answered_at or now()
        return said

    def hand_back(self, id: int, adviser: Adviser) -> Handover:
        """Gives the conversation back to the assistant. The caller lets the assistant go on.

        Raises:
            TooLate: where the adviser does not have it.
        """
        made = self._finish(id, "handed_back", adviser)
        self._tell(made.conversation, "desk_back", name=adviser.name)
        return made

    def close(self, id: int, adviser: Adviser, ending: Ending) -> Handover:
        """Closes the conversation with a reason; the assistant is there again for whatever comes next.

        Raises:
            TooLate: where the adviser does not have it.
        """
        made = self._finish(id, ending, adviser)
        if made.channel in ("chat", "call_back"):
            self._tell(made.conversation, "desk_closed", name=adviser.name)
        return made

    def put_back(self, id: int, adviser: Adviser) -> Handover:
        """Puts the conversation back into the queue, for another adviser; it keeps its time.

        Raises:
            TooLate: where the adviser does not have it.
        """
        with self._database.begin() as session:
            made = self._release(session, id, adviser.id)
        self._tell(made.conversation, "desk_again")
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
            made = self._change(session, id, adviser.id, adviser=to.id, passing_to=None)
            _conversation(session, made.conversation).adviser = to.id
        self._tell(made.conversation, "desk_joined", name=to.name)
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
        handover = self.get(id)
        if not agreed and self._is_elsewhere(handover, teams[team]):
            with self._database.begin() as session:
                detail = {**handover.detail, "passed_on": why}
                made = self._change(session, id, adviser.id, passing_to=team, detail=detail)
            self._ask_to_pass(made, teams[team])
            return made
        return self._move(id, adviser.id, teams[team], why)

    # What the person does

    def agree(self, conversation: str, *, agrees: bool) -> Handover | None:
        """The person's answer to being passed on to another agency."""
        there = self.open_one(conversation)
        if there is None or there.passing_to is None or there.adviser is None:
            return there
        team = self._teams.all().get(there.passing_to)
        if agrees and team is not None:
            return self._move(there.id, there.adviser, team, str(there.detail.get("passed_on") or ""))
        with self._database.begin() as session:
            made = self._change(session, there.id, there.adviser, passing_to=None)
        self._tell(conversation, "desk_stays")
        return made

    def leave(self, conversation: str) -> None:
        """The person waits no longer, or has gone."""
        there = self.open_one(conversation)
        if there is not None and there.channel != "call_back":
            self._finish(there.id, "left", None)

    # What happens by itself

    def sweep(self) -> list[str]:
        """Puts conversations whose adviser's connection is lost back into the queue, and ends the waiting where all
        have gone; gives the conversations.
        """
        moved = []
        with self._database.begin() as session:
            lost = (
                select(HandoverRow.id, HandoverRow.adviser)
                .join(AdviserRow, AdviserRow.id == HandoverRow.adviser)
                .where(
                    HandoverRow.state == "held",
                    HandoverRow.channel.in_(("chat", "call_back")),
                    AdviserRow.seen_at.is_(None) | (AdviserRow.seen_at < now() - FRESH),
                )
            )
            for id, adviser in [(id, str(adviser)) for id, adviser in session.execute(lost)]:
                moved.append(self._release(session, id, adviser).conversation)
        for conversation in moved:
            self._tell(conversation, "desk_lost")
        return [*moved, *self._deserted()]

    def _deserted(self) -> list[str]:
        waiting = [one for one in self.queue() if one.channel == "chat" and one.asked_at + DESERTED < now()]
        with self._database.begin() as session:
            last = session.scalar(
                select(func.max(AdviserRow.seen_at)).where(AdviserRow.presence == "here", AdviserRow.is_active)
            )
        gone = []
        for one in waiting:
            if self._route(one.conversation) is None and (last is None or last + DESERTED < now()):
                self._finish(one.id, "nobody", None)
                self._tell(one.conversation, "desk_nobody", code=self._store.code(one.conversation))
                gone.append(one.conversation)
        return gone

    # Parts of these

    def _make(
        self,
        conversation: str,
        reason: Reason,
        team: Team,
        *,
        urgent: bool = False,
        detail: dict[str, Any] | None = None,
        channel: str = "chat",
    ) -> Handover:
        context = self._store.context(conversation)
        found = self._store.get(conversation)
        events = context.life_events or [event for event, _ in context.recognised[:1]]
        row = HandoverRow(
            conversation=conversation,
            reason=reason,
            channel=channel,
            urgent=urgent,
            team=team.id,
            agency=found.agency or self._agency(context),
            life_event=events[-1] if events else None,
            language=found.language,
            detail=detail or {},
        )
        try:
            with self._database.begin() as session:
                owner = _conversation(session, conversation)
                session.add(row)
                session.flush()
                if channel != "call_back":
                    owner.holder = "queue"
                made = _handover(session, row)
        except IntegrityError:
            # It was asked for twice at the same moment.
            there = self.open_one(conversation)
            if there is None:
                raise
            return there
        self._store.news.tell(conversation)
        return made

    def _hurry(self, handover: Handover) -> Handover:
        with self._database.begin() as session:
            row = _row(session, handover.id)
            row.urgent = True
            return _handover(session, row)

    def _finish(self, id: int, ending: Ending, adviser: Adviser | None) -> Handover:
        with self._database.begin() as session:
            made = self._change(
                session, id, adviser.id if adviser else None, state="over", open=None, ended=ending, ended_at=now()
            )
            owner = _conversation(session, made.conversation)
            owner.holder, owner.adviser = "assistant", None
        self._store.news.tell(made.conversation)
        return made

    def _release(self, session: Session, id: int, adviser: str) -> Handover:
        made = self._change(session, id, adviser, state="waiting", adviser=None, taken_at=None, passing_to=None)
        owner = _conversation(session, made.conversation)
        owner.holder, owner.adviser = "queue", None
        return made

    def _move(self, id: int, adviser: str, team: Team, why: str) -> Handover:
        with self._database.begin() as session:
            made = self._release(session, id, adviser)
            row = _row(session, id)
            row.team, row.agency = team.id, team.agency or row.agency
            row.detail = {**(row.detail or {}), "passed_on": why}
            made = _handover(session, row)
        self._tell(made.conversation, "desk_passed", team=team.name)
        return made

    def _change(self, session: Session, id: int, had_by: str | None, **values: Any) -> Handover:
        """One step of a handover that ``had_by`` has, or that nobody needs to have."""
        row = _row(session, id)
        _conversation(session, row.conversation)
        wanted = update(HandoverRow).where(HandoverRow.id == id, HandoverRow.open == 1)
        if had_by is not None:
            wanted = wanted.where(HandoverRow.state == "held", HandoverRow.adviser == had_by)
        done = _step(session, wanted, **values)
        session.refresh(row)
        if not done:
            raise TooLate(_fate(session, row))
        return _handover(session, row)

    def _is_elsewhere(self, handover: Handover, team: Team) -> bool:
        now_at = self._teams.all().get(handover.team)
        agency = now_at.agency if now_at else None
        return team.agency is not None and team.agency != agency

    def _ask_to_pass(self, handover: Handover, team: Team) -> None:
        language = self._store.get(handover.conversation).language
        agency = self._catalogue.agencies[team.agency or ""].name.in_language(language)
        choices = [
            self._words.choice("desk:agree", "desk_agree", language, "primary"),
            self._words.choice("desk:refuse", "desk_refuse", language),
        ]
        text = self._words.text("desk_may_pass", language, agency=agency)
        said = Choices(text=text, choices=choices, **self._words.marks("desk_may_pass", language))
        self._store.offer(handover.conversation, [one.id for one in choices])
        self._say(handover.conversation, [said])

    def _tell(self, conversation: str, key: str, **values: Any) -> None:
        language = self._store.get(conversation).language
        self._say(conversation, [self._words.say(key, language, **values)])

    def _say(self, conversation: str, said: list[Message]) -> None:
        turn = Turn(number=0, by="adviser", at=now(), messages=said, decision="desk")
        self._store.add(conversation, turn, by_desk=True)

    def _route(self, conversation: str) -> Team | None:
        """The first team that could take this conversation at this moment."""
        teams = self._teams.all()
        with self._database.read() as session:
            staff = _here(session)
        moment = now()
        for team in self._candidates(conversation, teams, list(teams.values())):
            if team.is_open(moment) and any(team.id in (one.teams or [GENERAL]) for one in staff):
                return team
        return None

    def _candidates(self, conversation: str, teams: dict[str, Team], among: Iterable[Team]) -> list[Team]:
        """The teams in the order in which they are asked: the site's agency, the services' agencies, everyone's, and
        after each the one that helps it out.
        """
        among = list(among)
        found: Conversation = self._store.get(conversation)
        wanted = [found.agency, self._agency(self._store.context(conversation)), None]
        ordered: dict[str, Team] = {}
        for agency in dict.fromkeys(wanted):
            for team in among:
                if team.agency == agency:
                    ordered.setdefault(team.id, team)
                    if team.overflow in teams:
                        ordered.setdefault(team.overflow, teams[team.overflow])
        return list(ordered.values())

    def _agency(self, context: Context) -> str | None:
        """The agency that the conversation is about by now: of the service spoken of, or of the plan's first."""
        services = self._catalogue.services
        if context.focus in services:
            return services[context.focus].agency
        for event in context.life_events:
            for service in self._catalogue.services_for(event):
                return service.agency
        return None


def _here(session: Session) -> list[AdviserRow]:
    """Staff who take conversations at this moment."""
    wanted = select(AdviserRow).where(
        AdviserRow.is_active, AdviserRow.presence == "here", AdviserRow.seen_at >= now() - FRESH
    )
    return list(session.scalars(wanted))


def _is_theirs(handover: Handover, adviser: Adviser, teams: dict[str, Team]) -> bool:
    mine = adviser.teams or [GENERAL]
    if handover.team in mine or handover.team not in teams:
        return True
    team = teams[handover.team]
    late = handover.asked_at + dt.timedelta(minutes=team.overflow_minutes) < now()
    return late and (team.overflow or GENERAL) in mine


def _step(session: Session, wanted: Update, **values: Any) -> bool:
    """One change of a handover, with the next version; gives whether it was there to be changed."""
    changed: Any = session.execute(
        wanted.values(version=HandoverRow.version + 1, **values).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def _row(session: Session, id: int) -> HandoverRow:
    row = session.get(HandoverRow, id)
    if row is None:
        raise LookupError(str(id))
    return row


def _conversation(session: Session, id: str) -> ConversationRow:
    row = session.get(ConversationRow, id, with_for_update=True)
    if row is None:
        raise LookupError(id)
    # Other processes notice by this that something is new.
    row.updated_at = now()
    return row


def _fate(session: Session, row: HandoverRow) -> str:
    if row.state == "held":
        other = session.get(AdviserRow, row.adviser)
        return f"{other.name if other else 'Somebody else'} has this conversation now."
    return "This conversation waits in the queue again." if row.state == "waiting" else "This conversation is over."


def _handover(session: Session, row: HandoverRow) -> Handover:
    other = session.get(AdviserRow, row.adviser) if row.adviser else None
    state: Any = row.state
    return Handover(
        **{
            name: getattr(row, name)
            for name in Handover.model_fields
            if name not in ("adviser_name", "detail", "state")
        },
        state=state,
        detail=row.detail or {},
        adviser_name=other.name if other else None,
    )
