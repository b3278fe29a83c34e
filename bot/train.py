"""Trains the assistant where something it learns from has changed: python -m bot.train --models DIR [--force]."""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from bot.files import ROOT

LEARNED: Final = (
    "config.yml",
    "bot/*.py",
    "bot/model/*.py",
    "bot/encoder/session.py",
    "bot/encoder/*.onnx",
    "bot/encoder/*.npy",
    "bot/data/*",
    "bot/domain.yml",
    "nlu_data/**/*.yml",
)
"""What the model is made of. The evaluation sets are no YAML, and no part of it."""

BESIDE: Final = {
    f"{name}.py" for name in ("benchmark", "channel", "evaluate", "examples", "explain", "fast", "recognise", "serve")
}
"""Programs beside the model, whose changes leave it as it is."""

MARK: Final = "fingerprint"
"""The file beside the models that says what the newest was trained on."""

SEED: Final = 7


def fingerprint(root: Path = ROOT) -> str:
    """Returns a digest of everything that the model is made of, by name and content."""
    digest = hashlib.sha256()
    found = {file for pattern in LEARNED for file in root.glob(pattern) if file.is_file()}
    for file in sorted(file for file in found if file.name not in BESIDE):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_current(models: Path, wanted: str) -> bool:
    """Returns whether the newest model in `models` was trained on what is there now."""
    mark = models / MARK
    return mark.exists() and mark.read_text().strip() == wanted and any(models.glob("*.tar.gz"))


def train(models: Path, root: Path = ROOT) -> Path:
    """Trains, and puts the model into `models` in one move; returns its file.

    Raises RuntimeError where Rasa made none.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL_LIBRARIES"] = "ERROR"
    os.environ["TQDM_DISABLE"] = "1"
    # Everything is trained anew each time, so what Rasa would keep of it, up to a gigabyte, is never read.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    warnings.simplefilter("ignore")
    # TensorFlow and Rasa take seconds to import; saying that nothing changed should not.
    from rasa.model_training import train as rasa_train
    from tarsafe import TarSafe

    # Rasa packs a model at gzip's highest level: 6.7 s instead of 2.1 for a hundredth less.
    TarSafe.gzopen = functools.partial(TarSafe.gzopen, compresslevel=3)
    # Whoever trains is a process of its own, and keeps nearly all that it makes to the end: not looking for garbage
    # among millions of objects saves some 6 % of the time (174 to 163 s) and costs 0.35 GB of memory.
    gc.disable()
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = rasa_train(
            domain=str(root / "bot" / "domain.yml"),
            config=str(root / "config.yml"),
            training_files=str(root / "nlu_data"),
            output=folder,
            fixed_model_name="assistant",
            force_training=True,
        )
        if made.code != 0 or made.model is None:
            raise RuntimeError("Rasa trained no model; what it said stands above")
        kept = models / f"assistant-{time.strftime('%Y%m%d-%H%M%S')}.tar.gz"
        shutil.move(made.model, kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)
    return kept


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when the newest model is up to date."""
    options = _options(arguments)
    models: Path = options.models
    wanted = fingerprint()
    if not options.force and is_current(models, wanted):
        return 0
    began = time.monotonic()
    stop = threading.Event()
    # Kept, since Rasa's own output goes nowhere meanwhile.
    out = sys.stderr
    threading.Thread(target=_tell, args=(began, stop, out), daemon=True).start()
    try:
        with _quiet():
            made = train(models)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        sys.stderr.write(f"Training failed: {error}\n")
        return 1
    finally:
        stop.set()
    (models / MARK).write_text(wanted + "\n")
    for old in sorted(models.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)[:-2]:
        old.unlink()
    sys.stderr.write(f"  trained in {time.monotonic() - began:.0f} s: {made.name}\n")
    return 0


def _tell(began: float, stop: threading.Event, out: TextIO) -> None:
    out.write("Training the assistant (a few minutes, only when something it learns from has changed)\n")
    while not stop.wait(10):
        out.write(f"  still training after {time.monotonic() - began:.0f} s\n")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Sends the progress bars and warnings of Rasa and its libraries nowhere."""
    logging.getLogger().setLevel(logging.ERROR)
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder for the trained models")
    parser.add_argument("--force", action="store_true", help="train even where nothing changed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
