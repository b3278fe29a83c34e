"""Writes the encoder as an int8 ONNX file with its tokenizer and card (`make tune-encoder`).

A tool: it runs in a throwaway environment with torch, transformers, onnx and onnxruntime. The assistant itself needs
only the files it writes.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer

from bot.encoder import source

FOLDER = Path(__file__).parent


def export(model: source.SentenceModel, tokenizer: Path, target: Path, card: dict[str, Any]) -> None:
    """Writes `model.onnx` (fused, int8 weights), `tokenizer.json` and `encoder.json` into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    model = model.eval().cpu()
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = str(Path(scratch) / "plain.onnx"), str(Path(scratch) / "fused.onnx")
        example = (torch.ones((2, 9), dtype=torch.int64), torch.ones((2, 9), dtype=torch.int64))
        axes = {0: "sentences", 1: "tokens"}
        torch.onnx.export(
            model,
            example,
            plain,
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vector": {0: "sentences"}},
            opset_version=17,
            dynamo=False,
        )
        # Fusing first: quantising leaves the fused attention and layer norm whole, which halves the time of a sentence.
        optimizer.optimize_model(plain, model_type="bert", num_heads=12, hidden_size=384).save_model_to_file(fused)
        quantize_dynamic(
            fused,
            str(target / "model.onnx"),
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Shape inference stops at the fused nodes and cannot tell the type of what comes after them.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    if tokenizer.resolve() != (target / "tokenizer.json").resolve():
        shutil.copy(tokenizer, target / "tokenizer.json")
    text = json.dumps(
        {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), **card}, indent=2, ensure_ascii=False
    )
    (target / "encoder.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Exports the encoder as published, untuned."""
    weights = source.folder()
    card = {"source": source.PACKAGE, "source_sha256": source.SHA256, "tuned_on": None}
    export(source.SentenceModel(weights), weights / "tokenizer.json", FOLDER, card)
    (FOLDER / "seen.npy").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
