"""EntityRuler: the names in a pattern file become entities whose value is the id they stand for."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.files import fingerprint, found
from bot.model.names import Names, read
from bot.spelling import spelt
from bot.trained import Trained


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRuler(Trained[Names]):
    """Adds an entity for each name found. Config: `file`, JSON Lines of `label`, `pattern` and `id`."""

    learns = Names

    @staticmethod
    def required_packages() -> list[str]:
        """Returns the packages that must be importable."""
        return ["spacy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults: there is no default file."""
        return {"file": None}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException where the file is not named or not there."""
        try:
            found(config["file"])
        except (KeyError, TypeError, FileNotFoundError) as error:
            raise InvalidConfigException(f"EntityRuler: `file`: {error}") from error

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Returns a hash of the file, so that a change of it trains anew."""
        return fingerprint(config)

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the ruler from the file; there is nothing to learn from the examples."""
        self.validate_config(self.config)
        return self.keep(Names.build(read(found(self.config["file"]))))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities to each message."""
        for message in messages:
            text = spelt(message)
            if self.learned is None or not text.text:
                continue
            entities = [
                {
                    "entity": name.label,
                    "start": text.place(name.start),
                    "end": text.place(name.end),
                    "value": name.id or text.text[name.start : name.end],
                    "extractor": "EntityRuler",
                }
                for name in self.learned.find(text.text)
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)
        return messages
