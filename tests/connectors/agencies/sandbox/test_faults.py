from __future__ import annotations

import time
from typing import Any

import pytest

from cases.agency import AgencyUnavailable
from connectors.agencies.sandbox.faults import Faults, NewFault
from tests.connectors.agencies.running import Sandbox, order


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("error", "500"), ("maintenance", "503"), ("drop", "no connection"), ("lost_answer", "no connection")],
)
def test_a_fault_delays_and_loses_nothing(sandbox: Sandbox, kind: str, reason: str) -> None:
    agency = sandbox.agency()
    sandbox.fault(kind, count=2, seconds=7)
    for _ in range(2):
        with pytest.raises(AgencyUnavailable, match=reason) as caught:
            agency.start(order())
        assert caught.value.retry_after == (7 if kind == "maintenance" else None)
    # A lost answer comes after the work was done, the others before.
    assert len(sandbox.filed()) == (kind == "lost_answer")
    assert agency.start(order()).sequence == 1
    assert len(sandbox.filed()) == 1


def test_an_expired_token_is_renewed(sandbox: Sandbox) -> None:
    sandbox.fault("expired_token")
    assert sandbox.agency().start(order()).state == "received"


def test_slow_is_slow(sandbox: Sandbox) -> None:
    sandbox.fault("slow", seconds=0.5)
    began = time.monotonic()
    sandbox.agency().start(order())
    assert time.monotonic() - began >= 0.5


def test_a_fault_is_one_agencys(sandbox: Sandbox) -> None:
    sandbox.fault("error", agency="ir")
    assert sandbox.agency("dia").start(order()).state == "received"
    assert [fault["kind"] for fault in sandbox.http.get("/desk/api/faults").json()] == ["error"]
    assert sandbox.http.delete("/desk/api/faults").status_code == 204
    assert sandbox.http.get("/desk/api/faults").json() == []
    assert sandbox.agency("ir").start(order("ird-number-adult")).state == "received"


@pytest.mark.parametrize(
    "wrong", [{"kind": "meteor"}, {"agency": "nasa"}, {"count": 0}, {"seconds": -1}, {"seconds": "NaN"}, {"x": 1}]
)
def test_a_fault_that_is_none_is_refused(shared: Sandbox, wrong: dict[str, Any]) -> None:
    answer = shared.http.post("/desk/api/faults", json={"agency": "dia", "kind": "slow", **wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_faults_come_in_order_and_run_out() -> None:
    faults = Faults()
    faults.add(NewFault(agency="dia", kind="error", count=2))
    faults.add(NewFault(agency="dia", kind="slow"))
    faults.add(NewFault(agency="dia", kind="bad_signature"))
    came = [fault.kind if (fault := faults.take("dia", ["slow", "error"])) else None for _ in range(4)]
    assert came == ["error", "error", "slow", None]
    assert [fault.kind for fault in faults.all()] == ["bad_signature"]


def test_a_window_lasts_for_its_time_and_gives_no_token() -> None:
    at = [100.0]
    faults = Faults(clock=lambda: at[0])
    faults.add(NewFault(agency="dia", kind="maintenance", for_seconds=60))
    faults.add(NewFault(agency="dia", kind="error"))
    for _ in range(5):
        fault = faults.take("dia", ["maintenance", "error"])
        assert fault is not None
        assert (fault.kind, fault.for_seconds) == ("maintenance", 60)
    assert faults.take("dia", ["maintenance", "error"], windows=True) is not None
    at[0] += 59
    fault = faults.take("dia", ["maintenance"])
    assert fault is not None
    assert fault.for_seconds == 1
    at[0] += 1
    assert faults.take("dia", ["maintenance", "error"], windows=True) is None
    assert [one.kind for one in faults.all()] == ["error"]


def test_a_window_says_when_it_ends(sandbox: Sandbox) -> None:
    body = {"agency": "*", "kind": "maintenance", "for_seconds": 50}
    sandbox.http.post("/desk/api/faults", json=body).raise_for_status()
    for id in ("dia", "ir"):
        with pytest.raises(AgencyUnavailable, match="no access token") as caught:
            sandbox.agency(id).start(order())
        assert caught.value.retry_after is not None
        assert 45 <= caught.value.retry_after <= 50


def test_a_share_hits_by_chance() -> None:
    chances = iter([0.1, 0.3, 0.2, 0.9])
    faults = Faults(chance=lambda: next(chances))
    faults.add(NewFault(agency="*", kind="drop", count=10, share=0.25))
    assert [faults.take("ir", ["drop"]) is not None for _ in range(4)] == [True, False, True, False]
    assert faults.all()[0].count == 8
