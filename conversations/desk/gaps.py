"""Knowledge gaps: what is asked again and again, and the catalogue has no answer to."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from pydantic import BaseModel
from rapidfuzz import fuzz
from sqlalchemy import select

from catalogue import Catalogue
from conversations.desk.corrections import Stripper
from conversations.desk.tables import CorrectionRow
from conversations.tables import TurnRow
from storage import Database

ALIKE = 82
"""How alike two texts must be, of 100, to count as the same question."""
MOST = 5000
"""Texts that are looked at, newest first."""
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "get",
        "had",
        "has",
        "have",
        "help",
        "how",
        "i",
        "i'm",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "need",
        "of",
        "on",
        "or",
        "our",
        "please",
        "so",
        "some",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "us",
        "want",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


_WORD = re.compile(r"[\w’']+")


class Gap(BaseModel):
    """A question without an answer: how many conversations asked it, with an example that is stripped."""

    kind: str
    asked: int
    example: str
    last: dt.datetime


class Gaps:
    """Finds knowledge gaps."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._stripper = Stripper(catalogue)

    def find(self, since: dt.datetime, least: int = 3) -> list[Gap]:
        """What could not be answered since then, the most asked first.

        Args:
            least: conversations that must have asked; fewer could tell who it was.
        """
        answered = select(TurnRow.conversation, TurnRow.answers, TurnRow.decision, TurnRow.created_at).where(
            TurnRow.decision.in_(("out_of_scope", "clarify")),
            TurnRow.created_at >= since,
            TurnRow.answers.is_not(None),
        )
        flagged = select(CorrectionRow).where(CorrectionRow.kind == "missing_answer", CorrectionRow.at >= since)
        with self._database.read() as session:
            misses = session.execute(answered.order_by(TurnRow.id.desc()).limit(MOST)).all()
            texts = []
            for conversation, number, decision, at in misses:
                row = session.scalar(
                    select(TurnRow).where(TurnRow.conversation == conversation, TurnRow.number == number)
                )
                text = (row.content or {}).get("text") if row is not None else None
                if text:
                    kind = "no service" if decision == "out_of_scope" else "not understood"
                    texts.append((kind, conversation, text, at))
            texts += [
                ("answer missing", f"correction-{row.id}", str(row.text), row.at) for row in session.scalars(flagged)
            ]
        return self._grouped(texts, least)

    def _grouped(self, texts: list[tuple[str, str, str, dt.datetime]], least: int) -> list[Gap]:
        groups: list[tuple[str, str, list[tuple[str, str, dt.datetime]]]] = []
        for kind, conversation, text, at in texts:
            stripped = self._stripper.strip(text)
            key = " ".join(sorted(set(_WORD.findall(stripped.lower())) - _SMALL))
            home = next(
                (of for its, its_key, of in groups if its == kind and fuzz.token_set_ratio(its_key, key) >= ALIKE), None
            )
            if home is None:
                home = []
                groups.append((kind, key, home))
            home.append((conversation, stripped, at))
        found = []
        for kind, _, members in groups:
            asked = len({conversation for conversation, _, _ in members})
            if asked >= (1 if kind == "answer missing" else least):
                example = Counter(text for _, text, _ in members).most_common(1)[0][0]
                found.append(Gap(kind=kind, asked=asked, example=example, last=max(at for _, _, at in members)))
        return sorted(found, key=lambda gap: (-gap.asked, gap.example))
