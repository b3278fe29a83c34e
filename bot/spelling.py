"""SpellingCorrector: what the featurizers and rules read is the message with its slips put right."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.model.spelling import Spelling, Spelt
from bot.text import LONGEST, clean
from bot.trained import Trained

SPELT = "spelt"
"""Set on messages to a `Spelt`; the message's own text stays as it was written."""


def texts(messages: list[Message]) -> list[str]:
    """Returns the cleaned text of each message, its slips put right where there is a corrector; empty without text."""
    return [clean(spelt(message).text) for message in messages]


def spelt(message: Message) -> Spelt:
    """Returns the message's text, corrected where there is a corrector."""
    found = message.get(SPELT)
    return found if isinstance(found, Spelt) else Spelt(_written(message))


def _written(message: Message) -> str:
    return (message.get(TEXT) or "")[:LONGEST]


# A featurizer only so that Rasa shows it training data and lets it change them.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingCorrector(Trained[Spelling]):
    """Learns the examples' words and corrects every message by them; put it first in the pipeline.

    Config: `shortest`, `floor` and `ratio`, see `bot.model.spelling.Spelling`.
    """

    learns = Spelling

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["symspellpy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"shortest": 5, "floor": 4, "ratio": 10.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for words too short to correct, or a ratio under one."""
        merged = {**cls.get_default_config(), **config}
        if int(merged["shortest"]) < 4 or int(merged["floor"]) < 2 or float(merged["ratio"]) < 1:
            raise InvalidConfigException("SpellingCorrector needs shortest >= 4, floor >= 2 and ratio >= 1")

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the words of the examples."""
        return self.keep(
            Spelling.fit(
                [clean(message.get(TEXT)) for message in training_data.training_examples],
                int(self.config["shortest"]),
                int(self.config["floor"]),
                float(self.config["ratio"]),
            )
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Notes the corrected text on each message."""
        if self.learned is not None:
            for message in messages:
                message.set(SPELT, self.learned.correct(_written(message)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Notes the corrected text on each example."""
        self.process(training_data.training_examples)
        return training_data
