"""Trains a candidate from a folder of its own: python -m bot.measure.candidate --models DIR --root DIR."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from bot.train import MARK, fingerprint, is_current, train


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when there is a model in the folder that was trained on what is in the root; 1 with the reason."""
    parser = argparse.ArgumentParser(prog="python -m bot.measure.candidate", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder for the trained model")
    parser.add_argument("--root", type=Path, required=True, help="folder with config.yml, bot/ and nlu_data/")
    options = parser.parse_args(arguments)
    wanted = fingerprint(options.root)
    if is_current(options.models, wanted):
        return 0
    logging.getLogger().setLevel(logging.ERROR)
    try:
        train(options.models, options.root)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        sys.stderr.write(f"Training failed: {error}\n")
        return 1
    (options.models / MARK).write_text(wanted + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
