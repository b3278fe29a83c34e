"""The agencies that the sandbox plays, the eight of Result 10 as they work, and stand-ins for all others.

One more is a YAML file here. Where its answers must also fit together, a module beside it says how, in ``CHECKS``.
What starts by the agency contract and has no such file is played from the catalogue alone: see ``stand_in``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalogue import load
from connectors.agencies.sandbox.agencies import customs, dia, doc, ir, mbie, msd, nzta, stand_in
from connectors.agencies.sandbox.office import Check, Office

_CHECKS: Mapping[str, Mapping[str, tuple[Check, ...]]] = {
    "customs": customs.CHECKS,
    "dia": dia.CHECKS,
    "doc": doc.CHECKS,
    "ir": ir.CHECKS,
    "mbie": mbie.CHECKS,
    "msd": msd.CHECKS,
    "nzta": nzta.CHECKS,
}

PLAYED: dict[str, Office] = {
    file.stem: Office.load(file, _CHECKS.get(file.stem, {})) for file in sorted(Path(__file__).parent.glob("*.yml"))
}

OFFICES: dict[str, Office] = stand_in.offices(load(), PLAYED)
