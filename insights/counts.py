"""What agencies report of their services: completed digitally, and in all, for a quarter."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable

from pydantic import ValidationError
from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from insights.measures import Count
from storage import Base, Database, Moment, now

COLUMNS = ("service", "quarter", "digital", "total")


class BadCounts(ValueError):
    """Counts that can't be taken in; nothing was. The text names each line and how to mend it."""


class CountRow(Base):
    """One service's counts for a quarter. A later report replaces an earlier one."""

    __tablename__ = "service_counts"
    __table_args__ = (UniqueConstraint("service", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    service: Mapped[str] = mapped_column(String(64))
    quarter: Mapped[str] = mapped_column(String(7), index=True)
    digital: Mapped[int]
    total: Mapped[int]
    reported_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Counts:
    """Keeps what agencies report."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, counts: Iterable[Count]) -> int:
        """Takes counts in, all or none; gives how many."""
        taken = 0
        with self._database.begin() as session:
            for count in counts:
                known = select(CountRow).where(CountRow.service == count.service, CountRow.quarter == count.quarter)
                row = session.scalar(known)
                if row is None:
                    row = CountRow(service=count.service, quarter=count.quarter)
                    session.add(row)
                row.digital, row.total, row.reported_at = count.digital, count.total, now()
                # So that a second line about the same service and quarter finds the first.
                session.flush()
                taken += 1
        return taken

    def of(self, quarters: Iterable[str]) -> list[Count]:
        """The counts of some quarters, by service."""
        wanted = select(CountRow).where(CountRow.quarter.in_(list(quarters))).order_by(CountRow.service)
        with self._database.begin() as session:
            return [
                Count(service=row.service, quarter=row.quarter, digital=row.digital, total=row.total)
                for row in session.scalars(wanted)
            ]


def read(text: str, services: Iterable[str]) -> list[Count]:
    """Counts from CSV with the columns service, quarter, digital, total.

    Args:
        services: the ids that the catalogue knows.

    Raises:
        BadCounts: with every line that can't be used.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if rows.fieldnames is None or list(rows.fieldnames) != list(COLUMNS):
        raise BadCounts(f"line 1: the columns must be {','.join(COLUMNS)}")
    known, problems, found = set(services), [], list[Count]()
    for row in rows:
        if row["service"] not in known:
            problems.append(
                f"line {rows.line_num}: there is no service `{row['service']}`; `./aratohu services` lists them"
            )
            continue
        try:
            found.append(Count.model_validate(row))
        except ValidationError as error:
            for one in error.errors():
                where = f"`{one['loc'][0]}`: " if one["loc"] else ""
                said = one["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
                problems.append(f"line {rows.line_num}: {where}{said}")
    if problems:
        raise BadCounts("\n".join(problems))
    return found
