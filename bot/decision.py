"""Decision: turns the ranking of labels, the attributes and the rules into one decision, which becomes the intent."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.classifier import HELD, RANKING, SEVERAL, block, decisions, examples
from bot.model.deciding import ACCEPT, Decisions, Rates
from bot.model.labels import TOGETHER, table
from bot.rules import FORCED
from bot.spelling import texts
from bot.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Decision(Trained[Decisions]):
    """Sets `decision`, `life_events`, `detected` and `choices`, and names the intent after the decision.

    Which label calls for which decision is learned from the block metadata `decision` of the training data, and which
    label must never be confused with which from `apart`. Config:
    `rates` (the rule for thresholds, see `bot.model.deciding.Rates`); `intent` is `decision` (name the intent after the
    decision, for the dialogue) or `label` (leave the likeliest label); `asking` names the attribute that, when set,
    turns an accepted message's intent into `asked`; `spoken` lists decisions whose labels stay the intent (dialogue
    acts).
    """

    learns = Decisions

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"rates": {}, "intent": "decision", "asking": None, "asked": "ask", "spoken": ["dialogue"]}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for an unknown kind of intent or an unknown rate."""
        merged = {**cls.get_default_config(), **config}
        if merged["intent"] not in ("decision", "label"):
            raise InvalidConfigException("Decision: `intent` is `decision` or `label`")
        try:
            Rates(**merged["rates"])
        except TypeError as error:
            raise InvalidConfigException(f"Decision: {error}") from error

    def train(self, training_data: TrainingData) -> Resource:
        """Learns what each label is for, and the thresholds."""
        messages = examples(training_data)
        labels_of = [message.get(INTENT).split(TOGETHER) for message in messages]
        named = decisions(messages)
        labels, target = table(labels_of)
        if any(message.get(HELD) is None for message in messages):
            raise InvalidConfigException("Decision needs LabelClassifier before it in the pipeline")
        held = np.array([message.get(HELD) for message in messages])
        chances, several = held[:, :-1], held[:, -1]
        usable = ~np.isnan(held).any(axis=1)
        rates = dict(self.config["rates"])
        if "urgent" in rates:
            rates["urgent"] = tuple(rates["urgent"])
        apart = {
            tuple(sorted((row[0], other)))
            for message, row in zip(messages, labels_of, strict=True)
            if (other := block(message, "apart")) in labels
        }
        pairs = [list(pair) for pair in sorted(apart)]
        return self.keep(Decisions.fit(labels, chances, target, named, usable, Rates(**rates), pairs, several))

    def process(self, messages: list[Message]) -> list[Message]:
        """Decides on each message; a button's `/name` is left to Rasa's own reader of such messages."""
        if self.learned is None:
            return messages
        for message, text in zip(messages, texts(messages), strict=True):
            if (message.get(TEXT) or "").startswith("/"):
                continue
            chances = {entry["name"]: entry["confidence"] for entry in message.get(RANKING) or []}
            decided = self.learned.decide(chances, message.get(FORCED), empty=not text, several=message.get(SEVERAL))
            message.set("decision", decided.decision, add_to_output=True)
            message.set("life_events", [{"id": i, "confidence": c} for i, c in decided.events], add_to_output=True)
            message.set("detected", decided.detected, add_to_output=True)
            message.set("choices", decided.choices, add_to_output=True)
            if self.config["intent"] == "decision":
                name = self._intent(message, decided.decision, decided.label)
                message.set(INTENT, {"name": name, "confidence": decided.confidence}, add_to_output=True)
        return messages

    def _intent(self, message: Message, decision: str, label: str) -> str:
        if decision in self.config["spoken"]:
            return label
        asking = self.config["asking"]
        if decision == ACCEPT and asking and message.get(asking):
            return str(self.config["asked"])
        return decision
