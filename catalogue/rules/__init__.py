"""What someone may be able to get: rules as data, evaluated with three values, and the next useful question.

>>> import datetime as dt
>>> found = check("nz-super", {"date_of_birth": "1990-03-27"}, dt.date(2026, 11, 23))
>>> found.verdict, found.decided_by
('no', ('age',))
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from catalogue.rules import files
from catalogue.rules.results import CriterionResult, Reference, Result, Results, Working
from catalogue.rules.rulebook import Rulebook
from catalogue.rules.values import FactError, Missing, told

__all__ = [
    "CriterionResult",
    "FactError",
    "Missing",
    "Reference",
    "Result",
    "Results",
    "Rulebook",
    "Working",
    "check",
    "check_all",
    "load",
    "told",
]


@functools.cache
def load(folder: Path = files.DATA) -> Rulebook:
    """The rules in ``folder``, read and compiled once."""
    return Rulebook(files.read(folder))


def check(service: str, facts: Mapping[str, Any], day: dt.date) -> Result:
    """What is known so far about one service. See :meth:`Rulebook.check`."""
    return load().check(service, facts, day)


def check_all(
    services: Iterable[str], facts: Mapping[str, Any], day: dt.date, alone: frozenset[str] = frozenset()
) -> Results:
    """Several services at once, with what to ask next for all of them together. See :meth:`Rulebook.check_all`."""
    return load().check_all(services, facts, day, alone)
