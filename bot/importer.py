"""ExamplesImporter: Rasa's own importer, many times as fast for files of plain examples.

Rasa reads each YAML file three times with a parser written in Python, and copies and hashes every example a dozen times
before the first component sees it; for tens of thousands of examples that takes longer than learning from them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml
from rasa.shared import data
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.importers import utils
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.files import load


class Example(Message):
    """A message of a plain file: copied without its values, and fingerprinted anew only where one of them changed.

    Its values must not be changed in place; `set` puts another one there.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        made = Example(self.data, set(self.output_properties), self.time, list(self.features))
        made._cached_fingerprint = self._cached_fingerprint
        return made

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Sets a property; Rasa's own sets the intent to what it was each time that it merges examples."""
        same = isinstance(info, str) and self.data.get(prop) == info
        if not same or (add_to_output and prop not in self.output_properties):
            super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """Returns the same for the same properties and features."""
        if self._cached_fingerprint is None:
            digest = hashlib.blake2b(repr(sorted(self.data.items())).encode("utf-8", "replace"), digest_size=16)
            for part in self.features:
                digest.update(part.fingerprint().encode())
            self._cached_fingerprint = digest.hexdigest()
        return self._cached_fingerprint


def plain(path: Path) -> list[Message] | None:
    """Returns the examples of a file, or None where it holds anything that Rasa's own reader has to look at.

    Plain is a YAML file of nothing but intents, each with lines of text and, if at all, metadata of text.
    """
    if path.suffix not in (".yml", ".yaml"):
        return None
    try:
        content = load(path)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    if not isinstance(content, dict) or not content.keys() <= {"version", "nlu"} or "nlu" not in content:
        return None
    found: list[Message] = []
    for block in content["nlu"] or [None]:
        lines = _lines(block)
        if lines is None:
            return None
        found += [Example.build(line, block["intent"], [], block.get("metadata"), None) for line in lines]
    return found


def _lines(block: Any) -> list[str] | None:
    if not isinstance(block, dict) or not {"intent", "examples"} <= block.keys() <= {"intent", "examples", "metadata"}:
        return None
    intent, examples, metadata = block["intent"], block["examples"], block.get("metadata", {})
    # A slash parts a retrieval intent, a bracket opens an entity.
    if not isinstance(intent, str) or not intent or "/" in intent or not isinstance(examples, str):
        return None
    if "[" in examples or "\\" in examples:
        return None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        return None
    lines = examples.splitlines()
    texts = [line[1:].strip(" \r\n") for line in lines if line.startswith("-")]
    return texts if texts and len(texts) == len(lines) and all(texts) else None


class ExamplesImporter(RasaFileImporter):
    """What `config.yml` names under `importers`. Files that are not plain examples are read as ever."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        self._plain: dict[str, list[Message] | None] = {}
        super().__init__(config_file, domain_path, None)
        self._nlu_files = data.get_data_files(
            training_data_paths, lambda path: self._read(path) is not None or data.is_nlu_file(path)
        )
        rest = data.get_data_files(training_data_paths, lambda path: self._read(path) is None)
        self._story_files = data.get_data_files(rest, YAMLStoryReader.is_stories_file)
        self._conversation_test_files = data.get_data_files(rest, YAMLStoryReader.is_test_stories_file)

    def _read(self, path: str) -> list[Message] | None:
        if path not in self._plain:
            self._plain[path] = plain(Path(path))
        return self._plain[path]

    def get_domain(self) -> Domain:
        """Returns the domain with the examples' labels added to its intents, since Rasa asks for all of them."""
        domain = super().get_domain()
        labels = {str(label) for example in self.get_nlu_data().intent_examples if (label := example.get(INTENT))}
        return domain.merge(Domain.from_dict({"intents": sorted(labels - set(domain.intents))}))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Returns the examples of all files, in the order of the files' names."""
        examples: list[Message] = []
        odd: list[TrainingData] = []
        for path in self._nlu_files:
            found = self._read(path)
            if found is None:
                odd.append(utils.training_data_from_paths([path], language or "en"))
                found = odd[-1].training_examples
            examples += found
        # One object for them all: merging copies and hashes every example each time.
        beside = TrainingData().merge(*odd)
        beside.training_examples = examples
        return beside
