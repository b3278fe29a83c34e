"""What people call services and agencies: the one thing that the assistant learns from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from catalogue.catalogue import Catalogue

FILE = Path(__file__).parents[1] / "bot" / "data" / "entities.jsonl"
"""Where the assistant reads them. Generated; ``make train`` and ``./aratohu catalogue phrases`` write it anew."""


def phrases(catalogue: Catalogue) -> Iterator[dict[str, str]]:
    """Every name and alias once, as ``{"label", "pattern", "id"}``; where two share one, the first keeps it."""
    seen: set[tuple[str, str]] = set()
    named = [
        ("service", service.id, (service.name.en, service.name.mi, *service.aliases))
        for service in catalogue.services.values()
    ]
    named += [
        ("agency", agency.id, (agency.name.en, agency.name.mi, agency.abbreviation, *agency.aliases))
        for agency in catalogue.agencies.values()
    ]
    for label, id, names in named:
        for name in names:
            key = (label, (name or "").casefold())
            if name and key not in seen:
                seen.add(key)
                yield {"label": label, "pattern": name, "id": id}


def text(catalogue: Catalogue) -> str:
    """The phrases as the lines of the file."""
    return "".join(json.dumps(phrase, ensure_ascii=False) + "\n" for phrase in phrases(catalogue))


def write(catalogue: Catalogue, file: Path = FILE) -> bool:
    """Writes the file where it is not up to date; gives whether it was not."""
    wanted = text(catalogue)
    if file.exists() and file.read_text(encoding="utf-8") == wanted:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(wanted, encoding="utf-8")
    return True
