"""Runs the assistant as a server on a private address: python -m bot.serve --models DIR --port 5005.

The token comes from ``ARATOHU_RASA_TOKEN``, since command lines can be read by everybody on the machine. No text of
any message is logged.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import structlog

HERE = Path(__file__).resolve().parent
SAFE = ["level", "event", "action_name", "exception"]
NEEDED = ["ARATOHU_RASA_TOKEN", "ARATOHU_ACTION_ENDPOINT", "ARATOHU_ACTION_TOKEN"]


def main() -> int:
    """Serves the newest model until it is told to stop."""
    options = _options()
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        sys.stderr.write(f"Not set: {', '.join(missing)}. Start the assistant with make run, which sets them.\n")
        return 2
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["LOG_LEVEL_LIBRARIES"] = "ERROR"
    # One worker: the patches of bot.fast, the model and the order of turns live in one process.
    os.environ["SANIC_WORKERS"] = "1"
    warnings.simplefilter("ignore")

    # TensorFlow and Rasa take seconds to import; a wrong command line should not. Most of what they allocate stays for
    # good, so looking for garbage meanwhile is time lost; and TensorFlow Lite alone asks for jax, and does without.
    gc.disable()
    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_library_logging

    from bot import fast

    fast.apply()
    configure_library_logging()
    quiet(options.log_level)
    gc.freeze()
    gc.enable()
    serve_application(
        model_path=str(options.models),
        interface=options.host,
        port=options.port,
        credentials=str(HERE / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(HERE / "endpoints.yml")),
        auth_token=os.environ["ARATOHU_RASA_TOKEN"],
        enable_api=True,
    )
    return 0


def quiet(level: str) -> None:
    """Lets through warnings and errors, and of those nothing that may hold what a person wrote.

    Rasa's own set-up logs whole messages, slots and events at lower levels, and local variables with each error.
    """
    floor = max(logging.WARNING, logging.getLevelName(level.upper()))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=floor, force=True)
    logging.getLogger("rasa").setLevel(floor)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _bare,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(floor),
        cache_logger_on_first_use=False,
    )


def _bare(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Only what is known to be free of anybody's words."""
    return {name: event[name] for name in SAFE if name in event}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.serve", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder of trained models; the newest is served")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
