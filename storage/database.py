"""Engine, sessions and column types."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import DateTime, Engine, LargeBinary, MetaData, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every table derives from."""

    metadata = MetaData(naming_convention=_NAMES)


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC. SQLite forgets time zones; this puts UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuses a time without a zone, since nobody could tell what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """UTC, whichever way the database keeps it."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Sealed(TypeDecorator[Any]):
    """JSON that is encrypted at rest: what people told us. Can't be searched, by design.

    The key is set once per process with :meth:`use`, from ``ARATOHU_ENCRYPTION_KEY``.
    """

    impl = LargeBinary
    cache_ok = True
    _cipher: Fernet | None = None

    @classmethod
    def use(cls, key: str) -> None:
        """Encrypts and reads with ``key`` (a Fernet key) from now on."""
        cls._cipher = Fernet(key)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypts."""
        if value is None:
            return None
        return self._key().encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decrypts.

        Raises:
            RuntimeError: where the key is not the one that sealed it.
        """
        if value is None:
            return None
        try:
            return json.loads(self._key().decrypt(value))
        except InvalidToken:
            raise RuntimeError(
                "stored data can't be read with this ARATOHU_ENCRYPTION_KEY; start with the key that wrote it"
            ) from None

    def _key(self) -> Fernet:
        if self._cipher is None:
            raise RuntimeError("no encryption key: call Sealed.use() first")
        return self._cipher


class Database:
    """Sessions on one database. SQLite (the default) and Postgres.

    Authors of queries need not think of transactions: :meth:`begin` commits at the end and rolls back on an error.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Session]:
        """A session in a transaction."""
        with self._sessions.begin() as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads, and so waits for nobody who writes."""
        with self._sessions.begin() as session:
            session.connection(execution_options={"aratohu_reads": True})
            yield session

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        # Readers don't wait for the writer, and a crash loses nothing that was committed.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _immediate(connection: Any) -> None:
        # A transaction that reads before it writes would otherwise fail at once where another writes meanwhile.
        only_reads = connection.get_execution_options().get("aratohu_reads", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "connect")
    def _no_autobegin(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    return engine
