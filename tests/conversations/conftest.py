"""The whole assistant, for conversations that are played with it: started once for all of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from connectors.channels.command.converse import DAY
from connectors.channels.rehearsal import rehearsal
from connectors.channels.settings import ROOT
from connectors.channels.wiring import House


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Aratohu without its pages: the trained model, the actions, the sandbox agencies, on the day of the scripts."""
    subprocess.run([ROOT / "aratohu", "train"], check=True, timeout=1800, stdin=subprocess.DEVNULL)
    with rehearsal(day=lambda: DAY) as made:
        yield made
