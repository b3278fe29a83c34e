"""Measures a trained model on labelled sets and fails when a figure is below its floor (`make evaluate`)."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.files import ROOT
from bot.measure import figures
from bot.measure.plots import reliability
from bot.measure.sets import Utterance, read
from bot.model.reading import Reader, Reading, newest

DEVELOPMENT = ROOT.parent / "shared" / "evaluation" / "nz_dev.tsv"


def defaults() -> list[Path]:
    """Returns the shared development set, where it is there, and the project's own sets."""
    shared = [DEVELOPMENT] if DEVELOPMENT.is_file() else []
    return shared + sorted((ROOT / "nlu_data" / "evaluation").glob("*.tsv"))


def measure(reader: Reader, rows: list[Utterance]) -> tuple[list[Reading], dict[str, Any]]:
    """Returns the readings, and the report: headline figures, times in milliseconds, and every breakdown."""
    readings: list[Reading] = []
    times: list[float] = []
    for row in rows:
        began = time.perf_counter()
        readings.append(reader.read(row.text))
        times.append((time.perf_counter() - began) * 1_000)
    report: dict[str, Any] = {
        "headline": figures.headline(rows, readings),
        "parse_ms": {
            "p50": round(float(np.percentile(times, 50)), 2),
            "p95": round(float(np.percentile(times, 95)), 2),
        },
        "by_event": figures.by_event(rows, readings),
        "by_register": figures.by_group(rows, readings, "register"),
        "by_language": figures.by_group(rows, readings, "language"),
        "by_kind": figures.by_group(rows, readings, "kind"),
        "confusions": figures.confusions(rows, readings),
    }
    return readings, report


def write(folder: Path, name: str, rows: list[Utterance], readings: list[Reading], report: dict[str, Any]) -> None:
    """Writes the report as JSON, every wrong reading as CSV and the reliability plot as SVG into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    with (folder / f"{name}-wrong.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["wrong", "text", "events", "kind", "decision", "top", "confidence", "detected", "service", "read"]
        )
        for row, reading in zip(rows, readings, strict=True):
            wrong = figures.is_wrong(row, reading)
            if wrong:
                decided = reading.decided
                confidence = f"{decided.events[0][1]:.3f}" if decided.events else ""
                known = [" ".join(wrong), row.text, " ".join(row.events), row.kind, decided.decision]
                found = [figures.top(reading), confidence, " ".join(decided.detected), row.service]
                writer.writerow([*known, *found, reading.attributes.get("service") or ""])
    confidences = np.array([r.decided.events[0][1] if r.decided.events else 0.0 for r in readings])
    right = np.array([figures.top(reading) in row.events for row, reading in zip(rows, readings, strict=True)])
    plot = reliability(confidences, right, f"Reliability on {name}: {len(rows)} rows")
    (folder / f"{name}-reliability.svg").write_text(plot, encoding="utf-8")


def broken(name: str, headline: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """Returns a sentence for each figure of the set `name` that is below its floor or above its ceiling."""
    of_set = floors.get(name) or {}
    said = [
        f"{name}: {key} is {headline.get(key)}, at least {bound} is needed"
        for key, bound in (of_set.get("least") or {}).items()
        if headline.get(key) is None or headline[key] < bound
    ]
    return said + [
        f"{name}: {key} is {headline.get(key)}, at most {bound} is allowed"
        for key, bound in (of_set.get("most") or {}).items()
        if headline.get(key) is None or headline[key] > bound
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints and writes; returns 1 where a floor is broken."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluate", description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path, help="labelled TSV files")
    parser.add_argument("--models", type=Path, default=ROOT / ".data" / "models")
    parser.add_argument("--results", type=Path, default=ROOT / ".data" / "evaluation")
    parser.add_argument("--floors", type=Path, default=ROOT / "bot" / "floors.yml")
    options = parser.parse_args(arguments)
    reader = Reader.load(options.models if options.models.is_file() else newest(options.models))
    floors = yaml.safe_load(options.floors.read_text(encoding="utf-8")) or {}
    failures: list[str] = []
    for path in options.sets or defaults():
        rows = read(path)
        readings, report = measure(reader, rows)
        write(options.results, path.stem, rows, readings, report)
        lines = [f"\n{path.stem}", *(f"  {key:24} {value}" for key, value in report["headline"].items())]
        lines += [f"  {'parse_ms':24} {report['parse_ms']}"]
        lines += [f"  {'top-1 by ' + of[3:]:24} {report[of]}" for of in ("by_register", "by_language", "by_kind")]
        lines += ["  confusions: " + ", ".join(f"{a} as {b} ({n})" for a, b, n in report["confusions"][:12])]
        sys.stdout.write("\n".join(lines) + "\n")
        failures += broken(path.stem, report["headline"], floors)
    sys.stdout.write("".join(f"\nFLOOR: {failure}" for failure in failures) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
