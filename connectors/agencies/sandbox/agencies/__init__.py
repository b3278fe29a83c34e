"""The agencies that the sandbox plays. One more is a YAML file, a module with its checks, and a line here."""

from __future__ import annotations

from connectors.agencies.sandbox.agencies import dia, ir, msd
from connectors.agencies.sandbox.office import Office

OFFICES: dict[str, Office] = {office.id: office for office in (dia.OFFICE, ir.OFFICE, msd.OFFICE)}
