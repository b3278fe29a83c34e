"""The server of the assistant: quiet about what people write, and refused without its token."""

from __future__ import annotations

import os
import subprocess
import sys

LOGGING = """
import logging, structlog
from bot.serve import quiet
quiet("debug")
log = structlog.get_logger()
log.debug("processor.message.parse", parse_data_text="my secret")
log.info("processor.slots.log", slot_values="my secret")
log.warning("policy.unsure", action_name="action_plan", text="my secret")
logging.getLogger("rasa.core.processor").debug("Received user message 'my secret'")
try:
    message = "my secret"
    raise ValueError("broken")
except ValueError:
    log.exception("processor.failed", message_text=message)
"""


def test_no_level_logs_what_people_write() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True)
    printed = done.stdout + done.stderr
    assert "my secret" not in printed.replace('message = "my secret"', "")
    assert "policy.unsure" in printed
    assert "action_plan" in printed
    assert "ValueError: broken" in printed


def test_what_is_missing_is_named() -> None:
    surroundings = {name: text for name, text in os.environ.items() if not name.startswith("ARATOHU_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot.serve", "--models", "nowhere"],
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
    )
    assert done.returncode == 2
    assert "ARATOHU_RASA_TOKEN" in done.stderr
