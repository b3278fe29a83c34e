"""The sentence encoder, for finding by meaning: the ONNX file that the assistant uses too, run here on its own.

Nothing of the assistant's code is imported: the two share files, not an environment.
"""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parents[1] / "bot" / "encoder"
TOKENS = 64
"""Word pieces that are read of a text; the rest says little more about what it means."""

Vectors = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)


class Encoder:
    """Texts in, unit vectors out. The model is read when it is first needed (0.2 s)."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @functools.cached_property
    def _parts(self) -> tuple[Any, Any]:
        # Here and not above: most commands never search, and the runtime takes a while to load.
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(max_length=TOKENS)
        tokenizer.no_padding()
        return session, tokenizer

    def encode(self, texts: list[str]) -> Vectors:
        """A row for each text. One at a time, so that a text's vector does not depend on its neighbours."""
        session, tokenizer = self._parts
        rows = []
        for text in texts:
            ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
            rows.append(session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0])
        return np.array(rows, dtype=np.float32)


def installed(folder: Path = FOLDER) -> Encoder | None:
    """The encoder, or None where its files are not there: then finding goes by words alone."""
    if all((folder / name).is_file() for name in ("model.onnx", "tokenizer.json")):
        return Encoder(folder)
    logger.warning("no sentence encoder in %s: searches go by words alone", folder)
    return None
