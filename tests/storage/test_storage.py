import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.orm import Mapped, mapped_column

# Every room's tables, so that the migrations can be compared with them.
import insights  # noqa: F401
from storage import Base, Database, Moment, Sealed, now
from storage.migrate import migrate
from storage.secrets import code, digest, matches, tidy, token


class Note(Base):
    __tablename__ = "notes_of_this_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    text: Mapped[object] = mapped_column(Sealed)


def database(folder: Path) -> Database:
    Sealed.use(Fernet.generate_key().decode())
    made = Database(f"sqlite:///{folder / 'notes.sqlite'}")
    Note.__table__.create(made.engine)  # type: ignore[attr-defined]
    return made


def test_what_is_sealed_is_not_readable_in_the_file(tmp_path: Path) -> None:
    notes = database(tmp_path)
    with notes.begin() as session:
        session.add(Note(id=1, text={"name": "Māia O’Brien"}))
    with notes.begin() as session:
        kept = session.get(Note, 1)
        assert kept is not None
        assert kept.text == {"name": "Māia O’Brien"}
        assert kept.at.tzinfo is dt.UTC
    notes.close()
    assert not any(b"Brien" in file.read_bytes() for file in tmp_path.iterdir())


def test_another_key_says_which_setting_is_wrong(tmp_path: Path) -> None:
    notes = database(tmp_path)
    with notes.begin() as session:
        session.add(Note(id=1, text="words"))
    Sealed.use(Fernet.generate_key().decode())
    with pytest.raises(RuntimeError, match="ARATOHU_ENCRYPTION_KEY"), notes.begin() as session:
        session.get(Note, 1)
    notes.close()


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    notes = database(tmp_path)
    with pytest.raises(sa.exc.StatementError, match="time zone"), notes.begin() as session:
        session.add(Note(id=1, text="", at=dt.datetime(2026, 11, 23)))  # noqa: DTZ001
    notes.close()


def test_an_error_takes_everything_back(tmp_path: Path) -> None:
    notes = database(tmp_path)

    def fail() -> None:
        with notes.begin() as session:
            session.add(Note(id=1, text="words"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with notes.begin() as session:
        assert session.get(Note, 1) is None
    notes.close()


def test_the_migrations_make_the_tables_that_the_rooms_declare(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'migrated.sqlite'}"
    migrate(url)
    migrate(url)
    made = Database(url)
    there = sa.inspect(made.engine)
    for table in Base.metadata.sorted_tables:
        if table.name == Note.__tablename__:
            continue
        columns = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}, table.name
        indexed = {column for index in there.get_indexes(table.name) for column in index["column_names"]}
        assert {column.name for column in table.columns if column.index} <= indexed, table.name
    made.close()


def test_codes_are_told_apart_and_forgive_typing() -> None:
    assert token() != token()
    given = code(2, "ARA")
    assert len(given) == len("ARA-0000-0000")
    assert tidy(given.lower().replace("-", " ")) == tidy(given)
    assert matches(tidy(given), digest(tidy(given)))
    assert not matches("another", digest(given))
    assert not matches("", None)
    assert not set("01ILOU") & set("".join(code(40)))
