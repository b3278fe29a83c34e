"""Documents that people give: judged by what is in them, kept encrypted, sent to the agency with the application."""

from __future__ import annotations

import base64
import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from cases.tables import DocumentRow
from catalogue import Fact
from catalogue.answers import ENDINGS, MEDIA_TYPES, Value, document_id
from storage import Database, now
from storage.secrets import code

LARGEST = 5_000_000
"""Bytes, at most."""

KINDS = {media_type: ENDINGS[kind][0] for kind, media_type in MEDIA_TYPES.items()}
"""What is taken, and how such a file's name ends."""

_NAMES = {"pdf": "PDF", "jpeg": "JPEG photo", "png": "PNG picture"}

_PLAIN = re.compile(r"[^\w .,'()āēīōūĀĒĪŌŪ-]")


class DocumentRefused(ValueError):
    """The file can't be taken. The text says what to do, for the person to read."""


class ScanFailed(Exception):
    """A file can't be scanned now, so it can't be taken now. Nothing is wrong with it as far as anybody knows."""


@dataclass(frozen=True)
class Document:
    """A file as it is kept. ``answer`` is what the fact that it answers holds."""

    id: str
    fact: str
    name: str
    media_type: str
    content: bytes

    @property
    def answer(self) -> str:
        """The answer: the name for people to read, and the id."""
        return f"{self.name} ({self.id})"


class Documents:
    """Keeps files until their conversation or application goes.

    Args:
        scan: looks into each file first, and raises DocumentRefused or ScanFailed; None where nothing does.
    """

    def __init__(self, database: Database, scan: Callable[[bytes], None] | None = None) -> None:
        self._database = database
        self._scan = scan

    def add(self, owner: str, fact: Fact, name: str, content: bytes) -> Document:
        """Takes a file in.

        Args:
            owner: the conversation, or the application that the file belongs to.
            fact: what it answers; it says which kinds of file and which size will do.
            name: as the browser gave it; it decides nothing.

        Raises:
            DocumentRefused: where it is too large, none of the kinds that are taken, or found to do harm.
            ScanFailed: where it can't be scanned now.
        """
        media_type = judge(content, fact)
        if self._scan is not None:
            self._scan(content)
        made = Document(f"doc_{code(4).replace('-', '')}", fact.id, tidy_name(name, media_type), media_type, content)
        with self._database.begin() as session:
            session.add(
                DocumentRow(
                    id=made.id,
                    owner=owner,
                    fact=fact.id,
                    media_type=media_type,
                    size=len(content),
                    name=made.name,
                    content=base64.b64encode(content).decode(),
                )
            )
        return made

    def get(self, id: str, owner: str) -> Document | None:
        """The file, if it belongs to ``owner``."""
        with self._database.read() as session:
            row = session.scalar(select(DocumentRow).filter_by(id=id, owner=owner))
            return _document(row) if row is not None else None

    def forget(self, before: dt.datetime) -> int:
        """Deletes files of conversations that were given ``before``; those of applications go with them."""
        old = DocumentRow.owner.not_like("ARA-%") & (DocumentRow.given_at < before)
        with self._database.begin() as session:
            gone = session.execute(delete(DocumentRow).where(old))
            return gone.rowcount if isinstance(gone, CursorResult) else 0


def claim(session: Session, owner: str, reference: str, fact: str, value: Value) -> bool:
    """Makes the file that ``value`` names part of an application; gives whether it was ``owner``'s to give."""
    id = document_id(str(value))
    mine = (DocumentRow.id == id) & (DocumentRow.owner == owner) & (DocumentRow.fact == fact)
    row = session.scalar(select(DocumentRow).where(mine))
    if row is None:
        return False
    taken = DocumentRow(
        id=f"doc_{code(4).replace('-', '')}",
        owner=reference,
        fact=fact,
        media_type=row.media_type,
        size=row.size,
        name=row.name,
        content=row.content,
        given_at=now(),
    )
    session.add(taken)
    return True


def has(session: Session, reference: str, fact: str, value: Value) -> bool:
    """Whether the file that ``value`` names was given for this application, as the answer to ``fact``."""
    wanted = select(DocumentRow.id).filter_by(id=document_id(str(value)), owner=reference, fact=fact)
    return session.scalar(wanted) is not None


def get(database: Database, owner: str, value: Value) -> Document | None:
    """The file that an answer names, if it is ``owner``'s."""
    id = document_id(str(value))
    return Documents(database).get(id, owner) if id is not None else None


def of(database: Database, reference: str) -> dict[str, Document]:
    """The files of an application, by fact."""
    with database.read() as session:
        rows = session.scalars(select(DocumentRow).filter_by(owner=reference))
        return {row.fact: _document(row) for row in rows}


def _document(row: DocumentRow) -> Document:
    return Document(row.id, row.fact, row.name, row.media_type, base64.b64decode(row.content))


def judge(content: bytes, fact: Fact) -> str:
    """The media type of a file, by its first and last bytes and never by its name.

    Args:
        fact: what the file answers; it says which kinds will do, and how large a file may be.

    Raises:
        DocumentRefused: where it is empty, too large, cut off, or none of the kinds that are taken.
    """
    largest, kinds = min((fact.largest_mb or 5) * 1_000_000, LARGEST), fact.kinds
    if not content:
        raise DocumentRefused("The file is empty. Choose it again.")
    if len(content) > largest:
        said = "Take the photo again with a smaller size, or scan it in black and white."
        raise DocumentRefused(f"The file is too large. Choose one of {largest / 1_000_000:g} MB or less. {said}")
    end = content[-1024:]
    if content.startswith(b"%PDF-"):
        kind, whole = "application/pdf", b"%%EOF" in end
    elif content.startswith(b"\xff\xd8\xff"):
        kind, whole = "image/jpeg", b"\xff\xd9" in end
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        kind, whole = "image/png", b"IEND" in end
    else:
        kind, whole = "", False
    if kind not in {MEDIA_TYPES[one] for one in kinds}:
        named = [_NAMES[one] for one in kinds]
        wanted = " or a ".join(filter(None, (", a ".join(named[:-1]), named[-1])))
        raise DocumentRefused(f"This kind of file can't be taken. Choose a {wanted}.")
    if not whole:
        raise DocumentRefused("The file is not whole. Choose it again, or save it anew first.")
    if kind == "application/pdf" and re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b", content):
        raise DocumentRefused("This PDF holds a program or another file. Print it to a new PDF, and choose that.")
    return kind


def tidy_name(name: str, media_type: str) -> str:
    """A file's name that can do no harm: no folders, no odd characters, and the ending that its content has.

    >>> tidy_name("C:\\\\Users\\\\me\\\\photo.jpg.exe", "image/jpeg")
    'photo.jpg'
    >>> tidy_name("../../Whānau\\u202e gpj.pdf", "application/pdf")
    'Whānau gpj.pdf'
    """
    last = PureWindowsPath(PurePosixPath(unicodedata.normalize("NFC", name)).name).name
    stem = _PLAIN.sub("", last.split(".")[0]).strip() or "document"
    return " ".join(stem.split())[:60] + KINDS[media_type]
