"""The rules that the project ships, and its cases."""

from pathlib import Path

import pytest

from catalogue import rules
from catalogue.rules import Rulebook, cases

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return rules.load()


@pytest.fixture(scope="session")
def files() -> list[cases.CaseFile]:
    return cases.read(CASES)
