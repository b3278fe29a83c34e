"""PhraseRule: phrases in a file that call for a decision whatever the model thinks."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.files import fingerprint, found
from bot.model.phrases import Phrases
from bot.spelling import spelt

FORCED = "forced_decision"
"""Set on a message to the decision that a rule has taken."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class PhraseRule(GraphComponent):
    """Sets the decision that its file names on messages that one of the file's patterns matches. Config: `file`."""

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

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, phrases: Phrases | None = None
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._phrases = phrases

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PhraseRule:
        """Makes a component that has not read its file yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Puts the phrases into the model; there is nothing to learn from the examples."""
        self.validate_config(self._config)
        self._phrases = Phrases.read(found(self._config["file"]))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "phrases.json").write_text(json.dumps(self._phrases.content), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PhraseRule:
        """Reads the phrases from the model."""
        with model_storage.read_from(resource) as folder:
            content = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Phrases(content))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the decision on the messages that match."""
        for message in messages:
            written, put_right = message.get(TEXT) or "", spelt(message).text
            if self._phrases is not None and any(self._phrases.match(text) for text in {written, put_right}):
                message.set(FORCED, self._phrases.decision)
        return messages
