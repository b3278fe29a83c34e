"""Schemathesis: requests made from the public API's document, good and bad, against everything as it runs."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from tests.main_job.running import Running

pytestmark = pytest.mark.programs

_BOUNDED = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.mark.slow
def test_the_public_api_never_breaks(running: Running) -> None:
    schema = schemathesis.openapi.from_url(f"{running.address}/api/openapi.json")
    schema.config.update(base_url=running.address)
    statuses: dict[str, list[int]] = {}

    def check(case: schemathesis.Case[Any]) -> None:
        answer = case.call(timeout=60)
        statuses.setdefault(f"{case.method} {case.path}", []).append(answer.status_code)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        for mode in schemathesis.GenerationMode:
            # Where nothing is sent, nothing can be wrong.
            with contextlib.suppress(Unsatisfiable):
                _BOUNDED(given(found.ok().as_strategy(generation_mode=mode))(check))()
    assert len(statuses) >= 20
    assert any(status < 300 for found in statuses.values() for status in found)
