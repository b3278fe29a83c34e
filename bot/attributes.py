"""AttributeClassifier: what the metadata of the examples say of a message beside its labels."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.classifier import block, examples, features
from bot.featurizers import dense, sparse
from bot.model.heads import Heads
from bot.spelling import texts
from bot.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AttributeClassifier(Trained[Heads]):
    """Sets each attribute named in `attributes` on the message, under its own name; None where it has none.

    The values are those that block metadata of the training data give. Config: `attributes` maps a name to its
    settings: `floor` (how likely there must be a value, where examples may lack one), `by_script` (see `Heads`),
    `entity` (an entity of that name, the longest one, comes before what was learned). `dense` and `sparse` as in
    LabelClassifier; `fewest` examples a value needs.
    """

    learns = Heads

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["sklearn", "joblib"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults: no attributes."""
        return {"attributes": {}, "dense": 16.0, "sparse": 4.0, "fewest": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException where `attributes` is not a mapping or a floor not a probability."""
        attributes = config.get("attributes", {})
        if not isinstance(attributes, dict):
            raise InvalidConfigException("AttributeClassifier: `attributes` maps names to settings")
        for name, settings in attributes.items():
            if not 0 <= float((settings or {}).get("floor", 0.5)) <= 1:
                raise InvalidConfigException(f"AttributeClassifier: `floor` of {name} lies between 0 and 1")

    def train(self, training_data: TrainingData) -> Resource:
        """Fits a head for each attribute."""
        messages = examples(training_data)
        vectors, rows = features(messages)
        values = {key: [block(message, key) for message in messages] for key in self.config["attributes"]}
        return self.keep(Heads.fit(vectors, rows, texts(messages), values, self.config))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the attributes of each message."""
        if self.learned is None:
            return messages
        for message, text in zip(messages, texts(messages), strict=True):
            for key, (value, _) in self.learned.values(text, dense(message), sparse(message)).items():
                named = self._named(message, key)
                message.set(key, named or (value if text else None), add_to_output=True)
        return messages

    def _named(self, message: Message, key: str) -> str | None:
        kind = (self.config["attributes"][key] or {}).get("entity")
        names = [entity for entity in message.get(ENTITIES, []) if kind and entity["entity"] == kind]
        return max(names, key=lambda entity: entity["end"] - entity["start"])["value"] if names else None
