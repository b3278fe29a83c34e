"""What the model makes of utterances: one line in, one JSON object a line out (`python -m bot.recognise`)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.files import ROOT
from bot.model.reading import ModelError, Reader, newest

MODELS = ROOT / ".data" / "models"


def lines(source: BinaryIO) -> Iterator[str]:
    """Yields the lines of `source` without their ends; bytes that are not UTF-8 become replacement characters."""
    for line in source:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def main(arguments: list[str] | None = None) -> int:
    """Reads the utterances and writes the readings; returns 1, with a message, without a model or a file."""
    parser = argparse.ArgumentParser(prog="python -m bot.recognise", description=__doc__)
    parser.add_argument("file", nargs="?", default="-", help="a text file, or - for standard input")
    parser.add_argument("--models", type=Path, default=MODELS, help="the folder of trained models, or one model file")
    options = parser.parse_args(arguments)
    try:
        reader = Reader.load(options.models if options.models.is_file() else newest(options.models))
        source = sys.stdin.buffer if options.file == "-" else Path(options.file).open("rb")  # noqa: SIM115 - closed below
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with source:
        for text in lines(source):
            # Escaped, so that no terminal and no pipe can trip over a lone surrogate.
            sys.stdout.write(json.dumps(reader.read(text).line()) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
