"""Schemathesis: requests made from the OpenAPI document, good and bad, against the running sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, order


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all requests, with an application in it."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with running.sandbox(folder) as sandbox:
        sandbox.agency().start(order())
        yield sandbox


@pytest.fixture(scope="module")
def contract(lasting: Sandbox) -> schemathesis.schemas.BaseSchema:
    schema = schemathesis.openapi.from_url(f"{lasting.url}/openapi.json")
    schema.config.update(base_url=f"{lasting.url}/dia/v1")
    return schema


@pytest.fixture(scope="module")
def desk(lasting: Sandbox) -> schemathesis.schemas.BaseSchema:
    return schemathesis.openapi.from_url(f"{lasting.url}/desk/openapi.json")


FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
