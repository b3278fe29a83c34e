"""Featurizers: a dense vector of the sentence encoder, and sparse n-grams of folded text."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoder.session import FOLDER, Encoder
from bot.model.ngrams import Ngrams
from bot.spelling import texts
from bot.text import clean
from bot.trained import Trained

UNSEEN = "unseen_by_encoder"
"""Set to a bool on training messages: whether the encoder was tuned without this sentence."""


def dense(message: Message) -> np.ndarray:
    """Returns the message's dense sentence features [size]; a vector of size 0 where no featurizer set any."""
    found = _sentence(message, sparse=False)
    return np.concatenate([part[0] for part in found]) if found else np.zeros(0, dtype=np.float32)


def sparse(message: Message) -> sp.csr_matrix:
    """Returns the message's sparse sentence features [1, size]; size 0 where no featurizer set any."""
    found = _sentence(message, sparse=True)
    if len(found) == 1:
        return found[0].tocsr()
    return sp.hstack(found, format="csr") if found else sp.csr_matrix((1, 0), dtype=np.float32)


def _sentence(message: Message, *, sparse: bool) -> list[Any]:
    # Rasa's own way of asking copies the features of every message each time.
    return [
        part.features
        for part in message.features
        if part.attribute == TEXT and part.type == FEATURE_TYPE_SENTENCE and part.is_sparse() is sparse
    ]


class HashedFeatures(Features):
    """Rasa's, told apart by a hash of their bytes.

    Rasa takes the fingerprint of every example after every component, and by its own way writes each number out as
    text: ten seconds for thirty thousand examples.
    """

    def fingerprint(self) -> str:
        """Returns the same for the same numbers in the same places."""
        if self._cached_fingerprint is None:
            found = self.features.tocsr() if self.is_sparse() else self.features
            parts = (found.indptr, found.indices, found.data) if self.is_sparse() else (found,)
            named = f"{self.type} {self.origin} {self.attribute} {found.shape}"
            digest = hashlib.blake2b(named.encode(), digest_size=16)
            for part in parts:
                digest.update(part.tobytes())
            self._cached_fingerprint = digest.hexdigest()
        return str(self._cached_fingerprint)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(GraphComponent):
    """Sets the encoder's unit vector as dense sentence features.

    Config: `folder` of the encoder's files, `threads`, and `tokens`, the longest sentence in word pieces.
    """

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults; no `folder` means the committed encoder."""
        return {"folder": None, "threads": 1, "tokens": 128}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for fewer than one thread or eight tokens."""
        if int(config.get("threads", 1)) < 1 or int(config.get("tokens", 128)) < 8:
            raise InvalidConfigException("SentenceFeaturizer needs threads >= 1 and tokens >= 8")

    def __init__(self, config: dict[str, Any], name: str) -> None:
        self._name = name
        folder = Path(config["folder"]) if config["folder"] else FOLDER
        self._encoder = Encoder(folder, threads=int(config["threads"]), tokens=int(config["tokens"]))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Makes the component; raises FileNotFoundError without the encoder's files."""
        return cls({**cls.get_default_config(), **config}, execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the features to each message."""
        return self._encoded(messages)

    def _encoded(self, messages: list[Message], workers: int = 1) -> list[Message]:
        for message, vector in zip(messages, self._encoder.encode(texts(messages), workers=workers), strict=True):
            message.add_features(HashedFeatures(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the features to each example, and notes whether the encoder was tuned without it."""
        # Thousands of sentences, and nobody is served meanwhile: training takes every core.
        self._encoded(training_data.training_examples, workers=os.cpu_count() or 1)
        # The encoder remembers sentences as they were written.
        written = [clean(message.get(TEXT)) for message in training_data.training_examples]
        seen = self._encoder.seen(written)
        for message, known in zip(training_data.training_examples, seen, strict=True):
            message.set(UNSEEN, not bool(known))
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(Trained[Ngrams]):
    """Sets word and character n-grams as sparse sentence features, each kind weighted by tf-idf and of unit length.

    Config: `shortest` and `longest` character n-gram, `word_floor` and `character_floor` (in how many examples an
    n-gram must occur), `most` character n-grams kept.
    """

    learns = Ngrams

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"shortest": 3, "longest": 4, "word_floor": 2, "character_floor": 3, "most": 120_000}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException where the shortest n-gram is longer than the longest."""
        merged = {**cls.get_default_config(), **config}
        if not 1 <= int(merged["shortest"]) <= int(merged["longest"]):
            raise InvalidConfigException("NgramFeaturizer needs 1 <= shortest <= longest")

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the n-grams of the examples."""
        ngrams = Ngrams(self.config)
        return self.keep(ngrams.fit([text for text in texts(training_data.training_examples) if text]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the features to each message."""
        if self.learned is not None:
            rows = self.learned.rows(texts(messages))
            for place, message in enumerate(messages):
                message.add_features(HashedFeatures(rows[place], FEATURE_TYPE_SENTENCE, TEXT, self.name))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the features to each example."""
        self.process(training_data.training_examples)
        return training_data
