"""Runs the committed sentence encoder on ONNX Runtime; needs no torch."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

FOLDER = Path(__file__).parent
MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
CARD = "encoder.json"
SEEN = "seen.npy"


def digest(text: str) -> int:
    """Returns a 64-bit number for a sentence, by which `seen.npy` remembers what the encoder was tuned on."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Encoder:
    """Sentences in, unit vectors out.

    `threads` is for one call of ONNX Runtime; one is right for single messages beside other workers.
    `tokens` is the longest sentence in word pieces; the rest is left unread.
    """

    def __init__(self, folder: Path = FOLDER, threads: int = 1, tokens: int = 128) -> None:
        for name in (MODEL, TOKENIZER):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"{folder / name} is missing: `make tune-encoder` writes it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(max_length=tokens)
        self._tokenizer.no_padding()
        self.size: int = int(self._session.get_outputs()[0].shape[-1])
        seen = folder / SEEN
        self._seen: np.ndarray = np.load(seen) if seen.is_file() else np.zeros(0, dtype=np.uint64)

    @staticmethod
    def card(folder: Path = FOLDER) -> dict[str, Any]:
        """Returns what `encoder.json` says of the encoder's source, parameters and date."""
        loaded: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return loaded

    def encode(self, texts: list[str], batch: int = 32, workers: int = 1) -> np.ndarray:
        """Returns a float32 array [len(texts), size] of unit vectors; `workers` batches are read at once.

        Sentences are batched by length. They are padded with zeros and the padding is masked, but int8 scales are
        taken over a whole batch, so a vector can differ in the third decimal place from one computed alone.
        """
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        encodings = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode("utf-8") for text in texts])
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))

        def read(start: int) -> None:
            rows = order[start : start + batch]
            width = max(len(encodings[row].ids) for row in rows)
            ids = np.zeros((len(rows), width), dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for place, row in enumerate(rows):
                length = len(encodings[row].ids)
                ids[place, :length] = encodings[row].ids
                mask[place, :length] = 1
            vectors[rows] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]

        starts = range(0, len(order), batch)
        if workers > 1:
            # Longest first, so that none is left to one of them at the end.
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(read, reversed(starts)))
        else:
            for start in starts:
                read(start)
        return vectors

    def seen(self, texts: list[str]) -> np.ndarray:
        """Returns a bool array [len(texts)]: which of the sentences the encoder was tuned on.

        Whoever calibrates on the encoder's output must leave those out: it knows their labels.
        """
        if not self._seen.size:
            return np.zeros(len(texts), dtype=bool)
        keys = np.array([digest(text) for text in texts], dtype=np.uint64)
        return np.isin(keys, self._seen)
