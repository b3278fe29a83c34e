"""The agencies that the sandbox plays, the eight of Result 10.

One more is a YAML file here. Where its answers must also fit together, a module beside it says how, in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.agencies.sandbox.agencies import customs, dia, doc, ir, mbie, msd, nzta
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

OFFICES: dict[str, Office] = {
    file.stem: Office.load(file, _CHECKS.get(file.stem, {})) for file in sorted(Path(__file__).parent.glob("*.yml"))
}
