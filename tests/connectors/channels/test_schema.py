"""Schemathesis: requests made from the public API's document, good and bad, against the app over HTTP.

The assistant is off, so that what needs it may say so, with 503; nothing else may fail.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from connectors.channels.app import assemble
from connectors.channels.settings import Settings, variable
from connectors.channels.wiring import build
from tests.connectors.agencies.running import until

NEED_THE_ASSISTANT = {"POST /api/v1/recognise", "GET /api/v1/ready"}

_BOUNDED = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app answers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(variable(name), raising=False)
        patch.setenv("ARATOHU_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("ARATOHU_RASA_URL", "http://127.0.0.1:9")
        patch.setenv("ARATOHU_SANDBOX_PORT", "9")
        patch.setenv("ARATOHU_REQUESTS_A_MINUTE", "1000000")
        app = assemble(build(Settings.load()))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        until(lambda: server.started, 30)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        # Its lifespan closes the house.
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_the_public_api_never_breaks(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    schema.config.update(base_url=address)
    statuses: dict[str, set[int]] = {}

    def check(case: schemathesis.Case[Any]) -> None:
        answer = case.call(timeout=60)
        place = f"{case.method} {case.path}"
        statuses.setdefault(place, set()).add(answer.status_code)
        if answer.status_code == 503 and place in NEED_THE_ASSISTANT:
            return
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        for mode in schemathesis.GenerationMode:
            # Where nothing is sent, nothing can be wrong.
            with contextlib.suppress(Unsatisfiable):
                _BOUNDED(given(found.ok().as_strategy(generation_mode=mode))(check))()
    assert len(statuses) >= 20
    assert {status for found in statuses.values() for status in found} >= {200, 201, 401, 404, 422}
