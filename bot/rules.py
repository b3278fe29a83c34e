"""PhraseRule: phrases in a file that call for a decision whatever the model thinks."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.files import fingerprint, found
from bot.model.phrases import Phrases
from bot.spelling import spelt
from bot.trained import Trained

FORCED = "forced_decision"
"""Set on a message to the decision that a rule has taken."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class PhraseRule(Trained[Phrases]):
    """Sets the decision that its file names on messages that one of the file's patterns matches. Config: `file`."""

    learns = Phrases

    @staticmethod
    def required_packages() -> list[str]:
        """Returns none: YAML comes with Rasa, whose look-up would want the name of its distribution here."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults: there is no default file."""
        return {"file": None}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException where the file is not named, not there, or not phrases."""
        try:
            Phrases.read(found(config["file"]))
        except Exception as error:
            raise InvalidConfigException(f"PhraseRule: `file`: {error}") from error

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Returns a hash of the file, so that a change of it trains anew."""
        return fingerprint(config)

    def train(self, training_data: TrainingData) -> Resource:
        """Puts the phrases into the model; there is nothing to learn from the examples."""
        self.validate_config(self.config)
        return self.keep(Phrases.read(found(self.config["file"])))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the decision on the messages that match."""
        for message in messages:
            written, put_right = message.get(TEXT) or "", spelt(message).text
            if self.learned is not None and any(self.learned.match(text) for text in {written, put_right}):
                message.set(FORCED, self.learned.decision)
        return messages
