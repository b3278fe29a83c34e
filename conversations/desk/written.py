"""Written answers that advisers insert: each with an owner, a source and a day by which it is looked at again."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field
from sqlalchemy import select

from conversations.desk.tables import AnswerRow
from storage import Database, now


class WrittenAnswer(BaseModel):
    """A written answer, in English and perhaps te reo Māori."""

    id: int | None = None
    title: str = Field(min_length=1, max_length=120)
    en: str = Field(min_length=1, max_length=2000)
    mi: str | None = Field(default=None, max_length=2000)
    agency: str | None = None
    life_event: str | None = None
    owner: str = Field(min_length=1, max_length=120)
    source: str = Field(pattern=r"^https://\S+$", max_length=500)
    review_on: dt.date

    def is_due(self, today: dt.date) -> bool:
        """Whether somebody should look at it again; until then it is marked."""
        return self.review_on <= today


class WrittenAnswers:
    """Keeps written answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[WrittenAnswer]:
        """Every answer, by title."""
        with self._database.read() as session:
            return [_answer(row) for row in session.scalars(select(AnswerRow).order_by(AnswerRow.title))]

    def fitting(self, words: str, events: list[str], agency: str | None) -> list[WrittenAnswer]:
        """The answers for some life events, an agency or words in them; those with more in common first."""
        wanted = {word for word in words.lower().split() if len(word) > 3}

        def fit(one: WrittenAnswer) -> int:
            has = set(f"{one.title} {one.en}".lower().split())
            return (
                3 * (one.life_event in events) + (one.agency is not None and one.agency == agency) + len(wanted & has)
            )

        ranked = sorted(((fit(one), one) for one in self.all()), key=lambda pair: -pair[0])
        return [one for score, one in ranked if score > 0]

    def get(self, id: int) -> WrittenAnswer:
        """The answer.

        Raises:
            LookupError: where there is none.
        """
        with self._database.read() as session:
            row = session.get(AnswerRow, id)
            if row is None:
                raise LookupError(str(id))
            return _answer(row)

    def save(self, answer: WrittenAnswer, adviser: str) -> None:
        """Makes an answer or changes it."""
        with self._database.begin() as session:
            session.merge(AnswerRow(**answer.model_dump(), changed_by=adviser, changed_at=now()))

    def remove(self, id: int) -> None:
        """Takes an answer away."""
        with self._database.begin() as session:
            row = session.get(AnswerRow, id)
            if row is not None:
                session.delete(row)


def _answer(row: AnswerRow) -> WrittenAnswer:
    return WrittenAnswer(**{name: getattr(row, name) for name in WrittenAnswer.model_fields})
