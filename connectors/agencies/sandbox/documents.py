"""Files that people send to an agency. What a file is, its first bytes say, and not its name."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.agencies.contract import Answers, Document
from connectors.agencies.sandbox.office import Office
from connectors.agencies.sandbox.problems import Refused
from connectors.agencies.sandbox.tables import DocumentRow
from storage import Database, now

_FIRST_BYTES: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
NAMES = {"application/pdf": "PDF", "image/jpeg": "JPEG photo", "image/png": "PNG picture"}


class Documents:
    """Keeps documents until their application is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, office: Office, key: str, reference: str, fact: str, content: bytes) -> tuple[Document, bool]:
        """The document, or the one that came before with this key, and whether it is a new one.

        Raises:
            Refused: where the agency does not ask for it, or it is not of a kind that the agency takes.
        """
        digest = hashlib.sha256(content).hexdigest()
        with self._database.begin() as session:
            before = session.scalar(select(DocumentRow).filter_by(agency=office.id, key=key))
            if before is not None:
                if (before.reference, before.fact, before.sha256) != (reference, fact, digest):
                    said = {"Idempotency-Key": "Use a new key for another document."}
                    raise Refused(422, "key", "This key came with another document", "Use a new key.", said)
                return Document.model_validate(before, from_attributes=True), False
            row = DocumentRow(
                id=f"doc_{uuid.uuid4().hex}",
                agency=office.id,
                key=key,
                reference=reference,
                fact=fact,
                media_type=_judge(office, fact, content),
                size=len(content),
                sha256=digest,
                content=content,
                at=now(),
            )
            session.add(row)
            return Document.model_validate(row, from_attributes=True), True


def missing(session: Session, office: Office, reference: str, answers: Answers) -> dict[str, str]:
    """The answers that name a document which was not sent for this application, by fact."""
    wrong = {}
    for fact in office.documents:
        if fact not in answers:
            continue
        wanted = select(DocumentRow.id).filter_by(agency=office.id, reference=reference, fact=fact, id=answers[fact])
        if session.scalar(wanted) is None:
            wrong[fact] = "We don't have this document. Send it, and give the id that we answered with."
    return wrong


def _judge(office: Office, fact: str, content: bytes) -> str:
    paper = office.documents.get(fact)
    if paper is None:
        asked = ", ".join(office.documents) or "none"
        raise Refused(422, "document", "Not asked for", f"Documents here: {asked}.", {"fact": "We don't take this."})
    found = next((kind for first, kind in _FIRST_BYTES.items() if content.startswith(first)), None)
    if found not in paper.media_types:
        kinds = " or ".join(NAMES.get(kind, kind) for kind in paper.media_types)
        raise Refused(422, "document", "Another kind of file is needed", "Send another.", {fact: f"Send a {kinds}."})
    if len(content) > paper.largest_mb * 1_000_000:
        said = {fact: f"This file is too large. Send one of {paper.largest_mb:g} MB or less."}
        raise Refused(413, "document", "The file is too large", "Send a smaller one.", said)
    return found
