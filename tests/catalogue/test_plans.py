"""Plans for every life event and for pairs of them, pinned in words: what comes when, by which day, after what.

A file in ``plans/`` says what is known and what the plan must then be. After a change that is meant,
``python -m tests.catalogue.test_plans`` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

import catalogue
from catalogue import make_plan, rules

HERE = Path(__file__).parent / "plans"
FILES = sorted(HERE.glob("*.yml"))


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def told(case: dict[str, Any]) -> str:
    """The plan for what a file says is known, as text."""
    whole = catalogue.load()
    made = make_plan(
        whole,
        case["life_events"],
        case.get("dates"),
        today=case["today"],
        answers={name: _json(value) for name, value in case.get("answers", {}).items()},
        rulebook=rules.load(),
    )
    names = {id: service.name.en for id, service in whole.services.items()}
    lines = []
    for stage, steps in groupby(made.steps, key=lambda step: step.stage):
        lines.append(stage.upper())
        for step in steps:
            lines.append(f"- {names[step.service]} ({whole.agencies[step.agency].abbreviation or step.agency})")
            if step.due:
                lines.append(f"    {'was due' if step.overdue else 'by'} {step.due:%a} {step.due.day} {step.due:%B %Y}")
            for label, others in (
                ("after", step.waits_for),
                ("after one of", step.waits_for_one_of),
                ("not together with", step.not_with),
            ):
                if others:
                    lines.append(f"    {label}: {'; '.join(names[one] for one in others)}")
    if made.not_for_you:
        lines.append("NOT FOR YOU")
        lines += [
            f"- {names[one.service]}, because this is not so: {' / '.join(why.text.en for why in one.why)}"
            for one in made.not_for_you
        ]
    return "\n".join(lines) + "\n"


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def test_every_life_event_is_pinned_and_ten_pairs() -> None:
    sizes = [tuple(read(file)["life_events"]) for file in FILES]
    assert {one[0] for one in sizes if len(one) == 1} == set(catalogue.load().life_events)
    assert len({one for one in sizes if len(one) == 2}) >= 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_plan_is_the_one_that_was_read_and_found_right(file: Path) -> None:
    case = read(file)
    assert told(case) == case["plan"], "if this change is meant: python -m tests.catalogue.test_plans"


if __name__ == "__main__":
    for path in FILES:
        head, _, _ = path.read_text(encoding="utf-8").partition("plan: |\n")
        body = "".join(f"  {line}\n" for line in told(read(path)).splitlines())
        path.write_text(f"{head}plan: |\n{body}", encoding="utf-8")
