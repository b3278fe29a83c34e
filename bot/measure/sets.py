"""Labelled sets: tab-separated utterances with what they express."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DECISIONS: Final = {
    "life_event": "accept",
    "service_question": "accept",
    "crisis": "crisis",
    "human_request": "human",
    "smalltalk": "dialogue",
    "out_of_scope": "out_of_scope",
}
"""Which decision each kind of utterance calls for."""


@dataclass(frozen=True)
class Utterance:
    """One labelled row; `events` is empty where none is expressed, `service` where none is asked about."""

    text: str
    events: tuple[str, ...]
    kind: str
    service: str
    language: str
    register: str

    @property
    def wanted(self) -> str:
        """The decision that the kind calls for."""
        return DECISIONS[self.kind]

    @property
    def in_scope(self) -> bool:
        """Whether the assistant should accept it."""
        return self.wanted == "accept"


def read(path: Path) -> list[Utterance]:
    """Reads a set; raises ValueError with the line for a row whose kind is unknown or that lacks a column."""
    rows: list[Utterance] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 2):
            if row.get("kind") not in DECISIONS or row.get("text") is None:
                raise ValueError(f"{path.name}:{number}: no text, or unknown kind {row.get('kind')!r}")
            events = tuple(event for event in (row.get("life_events") or "").split(",") if event)
            rows.append(
                Utterance(
                    row["text"],
                    events,
                    row["kind"],
                    row.get("service") or "",
                    row.get("language") or "",
                    row.get("register") or "",
                )
            )
    return rows
