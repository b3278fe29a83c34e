"""What a check finds: verdicts with their reasons, and what to ask next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalogue.lines import Line
from catalogue.model import Text

Word = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Reference:
    """The law or the official page that a criterion rests on."""

    title: str
    section: str | None
    url: str | None

    def __str__(self) -> str:
        return f"{self.title}, {self.section}" if self.section else self.title


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One thing that the law asks for, and whether it is met. ``confirmed`` is false where we could not confirm it."""

    id: str
    text: Text
    verdict: Word
    source: Reference | None
    confirmed: bool
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """An estimate of what the person may be paid, with the steps to it."""

    text: Text
    value: float
    unit: str
    steps: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How a check of one service stands on a ``day``. A yes is never more than "you may be able to get": only the
    agency decides.

    ``may`` says that a deciding criterion or rate could not be confirmed, or that part of the law is not in the
    criteria; ``doubts`` then says which. ``because`` are the facts that decided. ``ask`` lists the facts that can still
    matter and were not asked yet, the most useful first; ``next`` is the next question: one fact, or the lines of a
    list to tick (:mod:`catalogue.rules.checklists`). ``unknown`` and ``refused`` those that were asked in vain and
    would matter. ``rates_as_of`` is the last day for which all rates in the rule are known to be current.
    """

    service: str
    day: dt.date
    verdict: Word
    may: bool
    criteria: tuple[CriterionResult, ...]
    ask: tuple[str, ...]
    next: tuple[Line, ...]
    unknown: tuple[str, ...]
    refused: tuple[str, ...]
    decided_by: tuple[str, ...]
    because: tuple[str, ...]
    rates_as_of: dt.date | None
    doubts: tuple[Text, ...] = ()
    estimate: Working | None = None

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """The result as JSON holds it, with its words in ``language``."""
        return {
            "service": self.service,
            "verdict": self.verdict,
            "may": self.may,
            "criteria": [
                {
                    "id": one.id,
                    "text": one.text.in_language(language),
                    "verdict": one.verdict,
                    "source": _source(one.source),
                    "confirmed": one.confirmed,
                    "facts": list(one.facts),
                }
                for one in self.criteria
            ],
            "ask": list(self.ask),
            "next": _next(self.next, self.day, language),
            "unknown": list(self.unknown),
            "refused": list(self.refused),
            "decided_by": list(self.decided_by),
            "because": list(self.because),
            "doubts": [text.in_language(language) for text in self.doubts],
            "rates_as_of": self.rates_as_of.isoformat() if self.rates_as_of else None,
            "estimate": _estimate(self.estimate, language),
        }


@dataclass(frozen=True, slots=True)
class Results:
    """Several services checked at once on a ``day``, and what to ask next for all of them together, as in a result.
    ``lines`` are those of every fact in ``ask`` that can be in a list.
    """

    results: tuple[Result, ...]
    ask: tuple[str, ...]
    next: tuple[Line, ...]
    lines: Mapping[str, tuple[Line, ...]]
    day: dt.date

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """The results as JSON holds them."""
        results = [one.as_json(language) for one in self.results]
        return {"results": results, "ask": list(self.ask), "next": _next(self.next, self.day, language)}


def _next(question: tuple[Line, ...], day: dt.date, language: str) -> dict[str, Any] | None:
    if not question:
        return None
    listed = [line for line in question if len(question) > 1 or line.bound is not None]
    return {
        "kind": "checklist" if listed else "fact",
        "facts": list(dict.fromkeys(line.fact.id for line in question)),
        "lines": [
            {"id": line.id, "fact": line.fact.id, "text": line.text(day).in_language(language)} for line in listed
        ],
    }


def _source(reference: Reference | None) -> dict[str, Any] | str:
    if reference is None:
        return "not confirmed"
    return {"title": reference.title, "section": reference.section, "url": reference.url}


def _estimate(working: Working | None, language: str) -> dict[str, Any] | None:
    if working is None:
        return None
    steps = [{"text": text, "value": value} for text, value in working.steps]
    return {"text": working.text.in_language(language), "value": working.value, "unit": working.unit, "steps": steps}
