"""Staff: accounts, signing in, and who is there."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from conversations.desk.tables import AdviserRow, LogRow, SessionRow
from storage import Database, now
from storage.secrets import digest, token

Role = Literal["adviser", "supervisor", "reviewer"]
ROLES: tuple[Role, ...] = ("adviser", "supervisor", "reviewer")
Presence = Literal["here", "away"]

FRESH = dt.timedelta(seconds=40)
"""How long after its last sign of life a console still counts as being there."""
IDLE = dt.timedelta(hours=1)
LONGEST = dt.timedelta(hours=12)
"""A session ends after an hour without anything done in it, and after twelve hours in any case."""
SHORTEST_PASSWORD = 12
FREE_TRIES = 5
LONGEST_LOCK = dt.timedelta(minutes=15)

_hasher = PasswordHasher()
# Checked where there is no such account, so that the time taken does not tell whether there is one.
_NOBODY = _hasher.hash(uuid.uuid4().hex)


class NotAllowed(Exception):
    """This member of staff may not do that. The text says who may."""


class SignInFailed(Exception):
    """The name or the password is wrong, or the account is locked. Which of these is not told apart."""


class BadAccount(ValueError):
    """The account can't be made like this. The text says what to change."""


class Adviser(BaseModel):
    """A member of staff, or a desk of another make."""

    id: str
    login: str
    name: str
    roles: list[str]
    teams: list[str]
    languages: list[str]
    skills: list[str]
    capacity: int
    presence: str
    is_desk: bool = False
    is_active: bool = True
    seen_at: dt.datetime | None = None
    settings: dict[str, Any] = {}

    def may(self, role: Role) -> bool:
        """Whether they have ``role``."""
        return role in self.roles

    @property
    def is_here(self) -> bool:
        """Whether they take conversations at this moment."""
        return self.is_active and self.presence == "here" and self.seen_at is not None and now() - self.seen_at <= FRESH


class Staff:
    """Keeps accounts and sessions.

    Callers need not hash, compare or lock: passwords are kept as Argon2id, tokens as digests, and an account that is
    tried too often waits longer each time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        login: str,
        name: str,
        *,
        roles: Iterable[str] = ("adviser",),
        password: str | None = None,
        subject: str | None = None,
        teams: Iterable[str] = (),
        languages: Iterable[str] = ("en",),
        skills: Iterable[str] = (),
    ) -> Adviser:
        """A new account; with ``password`` for signing in here, with ``subject`` by the OIDC provider.

        Raises:
            BadAccount: where the login is taken, a role is unknown or the password is too short.
        """
        login = login.strip().lower()
        unknown = [role for role in roles if role not in ROLES]
        if not login or len(login) > 120:
            raise BadAccount("Give a login name of 1 to 120 letters.")
        if unknown:
            raise BadAccount(f"There is no role “{unknown[0]}”. There are: {', '.join(ROLES)}.")
        with self._database.begin() as session:
            if session.scalar(select(AdviserRow.id).where(AdviserRow.login == login)):
                raise BadAccount(f"There is an adviser “{login}” already.")
            row = AdviserRow(
                id=uuid.uuid4().hex,
                login=login,
                name=name.strip() or login,
                roles=list(roles),
                teams=list(teams),
                languages=list(languages),
                skills=list(skills),
                password_hash=hashed(password) if password is not None else None,
                subject=subject,
                settings={},
            )
            session.add(row)
            session.flush()
            return _adviser(row)

    def add_desk(
        self, login: str, name: str, teams: Iterable[str], webhook: dict[str, str] | None
    ) -> tuple[Adviser, str]:
        """An account for a desk of another make, and the token for its API, which is told once.

        Args:
            webhook: ``url`` and ``secret`` (Standard Webhooks, ``whsec_…``) for what it is to be told.
        """
        made = self.add(login, name, roles=("adviser",), teams=teams, languages=("en", "mi"))
        secret = token()
        with self._database.begin() as session:
            row = _row(session, made.id)
            row.is_desk, row.token_hash, row.webhook = True, digest(secret), webhook
            row.capacity = 1000
            return _adviser(row), secret

    def change(self, id: str, **values: Any) -> Adviser:
        """Changes an account: ``name``, ``roles``, ``teams``, ``languages``, ``skills``, ``capacity``, ``is_active``,
        ``password``, ``settings``. An account that is switched off is signed out everywhere.
        """
        if "password" in values:
            values["password_hash"] = hashed(values.pop("password"))
        with self._database.begin() as session:
            row = _row(session, id)
            for name, value in values.items():
                setattr(row, name, value)
            if not row.is_active or "password_hash" in values:
                session.execute(delete(SessionRow).where(SessionRow.adviser == id))
            return _adviser(row)

    def get(self, id: str) -> Adviser:
        """The account.

        Raises:
            LookupError: where there is none.
        """
        with self._database.read() as session:
            return _adviser(_row(session, id))

    def named(self, login: str) -> Adviser | None:
        """The account with this login name."""
        with self._database.read() as session:
            row = session.scalar(select(AdviserRow).where(AdviserRow.login == login.strip().lower()))
            return _adviser(row) if row else None

    def all(self) -> list[Adviser]:
        """Every account, by name."""
        with self._database.read() as session:
            return [_adviser(row) for row in session.scalars(select(AdviserRow).order_by(AdviserRow.name))]

    def sign_in(self, login: str, password: str) -> tuple[Adviser, str]:
        """Signs in with a password; gives the account and the session's token.

        Raises:
            SignInFailed: else.
        """
        with self._database.begin() as session:
            row = session.scalar(select(AdviserRow).where(AdviserRow.login == login.strip().lower()))
            kept = row.password_hash if row is not None else None
            locked = row is not None and row.locked_until is not None and row.locked_until > now()
        # Hashing takes a tenth of a second, in which no other transaction should have to wait.
        right = _matches(kept or _NOBODY, password) and kept is not None
        with self._database.begin() as session:
            row = session.get(AdviserRow, row.id) if row is not None else None
            if row is None:
                raise SignInFailed
            if locked or not right or not row.is_active or row.is_desk:
                # Written down before it is refused: the refusal must not undo it.
                self._count(row, locked)
                failed = True
            else:
                failed = False
                row.failures, row.locked_until = 0, None
                secret = _open(session, row)
        if failed:
            raise SignInFailed
        return _adviser(row), secret

    def sign_in_as(
        self, subject: str, login: str, name: str, roles: list[str], teams: list[str]
    ) -> tuple[Adviser, str]:
        """Signs in whom the OIDC provider vouches for, with the roles and teams that it says; makes the account.

        Raises:
            SignInFailed: where the provider gives no role, or the account was switched off.
        """
        if not roles:
            raise SignInFailed
        with self._database.begin() as session:
            row = session.scalar(select(AdviserRow).where(AdviserRow.subject == subject))
            if row is None:
                row = AdviserRow(id=uuid.uuid4().hex, login=f"{login}"[:120].lower(), subject=subject, settings={})
                row.languages, row.skills = ["en"], []
                if session.scalar(select(AdviserRow.id).where(AdviserRow.login == row.login)):
                    # A local account of that name is another one: the provider does not take it over.
                    row.login = f"{row.login[:87]}-{row.id}"
                session.add(row)
            elif not row.is_active:
                raise SignInFailed
            row.name, row.roles = name[:120] or row.login, roles
            row.teams = teams or row.teams or []
            session.flush()
            return _adviser(row), _open(session, row)

    def session(self, secret: str, *, used: bool = True) -> Adviser | None:
        """The account that a session belongs to, or None where it has ended.

        Args:
            used: whether somebody did something; what a page does by itself keeps no session alive.
        """
        with self._database.begin() as session:
            row = session.get(SessionRow, digest(secret))
            if row is None:
                return None
            account = session.get(AdviserRow, row.adviser)
            over = row.used_at + IDLE < now() or row.created_at + LONGEST < now()
            if over or account is None or not account.is_active:
                session.delete(row)
                return None
            if used:
                row.used_at = now()
            return _adviser(account)

    def desk(self, secret: str) -> Adviser | None:
        """The desk of another make whose token this is."""
        wanted = select(AdviserRow).where(AdviserRow.token_hash == digest(secret), AdviserRow.is_active)
        with self._database.read() as session:
            row = session.scalar(wanted)
            return _adviser(row) if row is not None and row.is_desk else None

    def sign_out(self, secret: str) -> None:
        """Ends a session; the adviser is away once none is left."""
        with self._database.begin() as session:
            row = session.get(SessionRow, digest(secret))
            if row is None:
                return
            session.delete(row)
            session.flush()
            if not session.scalar(select(SessionRow.digest).where(SessionRow.adviser == row.adviser).limit(1)):
                session.execute(update(AdviserRow).where(AdviserRow.id == row.adviser).values(presence="away"))

    def be(self, id: str, presence: Presence) -> None:
        """Takes conversations from now on, or none."""
        with self._database.begin() as session:
            row = _row(session, id)
            row.presence, row.seen_at = presence, now()

    def beat(self, id: str, until: dt.datetime | None = None) -> None:
        """A sign of life. ``until`` is for desks that give one seldom: they count as there until then."""
        with self._database.begin() as session:
            _row(session, id).seen_at = (until - FRESH) if until else now()

    def log(self, id: str, act: str, subject: str | None = None) -> None:
        """Writes down what staff did."""
        with self._database.begin() as session:
            session.add(LogRow(adviser=id, act=act, subject=subject))

    def logged(self, limit: int = 200) -> list[dict[str, Any]]:
        """What staff did, newest first."""
        wanted = select(LogRow, AdviserRow.name).outerjoin(AdviserRow, AdviserRow.id == LogRow.adviser)
        with self._database.read() as session:
            found = session.execute(wanted.order_by(LogRow.id.desc()).limit(limit)).all()
            return [{"at": row.at, "name": name, "act": row.act, "subject": row.subject} for row, name in found]

    def _count(self, row: AdviserRow, locked: bool) -> None:
        if locked:
            return
        row.failures += 1
        over = row.failures - FREE_TRIES
        if over >= 0:
            row.locked_until = now() + min(dt.timedelta(seconds=10) * 2**over, LONGEST_LOCK)


def hashed(password: str) -> str:
    """The password as it is kept.

    Raises:
        BadAccount: where it is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise BadAccount(f"A password has {SHORTEST_PASSWORD} letters or more. A few words in a row are easy to keep.")
    return _hasher.hash(password)


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False


def _open(session: Session, row: AdviserRow) -> str:
    secret = token()
    session.add(SessionRow(digest=digest(secret), adviser=row.id))
    row.seen_at = now()
    return secret


def _row(session: Session, id: str) -> AdviserRow:
    row = session.get(AdviserRow, id)
    if row is None:
        raise LookupError(id)
    return row


def _adviser(row: AdviserRow) -> Adviser:
    names = Adviser.model_fields
    return Adviser(**{name: getattr(row, name) for name in names})
