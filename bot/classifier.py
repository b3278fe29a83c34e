"""Classifier: any number of labels a message, with calibrated probabilities."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import scipy.sparse as sp
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.preprocessing import normalize

from bot.featurizers import UNSEEN, dense, sparse
from bot.groups import grouped, groups, near
from bot.model.labels import TOGETHER, LabelModel
from bot.spelling import texts
from bot.trained import Trained

RANKING = "intent_ranking"
SEVERAL = "several"
"""Set on messages: the probability that one expresses several of the labels that name no decision."""

HELD = "held_out_probabilities"
"""Set on training messages: the probabilities of all labels, in their sorted order, and then that of several, by models
fitted without them; NaN where there are none (see `bot.model.labels.LabelModel.fit`)."""

Kind = DefaultV1Recipe.ComponentType


def examples(training_data: TrainingData) -> list[Message]:
    """Returns the examples that have a label and a text."""
    return [message for message in training_data.intent_examples if message.get(INTENT) and message.get("text")]


def block(message: Message, key: str) -> str | None:
    """Returns a value of the metadata that stands with the message's block of training examples, or None."""
    metadata = (message.get(METADATA) or {}).get(INTENT) or {}
    value = metadata.get(key) if isinstance(metadata, dict) else None
    return None if value is None else str(value)


def decisions(messages: list[Message]) -> dict[str, str]:
    """Returns the decision that each label's blocks name, by the majority of the examples that have the label first.

    Labels whose blocks name none are what is to be recognised.
    """
    votes: dict[str, Counter[str | None]] = {}
    for message in messages:
        votes.setdefault(message.get(INTENT).split(TOGETHER)[0], Counter())[block(message, "decision")] += 1
    winners = {label: counts.most_common(1)[0][0] for label, counts in votes.items()}
    return {label: decision for label, decision in winners.items() if decision is not None}


def features(messages: list[Message]) -> tuple[np.ndarray, sp.csr_matrix]:
    """Returns the messages' dense features [n, dense] and sparse features [n, sparse]."""
    return np.stack([dense(message) for message in messages]), sp.vstack([sparse(m) for m in messages]).tocsr()


# A featurizer too, for one reason: Rasa shows training data to later components only by way of featurizers, and the
# component that decides learns its thresholds from this one's out-of-fold predictions.
@DefaultV1Recipe.register([Kind.INTENT_CLASSIFIER, Kind.MESSAGE_FEATURIZER], is_trainable=True)
class LabelClassifier(Trained[LabelModel]):
    """Sets `intent`, `intent_ranking` (all labels) and `several` from dense and sparse features.

    An example with several labels joins them by `+`. Config: `dense` and `sparse`, the inverse of the regularisation of
    the regression on each kind of features; `trust` and `neighbours`, how much the dense one and the nearest examples
    count beside the sparse one; `folds` for the out-of-fold predictions; `joined` pairs of examples made up for each
    example (see `bot.model.labels.Pairs`).
    """

    learns = LabelModel

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["sklearn", "joblib"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"dense": 16.0, "sparse": 4.0, "trust": 1.0, "neighbours": 0.7, "folds": 3, "joined": 0.3}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for a strength that is not positive, or fewer than two folds."""
        merged = {**cls.get_default_config(), **config}
        if float(merged["dense"]) <= 0 or float(merged["sparse"]) <= 0 or int(merged["folds"]) < 2:
            raise InvalidConfigException("LabelClassifier needs dense > 0, sparse > 0 and folds >= 2")

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the labels of all examples; raises InvalidConfigException where there are fewer than two labels."""
        messages = examples(training_data)
        labels_of = [message.get(INTENT).split(TOGETHER) for message in messages]
        if len({label for row in labels_of for label in row}) < 2:
            raise InvalidConfigException("LabelClassifier needs examples of at least two labels")
        vectors, rows = features(messages)
        named = decisions(messages)
        several = np.array([sum(label not in named for label in row) > 1 for row in labels_of])
        unseen = np.array([bool(message.get(UNSEEN, True)) for message in messages])
        # What the featurizers made tells near-duplicates as well as n-grams of one's own, and is there already.
        of_group = grouped(near(normalize(rows))) if rows.shape[1] else groups(texts(messages))
        return self.keep(LabelModel.fit(vectors, rows, labels_of, several, of_group, unseen, self.config))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the ranking of all labels, highest first, and the likeliest as the intent."""
        if self.learned is None:
            return messages
        for message in messages:
            chances, several = self.learned.probabilities(dense(message), sparse(message))
            ranking = [
                {"name": self.learned.labels[place], "confidence": float(chances[place])}
                for place in np.argsort(-chances, kind="stable")
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
            message.set(SEVERAL, several)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Gives each example the probabilities of models that were fitted without it and its near-duplicates."""
        if self.learned is not None:
            for message, chances in zip(examples(training_data), self.learned.held, strict=False):
                message.set(HELD, [float(chance) for chance in chances])
        return training_data
