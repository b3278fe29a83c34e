"""Schemathesis: requests made from the OpenAPI documents, good and bad, against the running sandbox."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, order

_BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def send(schema: schemathesis.BaseSchema, sandbox: Sandbox) -> dict[str, list[int]]:
    """Sends what the document allows and what it does not; gives the statuses by operation.

    Checks: no server error, statuses, headers, kinds of content and bodies as documented, broken data refused,
    credentials needed.
    """
    statuses: dict[str, list[int]] = {}
    token = sandbox.token()

    def check(case: schemathesis.Case[Any]) -> None:
        headers = {} if "oauth" in case.path or "desk" in case.path else token
        answer = case.call(headers=headers)
        statuses.setdefault(f"{case.method} {case.path}", []).append(answer.status_code)
        # Which answers a service takes is in /capabilities, not in the document.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        _BOUNDED(given(operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))(check))()
        # Where nothing is sent, nothing can be wrong.
        with contextlib.suppress(Unsatisfiable):
            _BOUNDED(given(operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))(check))()
    return statuses


@pytest.mark.slow
def test_the_contract_holds_whatever_is_sent(tmp_path: Path) -> None:
    with running.sandbox(tmp_path) as sandbox:
        made = sandbox.agency().start(order())
        schema = schemathesis.openapi.from_url(f"{sandbox.url}/openapi.json")
        schema.config.update(base_url=f"{sandbox.url}/dia/v1")
        statuses = send(schema, sandbox)
        assert sandbox.agency().read(made.id).state == "received"
    assert len(statuses) == 10
    assert max(max(found) for found in statuses.values()) < 500


@pytest.mark.slow
def test_the_desk_holds_whatever_is_sent(tmp_path: Path) -> None:
    with running.sandbox(tmp_path) as sandbox:
        sandbox.agency().start(order())
        statuses = send(schemathesis.openapi.from_url(f"{sandbox.url}/desk/openapi.json"), sandbox)
    assert len(statuses) == 5
    assert max(max(found) for found in statuses.values()) < 500
