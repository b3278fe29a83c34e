"""Runs the checks and writes down what they found, for people and as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel

from connectors.agencies.conformance.checks import CHECKS, Check
from connectors.agencies.conformance.visit import Fails, NotTried, Visit
from connectors.agencies.contract import VERSION

_MARKS = {"ok": "ok  ", "failed": "FAIL", "not_tried": "–   "}


class Finding(BaseModel):
    """How one check ended: what the contract wants, and what came."""

    check: str
    wants: str
    outcome: Literal["ok", "failed", "not_tried"]
    said: str | None = None


class Report(BaseModel):
    """All findings of one visit."""

    address: str
    contract: str = VERSION
    findings: list[Finding]

    @property
    def is_good(self) -> bool:
        """Whether nothing failed."""
        return all(one.outcome != "failed" for one in self.findings)

    def failed(self) -> dict[str, str]:
        """What failed and why, by check."""
        return {one.check: one.said or "" for one in self.findings if one.outcome == "failed"}


def run(visit: Visit, address: str, checks: Iterable[Check] = CHECKS) -> Report:
    """Visits the agency."""
    return Report(address=address, findings=[_try(check, visit) for check in checks])


def write(report: Report) -> str:
    """The report as text."""
    lines = [f"Agency contract {report.contract}: {report.address}", ""]
    for one in report.findings:
        lines.append(f"  {_MARKS[one.outcome]}  {one.wants}")
        if one.said:
            lines.append(f"        {one.said}")
    counted = {outcome: sum(one.outcome == outcome for one in report.findings) for outcome in _MARKS}
    lines += ["", f"{counted['ok']} kept, {counted['failed']} not kept, {counted['not_tried']} not tried."]
    if counted["failed"]:
        lines.append("How each should be is in docs/agency-contract.md and in the OpenAPI document of the sandbox.")
    return "\n".join(lines)


def _try(check: Check, visit: Visit) -> Finding:
    wants = (check.__doc__ or "").strip()
    found = Finding(check=check.__name__, wants=wants, outcome="ok")
    try:
        found.said = check(visit)
    except Fails as error:
        found.outcome, found.said = "failed", str(error)
    except NotTried as error:
        found.outcome, found.said = "not_tried", str(error)
    return found
