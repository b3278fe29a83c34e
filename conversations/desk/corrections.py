"""What advisers set right, so that the assistant learns it: without anything personal, and never on one word alone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select, update

from catalogue import Catalogue
from conversations.desk.staff import Adviser, NotAllowed
from conversations.desk.tables import CorrectionRow
from conversations.masking import mask
from storage import Database, now

Kind = Literal["wrong_event", "wrong_service", "missing_answer"]
State = Literal["waiting", "approved", "rejected", "learned"]

_NAMED = re.compile(
    r"\b(my name(?:'s| is)|i'?m called|i am called|this is|call me|it'?s|named|ko)\s+"
    r"((?:[A-ZĀĒĪŌŪ][\w’'-]+)(?:\s+[A-ZĀĒĪŌŪ][\w’'-]+){0,3})"
)
_RELATIVE = re.compile(
    r"\b(my|our|his|her|their)\s+(mum|mother|dad|father|son|daughter|husband|wife|partner|brother|sister|baby|nan|nana|"
    r"koro|kuia|grandson|granddaughter|friend|neighbour|boss|aunty|uncle|cousin|flatmate)\s+([A-ZĀĒĪŌŪ][\w’'-]+)"
)
_ADDRESS = re.compile(
    r"\b(?:flat |unit )?\d+[a-z]?(?:/\d+[a-z]?)?\s+(?:[A-Za-zĀĒĪŌŪāēīōū’'-]+\s+){1,3}"
    r"(?:street|st|road|rd|avenue|ave|drive|dr|place|pl|crescent|cres|terrace|tce|lane|ln|way|close|grove|parade|quay)\b",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:born|dob|d\.o\.b\.?|date of birth)\b[^.,;]{0,12}?(\d{1,2}[ /.-](?:\d{1,2}|[A-Za-z]{3,9})[ /.-]\d{2,4})",
    re.IGNORECASE,
)
_PLATE = re.compile(r"\b(?=[A-Z0-9]{5,6}\b)(?=\w*\d)(?=\w*[A-Z])[A-Z]{2,3}\d{2,4}\b")
_TWO_NAMES = re.compile(r"(?<=[a-zāēīōū,] )[A-ZĀĒĪŌŪ][a-zāēīōū’'-]+(?: [A-ZĀĒĪŌŪ][a-zāēīōū’'-]+)+")


class Correction(BaseModel):
    """A text and what is right about it. ``right`` is a life event, a service, or empty for a missing answer."""

    id: int
    kind: str
    text: str
    language: str
    channel: str
    was: str | None
    right: str | None
    adviser: str
    at: dt.datetime
    state: str
    reviewer: str | None
    reviewed_at: dt.datetime | None


class Stripper:
    """Takes out of a text what could tell whose it is. Names that the catalogue knows, such as agencies', stay."""

    def __init__(self, catalogue: Catalogue) -> None:
        names = [service.name.en for service in catalogue.services.values()]
        names += [agency.name.en for agency in catalogue.agencies.values()]
        names += [alias for agency in catalogue.agencies.values() for alias in agency.aliases]
        self._known = {word.lower() for name in names for word in name.split()}
        self._known |= {"new", "zealand", "south", "north", "island", "māori", "maori", "work", "income", "real", "me"}

    def strip(self, text: str) -> str:
        """``text`` without numbers, names after words that introduce them, addresses and days of birth.

        Nothing can find every name: that is what the second pair of eyes is for.
        """
        said = _BORN.sub(lambda found: found[0].replace(found[1], "a date"), mask(text))
        said = _ADDRESS.sub("an address", said)
        said = _PLATE.sub("a number plate", said)
        said = _NAMED.sub(lambda found: self._kept(found, 2), said)
        said = _RELATIVE.sub(lambda found: f"{found[1]} {found[2]}", said)
        said = _TWO_NAMES.sub(lambda found: found[0] if self._is_known(found[0]) else "someone", said)
        return " ".join(said.split())

    def _kept(self, found: re.Match[str], name: int) -> str:
        return found[0] if self._is_known(found[name]) else f"{found[1]} someone"

    def _is_known(self, name: str) -> bool:
        return all(word.lower() in self._known for word in name.split())


class Corrections:
    """Keeps corrections.

    Callers need not think of four eyes: who corrected may not approve, and only reviewers may.
    """

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._stripper = Stripper(catalogue)

    def add(
        self,
        adviser: Adviser,
        kind: Kind,
        text: str,
        *,
        right: str | None = None,
        was: str | None = None,
        language: str = "en",
        channel: str = "chat",
    ) -> Correction:
        """Takes a correction in, stripped.

        Raises:
            NotAllowed: where there is no such life event or service, or no text.
        """
        labels = {"wrong_event": set(self._catalogue.life_events), "wrong_service": set(self._catalogue.services)}
        known = labels.get(kind)
        if known is not None and right not in known:
            raise NotAllowed("Choose what would have been right from the list.")
        clean = self._stripper.strip(text)
        if not clean:
            raise NotAllowed("There is no text to learn from.")
        row = CorrectionRow(
            kind=kind, text=clean, language=language, channel=channel, was=was, right=right, adviser=adviser.id
        )
        with self._database.begin() as session:
            session.add(row)
            session.flush()
            return _correction(row)

    def all(self, state: State | None = "waiting") -> list[Correction]:
        """Corrections in ``state``, oldest first."""
        wanted = select(CorrectionRow).order_by(CorrectionRow.id)
        if state is not None:
            wanted = wanted.where(CorrectionRow.state == state)
        with self._database.read() as session:
            return [_correction(row) for row in session.scalars(wanted)]

    def review(self, id: int, reviewer: Adviser, *, approve: bool, text: str | None = None) -> Correction:
        """Approves or rejects a correction; the reviewer may still take something out of the text.

        Raises:
            NotAllowed: where the reviewer made it, or has not the role; or it was reviewed before.
        """
        if not reviewer.may("reviewer"):
            raise NotAllowed("Only reviewers may approve what the assistant learns.")
        with self._database.begin() as session:
            row = session.get(CorrectionRow, id, with_for_update=True)
            if row is None or row.state != "waiting":
                raise NotAllowed("This correction was reviewed already.")
            if row.adviser == reviewer.id:
                raise NotAllowed("You made this correction. Somebody else must review it.")
            if text is not None and text.strip():
                row.text = self._stripper.strip(text)
            row.state, row.reviewer, row.reviewed_at = "approved" if approve else "rejected", reviewer.id, now()
            return _correction(row)

    def mark(self, ids: list[int], state: State) -> None:
        """Notes that corrections were learned, or are to be learned again."""
        with self._database.begin() as session:
            session.execute(update(CorrectionRow).where(CorrectionRow.id.in_(ids)).values(state=state))


def _correction(row: CorrectionRow) -> Correction:
    return Correction(**{name: getattr(row, name) for name in Correction.model_fields})
