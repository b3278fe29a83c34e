"""The JSON Schema of the catalogue's files, for editors to help with while one writes."""

from __future__ import annotations

import json
from pathlib import Path

from catalogue import model

FILE = Path(__file__).with_name("schema.json")
"""Where editors find it. Generated; ``./aratohu catalogue schema`` writes it anew."""


def text() -> str:
    """The schema as the lines of the file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of the catalogue",
        "description": "Agencies, life events, services, facts and crisis lines; any of the lists, each optional.",
        **{
            key: value
            for key, value in model.File.model_json_schema(by_alias=True).items()
            if key not in ("title", "description")
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def is_current() -> bool:
    """Whether the file says what the model says."""
    return FILE.exists() and FILE.read_text(encoding="utf-8") == text()


def write() -> bool:
    """Writes the file where it is not up to date; gives whether it was not."""
    if is_current():
        return False
    FILE.write_text(text(), encoding="utf-8")
    return True
