"""Rasa's own command line with our patch, without telemetry, and never at a log level that writes what people say.

`python -m bot.serve run --enable-api …` takes the same arguments as `rasa`.
"""

from __future__ import annotations

import os
import sys
from typing import Final

LOUD: Final = {"--debug", "-vv"}


def main(arguments: list[str] | None = None) -> None:
    """Runs Rasa; its debug level, which logs messages, is refused with SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    if LOUD & set(given):
        sys.exit("Rasa's debug level writes people's messages into the log, so it can't be used.")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "WARNING" if os.environ.get("LOG_LEVEL") == "DEBUG" else os.environ.get("LOG_LEVEL", "INFO")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from rasa.__main__ import main as rasa

    from bot import fast

    fast.apply()
    sys.argv = ["rasa", *given]
    rasa()


if __name__ == "__main__":
    main()
