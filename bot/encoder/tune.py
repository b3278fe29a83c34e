"""Tunes the encoder on the training examples by supervised contrast (`make tune-encoder`), then exports it.

Sentences that share labels are pulled together, others pushed apart; a linear head learns the labels beside it and is
thrown away. Labels whose examples have nothing in common but being outside (their decision is `scatter`) push without
pulling. One part in seven of the examples is held out, near-duplicates together, so that the pipeline can calibrate on
sentences whose labels the encoder has not seen: `seen.npy` names the others.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import re
import time
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch.nn import functional
from transformers import AutoTokenizer

from bot.encoder import source
from bot.encoder.export import FOLDER, export
from bot.encoder.session import digest
from bot.files import load
from bot.groups import groups
from bot.text import clean

logger = logging.getLogger(__name__)

SCATTER: Final = "out_of_scope"
HELD_OUT: Final = 1 / 7
RATE: Final = 1.5e-4
FROZEN: Final = 2
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def read(folder: Path) -> tuple[list[str], list[list[str]], list[str]]:
    """Returns texts, their labels and their decisions from the Rasa NLU files under `folder`, duplicates left out."""
    texts: list[str] = []
    labels: list[list[str]] = []
    decisions: list[str] = []
    known: set[str] = set()
    for path in sorted(folder.rglob("*.yml")):
        for block in (load(path) or {}).get("nlu", []):
            if "intent" not in block:
                continue
            for line in block["examples"].splitlines():
                text = clean(line.strip()[2:]) if line.strip().startswith("- ") else ""
                if text and text.casefold() not in known:
                    known.add(text.casefold())
                    texts.append(text)
                    labels.append(block["intent"].split("+"))
                    decisions.append((block.get("metadata") or {}).get("decision", "accept"))
    return texts, labels, decisions


def roughen(text: str, dice: random.Random) -> str:
    """Returns `text` as another hand might have typed it: without capitals, points or a word, or with a slip."""
    if dice.random() < 0.4:
        return text
    if dice.random() < 0.3:
        text = re.sub(r"[.,;:!?\"']", "", text)
    if dice.random() < 0.3:
        words = text.split(" ")
        if len(words) > 5:
            del words[dice.randrange(len(words))]
        text = " ".join(words)
    if dice.random() < 0.25:
        sentences = re.split(r"(?<=[.!?])\s+", text)
        if len(sentences) > 2:
            del sentences[dice.randrange(len(sentences))]
        text = " ".join(sentences)
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
        if len(text) < 8:
            break
        at = dice.randrange(1, len(text) - 1)
        slip = dice.choice(("drop", "swap", "hit"))
        if slip == "drop":
            text = text[:at] + text[at + 1 :]
        elif slip == "swap":
            text = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
        else:
            text = text[:at] + dice.choice(_LETTERS) + text[at + 1 :]
    return text


def contrast(vectors: torch.Tensor, targets: torch.Tensor, pulls: torch.Tensor, temperature: float) -> torch.Tensor:
    """Returns the supervised contrastive loss of a batch; positives weigh by the overlap of their label sets.

    `vectors` [n, size] are unit vectors, `targets` [n, labels] are 0 or 1, `pulls` [n] is 0 for rows without positives.
    """
    shared = targets @ targets.T
    sizes = targets.sum(1)
    overlap = shared / (sizes[:, None] + sizes[None, :] - shared).clamp(min=1)
    overlap = overlap * pulls[:, None] * pulls[None, :]
    self_mask = torch.eye(len(vectors), dtype=torch.bool)
    overlap = overlap.masked_fill(self_mask, 0.0)
    scores = (vectors @ vectors.T / temperature).masked_fill(self_mask, -1e9)
    logs = scores - torch.logsumexp(scores, dim=1, keepdim=True)
    mass = overlap.sum(1)
    has = mass > 0
    if not has.any():
        return vectors.sum() * 0
    return -((overlap * logs).sum(1)[has] / mass[has]).mean()


def batches(labels: list[list[str]], rows: list[int], size: int, dice: random.Random) -> list[list[int]]:
    """Returns the rows of one epoch in batches in which each row has, nearly always, a companion of its label."""
    by_label: dict[str, list[int]] = {}
    for row in rows:
        by_label.setdefault(dice.choice(labels[row]), []).append(row)
    pairs: list[list[int]] = []
    for members in by_label.values():
        dice.shuffle(members)
        pairs += [members[start : start + 2] for start in range(0, len(members), 2)]
    dice.shuffle(pairs)
    flat = [row for pair in pairs for row in pair]
    return [flat[start : start + size] for start in range(0, len(flat), size)]


def tune(
    texts: list[str],
    labels: list[list[str]],
    decisions: list[str],
    epochs: int,
    rate: float = RATE,
    temperature: float = 0.1,
    size: int = 64,
    head: float = 1.0,
    tokens: int = 64,
    frozen: int = FROZEN,
    seed: int = 7,
    keep: Path | None = None,
) -> source.SentenceModel:
    """Returns a model tuned on `texts`; its word embeddings and its first `frozen` layers stay as published.

    Takes some four minutes an epoch for 15,000 sentences on two cores.
    """
    torch.manual_seed(seed)
    dice = random.Random(seed)
    weights = source.folder()
    tokenizer = AutoTokenizer.from_pretrained(weights)
    model = source.SentenceModel(weights).train()
    names = sorted({label for row in labels for label in row})
    place = {name: index for index, name in enumerate(names)}
    targets = torch.zeros((len(texts), len(names)))
    for row, of_row in enumerate(labels):
        targets[row, [place[label] for label in of_row]] = 1.0
    pulls = torch.tensor([0.0 if decision == SCATTER else 1.0 for decision in decisions])
    linear = torch.nn.Linear(384, len(names))
    for part in (model.body.embeddings, *model.body.encoder.layer[:frozen]):
        part.requires_grad_(False)
    moving = [weight for weight in model.parameters() if weight.requires_grad]
    rates = [{"params": moving, "lr": rate}, {"params": list(linear.parameters()), "lr": 3e-3}]
    optimiser = torch.optim.AdamW(rates, weight_decay=0.01)
    rows = list(range(len(texts)))
    steps = epochs * len(batches(labels, rows, size, random.Random(0)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.1 * steps + 1), max(0.0, 1 - step / steps))
    )

    def vectors_of(part: list[str]) -> torch.Tensor:
        # Those of like length together: one long story in a batch would have all the others padded to its length.
        encoded = tokenizer(part, padding=True, truncation=True, max_length=tokens, return_tensors="pt")
        found: torch.Tensor = model(encoded["input_ids"], encoded["attention_mask"])
        return found

    step = 0
    for epoch in range(epochs):
        began, total = time.monotonic(), 0.0
        for shuffled in batches(labels, rows, size, dice):
            rough = [roughen(texts[row], dice) for row in shuffled]
            batch = [row for _, row in sorted(zip(rough, shuffled, strict=True), key=lambda pair: len(pair[0]))]
            rough.sort(key=len)
            vectors = torch.cat([vectors_of(rough[start : start + 16]) for start in range(0, len(rough), 16)])
            loss = contrast(vectors, targets[batch], pulls[batch], temperature)
            logits = linear(vectors * 10)
            # One choice among all labels, shared equally where several are expressed: it learns to rank.
            shares = targets[batch] / targets[batch].sum(1, keepdim=True)
            loss = loss + head * functional.cross_entropy(logits, shares)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(moving, 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss)
            step += 1
            if step % 40 == 0:
                logger.info("step %d of %d: loss %.3f, %.0f s", step, steps, float(loss), time.monotonic() - began)
        if keep:
            torch.save(model.state_dict(), keep)
        logger.info("epoch %d: loss %.3f, %.0f s", epoch + 1, total * epochs / steps, time.monotonic() - began)
    return model.eval()


def blend(model: source.SentenceModel, share: float) -> source.SentenceModel:
    """Returns `model` with each weight moved back towards the published one: `share` of the tuned, the rest of that.

    The mean of both keeps what the published encoder knows of language that the examples never use.
    """
    published = source.SentenceModel(source.folder()).state_dict()
    tuned = model.state_dict()
    model.load_state_dict(
        {
            name: published[name] * (1 - share) + tuned[name] * share
            if tuned[name].is_floating_point()
            else tuned[name]
            for name in tuned
        }
    )
    return model


def main() -> None:
    """Tunes on the examples and writes the encoder's files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("nlu_data"))
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--held-out", type=float, default=HELD_OUT)
    parser.add_argument("--share", type=float, default=1.0, help="of the tuned weights in the blend with the published")
    parser.add_argument("--keep", type=Path, help="a file for the torch weights after each epoch")
    parser.add_argument("--head", type=float, default=1.0, help="weight of the label head's loss")
    parser.add_argument("--target", type=Path, default=FOLDER)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    texts, labels, decisions = read(options.data)
    of_text = groups(texts)
    kinds = sorted(set(of_text))
    random.Random(1).shuffle(kinds)
    out = set(kinds[: round(len(kinds) * options.held_out)])
    used = [row for row in range(len(texts)) if of_text[row] not in out]
    logger.info("%d sentences, %d of them held out for calibration", len(texts), len(texts) - len(used))
    model = tune(
        [texts[row] for row in used],
        [labels[row] for row in used],
        [decisions[row] for row in used],
        options.epochs,
        head=options.head,
        keep=options.keep,
    )
    fingerprint = hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()
    card = {
        "source": source.PACKAGE,
        "source_sha256": source.SHA256,
        "tuned_on": {"sentences": len(used), "held_out": len(texts) - len(used), "fingerprint": fingerprint},
        "parameters": {
            "epochs": options.epochs,
            "batch": 64,
            "temperature": 0.1,
            "rate": RATE,
            "frozen": FROZEN,
            "head": options.head,
            "share": options.share,
            "seed": 7,
        },
    }
    options.target.mkdir(parents=True, exist_ok=True)
    export(blend(model, options.share), source.folder() / "tokenizer.json", options.target, card)
    np.save(options.target / "seen.npy", np.array(sorted(digest(texts[row]) for row in used), dtype=np.uint64))


if __name__ == "__main__":
    main()
