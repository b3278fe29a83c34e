"""Reads a trained model without Rasa: the same parts in the same order, some ten seconds sooner.

What comes out equals what Rasa's own pipeline says of a message; a test holds the two together.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.encoder.session import FOLDER, Encoder
from bot.model.deciding import Decided, Decisions
from bot.model.heads import Heads
from bot.model.labels import LabelModel
from bot.model.names import Names
from bot.model.ngrams import Ngrams
from bot.model.phrases import Phrases
from bot.model.spelling import Spelling
from bot.text import LONGEST, clean

_ENCODER: Final = "SentenceFeaturizer"


class ModelError(Exception):
    """There is no model, or it was not trained by our pipeline. The message says what to do."""


def newest(folder: Path) -> Path:
    """Returns the newest model in `folder`; raises ModelError where there is none."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise ModelError(f"no model in {folder}: train one with `make train`")
    return models[-1]


@dataclass(frozen=True)
class Reading:
    """What the model makes of one message."""

    text: str
    decided: Decided
    chances: dict[str, float]
    several: float
    attributes: dict[str, str | None]

    def line(self) -> dict[str, Any]:
        """Returns the reading as `recognise` prints it; attributes the model lacks are null."""
        wanted = ("service", "question", "about", "language")
        return {
            "text": self.text,
            "decision": self.decided.decision,
            "life_events": [{"id": name, "confidence": round(chance, 4)} for name, chance in self.decided.events],
            "detected": self.decided.detected,
            **{key: self.attributes.get(key) for key in wanted},
        }


class Reader:
    """A trained model's recognition."""

    def __init__(self, parts: dict[str, Path], configs: dict[str, dict[str, Any]]) -> None:
        encoder = configs[_ENCODER]
        folder = Path(encoder["folder"]) if encoder.get("folder") else FOLDER
        self._encoder = Encoder(folder, int(encoder.get("threads", 1)), int(encoder.get("tokens", 128)))
        self._spelling = Spelling.load(parts["SpellingCorrector"]) if "SpellingCorrector" in parts else None
        self._ngrams = Ngrams.load(parts["NgramFeaturizer"])
        self._labels = LabelModel.load(parts["LabelClassifier"])
        self._names = Names.load(parts["EntityRuler"]) if "EntityRuler" in parts else None
        self._heads = Heads.load(parts["AttributeClassifier"]) if "AttributeClassifier" in parts else None
        self._attributes: dict[str, Any] = configs.get("AttributeClassifier", {}).get("attributes", {})
        self._phrases = Phrases.load(parts["PhraseRule"]) if "PhraseRule" in parts else None
        self.decisions = Decisions.load(parts["Decision"])

    @classmethod
    def load(cls, archive: Path) -> Reader:
        """Reads a model file of Rasa's; raises ModelError for one that our pipeline did not train."""
        with tempfile.TemporaryDirectory() as scratch:
            with tarfile.open(archive) as packed:
                packed.extractall(scratch, filter="data")
            metadata = json.loads((Path(scratch) / "metadata.json").read_text(encoding="utf-8"))
            parts: dict[str, Path] = {}
            configs: dict[str, dict[str, Any]] = {}
            for node in metadata["predict_schema"]["nodes"].values():
                module, _, name = node["uses"].rpartition(".")
                if module.split(".")[0] == cls.__module__.split(".")[0]:
                    configs[name] = node["config"]
                    if node["resource"]:
                        parts[name] = Path(scratch) / "components" / node["resource"]["name"]
            try:
                return cls(parts, configs)
            except KeyError as error:
                raise ModelError(f"{archive.name} has no {error}: train with this project's config.yml") from error

    def read(self, text: str) -> Reading:
        """Returns the reading of one message; any string gets one."""
        put_right = self._spelling.correct(text[:LONGEST]).text if self._spelling else text[:LONGEST]
        cleaned = clean(put_right)
        vector = self._encoder.encode([cleaned])[0]
        row = self._ngrams.rows([cleaned])
        chances, several = self._labels.probabilities(vector, row)
        of_label = {name: float(chance) for name, chance in zip(self._labels.labels, chances, strict=True)}
        phrases = self._phrases
        forced = phrases.decision if phrases and any(phrases.match(said) for said in {text, put_right}) else None
        decided = self.decisions.decide(of_label, forced, empty=not cleaned, several=several)
        return Reading(text, decided, of_label, several, self._attributes_of(put_right, cleaned, vector, row))

    def _attributes_of(self, text: str, cleaned: str, vector: np.ndarray, row: Any) -> dict[str, str | None]:
        if self._heads is None:
            return {}
        names = self._names.find(text) if self._names else []
        found: dict[str, str | None] = {}
        for key, (value, _) in self._heads.values(cleaned, vector, row).items():
            kind = (self._attributes.get(key) or {}).get("entity")
            named = [name for name in names if kind and name.label == kind]
            longest = max(named, key=lambda name: name.end - name.start) if named else None
            found[key] = longest.id if longest and longest.id else (value if cleaned else None)
        return found
