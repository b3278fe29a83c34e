"""Compares a candidate with the model in use on all labelled sets, and says whether it may take its place.

``python -m bot.measure.compare --current MODEL --candidate MODEL`` writes a report as JSON. It ends with 1 where the
candidate breaks a floor of bot/floors.yml, finds fewer crises or confuses more losses than the model in use, knows one
life event much less well, or reads more of a set worse than better.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from bot.evaluate import broken, defaults, measure
from bot.files import ROOT
from bot.measure import figures
from bot.measure.sets import Utterance, read
from bot.model.reading import Reader, Reading

NEVER_LESS: Final = ("crisis_recall",)
NEVER_MORE: Final = ("loss_confused",)
"""Figures that may not get worse at all, whatever their floors allow."""

NOISE: Final = 200
"""One row in so many may be read worse on balance, and one row of any set: that is no more than chance."""

SINKS: Final = 0.15
ENOUGH: Final = 20
"""By how much the F1 of one life event may fall, where so many rows of the set express it."""

SHOWN: Final = 12
NOTABLE: Final = 0.01


def compare(
    name: str, rows: list[Utterance], current: Reader, candidate: Reader, floors: dict[str, Any]
) -> dict[str, Any]:
    """Returns for one set the figures of both, what got better and worse, and why the candidate may not be promoted."""
    before, was = measure(current, rows)
    after, now = measure(candidate, rows)
    changed = _changed(rows, before, after)
    return {
        "rows": len(rows),
        "figures": {
            key: {"before": was["headline"][key], "after": value}
            for key, value in now["headline"].items()
            if was["headline"][key] != value
        },
        "events": _events(was["by_event"], now["by_event"]),
        **changed,
        "reasons": [
            *broken(name, now["headline"], floors),
            *less(name, was["headline"], now["headline"]),
            *sunk(name, was["by_event"], now["by_event"]),
            *on_balance(name, len(rows), changed["better"], changed["worse"]),
        ],
    }


def _events(was: dict[str, Any], now: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The life events whose F1 moved by more than a hundredth."""
    moved = {}
    for event in sorted(set(was) | set(now)):
        before, after = (of.get(event, {}).get("f1") or 0.0 for of in (was, now))
        if abs(after - before) >= NOTABLE:
            moved[event] = {"before": before, "after": after}
    return moved


def _changed(rows: list[Utterance], before: list[Reading], after: list[Reading]) -> dict[str, Any]:
    """How many rows are read better and worse, with some of each."""
    better, worse = [], []
    for row, old, new in zip(rows, before, after, strict=True):
        had, has = len(figures.is_wrong(row, old)), len(figures.is_wrong(row, new))
        if has != had:
            (better if has < had else worse).append(row.text)
    return {
        "better": len(better),
        "worse": len(worse),
        "better_for_example": better[:SHOWN],
        "worse_for_example": worse[:SHOWN],
    }


def sunk(name: str, was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Returns a sentence for each life event that is known much less well: the whole of a set can hide one of them."""
    said = []
    for event, before in sorted(was.items()):
        after = (now.get(event) or {}).get("f1") or 0.0
        if before["rows"] >= ENOUGH and (before["f1"] or 0.0) - after > SINKS:
            said.append(f"{name}: {event} (F1) falls from {before['f1']} to {after}")
    return said


def on_balance(name: str, rows: int, better: int, worse: int) -> list[str]:
    """Returns a sentence where so many of the set's rows are read worse that it can't be chance."""
    if worse - better <= max(1, rows // NOISE):
        return []
    return [f"{name}: {worse} of {rows} rows are read worse, and only {better} better"]


def less(name: str, was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Returns a sentence for each figure that may never get worse than with the model in use, and does."""
    said = [
        f"{name}: {key} falls from {was[key]} to {now[key]}"
        for key in NEVER_LESS
        if was.get(key) is not None and (now.get(key) or 0.0) < was[key]
    ]
    return said + [
        f"{name}: {key} rises from {was[key]} to {now[key]}"
        for key in NEVER_MORE
        if was.get(key) is not None and (now.get(key) or 0) > was[key]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Writes the report; returns 1 where the candidate may not be promoted."""
    parser = argparse.ArgumentParser(prog="python -m bot.measure.compare", description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path, help="labelled TSV files")
    parser.add_argument("--current", type=Path, required=True)
    parser.add_argument("--candidate", type=Path, required=True)
    parser.add_argument("--floors", type=Path, default=ROOT / "bot" / "floors.yml")
    options = parser.parse_args(arguments)
    current, candidate = Reader.load(options.current), Reader.load(options.candidate)
    floors = yaml.safe_load(options.floors.read_text(encoding="utf-8")) or {}
    report = {
        path.stem: compare(path.stem, read(path), current, candidate, floors) for path in options.sets or defaults()
    }
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 1 if any(one["reasons"] for one in report.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
