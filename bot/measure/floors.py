"""Floors for a model, by the rule that those of bot/floors.yml follow: a little below what was measured.

``python -m bot.measure.floors --model MODEL`` writes them as YAML: the same figures as in bot/floors.yml, each five
hundredths worse than the model reaches on the set; counts, and how many crises are found, as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from bot.evaluate import defaults, measure
from bot.files import ROOT
from bot.measure.compare import NEVER_LESS
from bot.measure.sets import read
from bot.model.reading import Reader

LITTLE: Final = 0.05


def below(headline: dict[str, Any], named: dict[str, Any]) -> dict[str, dict[str, float | int]]:
    """Returns the floors and ceilings for one set.

    Args:
        headline: what was measured.
        named: the set's floors in bot/floors.yml, which say the figures that count.
    """
    least = {
        key: headline[key] if key in NEVER_LESS else round(headline[key] - LITTLE, 4)
        for key in named.get("least") or {}
        if headline.get(key) is not None
    }
    most = {
        key: headline[key] if isinstance(headline[key], int) else round(headline[key] + LITTLE, 4)
        for key in named.get("most") or {}
        if headline.get(key) is not None
    }
    return {"least": least, "most": most}


def main(arguments: list[str] | None = None) -> int:
    """Writes the floors of a model; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m bot.measure.floors", description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path, help="labelled TSV files")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--floors", type=Path, default=ROOT / "bot" / "floors.yml")
    options = parser.parse_args(arguments)
    reader = Reader.load(options.model)
    named = yaml.safe_load(options.floors.read_text(encoding="utf-8"))
    found = {}
    for path in options.sets or defaults():
        _, report = measure(reader, read(path))
        found[path.stem] = below(report["headline"], named.get(path.stem) or {})
    sys.stdout.write(yaml.safe_dump(found, sort_keys=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
