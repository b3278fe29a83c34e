"""The importer gives what Rasa's own gives, whatever is in the files."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from bot.featurizers import HashedFeatures, dense, sparse
from bot.files import ROOT
from bot.importer import ExamplesImporter, plain

PLAIN = """version: "3.1"
nlu:
- intent: bread
  metadata:
    language: "no"
  examples: |
    - a loaf, please
    -  two  "loaves" #today
- intent: bread+wine
  examples: |
    - bread & wine: both
"""
ODD = {
    "entities": (
        "nlu:\n- intent: bread\n  examples: |\n    - a [rye](kind) loaf\n- synonym: rye\n  examples: |\n    - roggen\n"
    ),
    "each": "nlu:\n- intent: bread\n  examples:\n  - text: |\n      - a loaf\n    metadata: {sure: yes}\n",
    "truth": "nlu:\n- intent: bread\n  metadata: {sure: yes, many: 3}\n  examples: |\n    - a loaf\n",
    "retrieval": "nlu:\n- intent: faq/bread\n  examples: |\n    - what is rye\n",
    "rules": (
        "nlu:\n- intent: bread\n  examples: |\n    - a loaf\n"
        "rules:\n- rule: r\n  steps:\n  - intent: bread\n  - action: utter_bread\n"
    ),
}


def examples(importer: RasaFileImporter) -> tuple[list[dict[str, Any]], dict[str, str], int]:
    """What an importer read: the examples, the synonyms, and the number of rules."""
    read = importer.get_nlu_data()
    rules = importer.get_stories().story_steps
    return [message.data for message in read.training_examples], read.entity_synonyms, len(rules)


def test_plain_files_and_odd_ones_are_read_as_rasa_reads_them(tmp_path: Path) -> None:
    (tmp_path / "plain.yml").write_text(PLAIN)
    for name, text in ODD.items():
        (tmp_path / f"{name}.yml").write_text(f'version: "3.1"\n{text}')
    ours, theirs = (examples(kind(training_data_paths=str(tmp_path))) for kind in (ExamplesImporter, RasaFileImporter))
    assert ours == theirs
    assert {"text": 'two  "loaves" #today', "intent": "bread", "metadata": {"intent": {"language": "no"}}} in ours[0]


@pytest.mark.parametrize("name", ODD)
def test_what_is_not_plain_is_left_to_rasa(tmp_path: Path, name: str) -> None:
    file = tmp_path / "odd.yml"
    file.write_text(ODD[name])
    assert plain(file) is None


@pytest.mark.parametrize(
    "text", ["nlu: [", "nlu:\n- bread\n", "nlu:\n- intent: bread\n  examples: |\n    a loaf\n", "- 1\n"]
)
def test_a_broken_file_is_left_to_rasa_which_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.yml"
    file.write_text(text)
    assert plain(file) is None


def test_the_domain_knows_the_labels_of_the_examples(tmp_path: Path) -> None:
    (tmp_path / "plain.yml").write_text(PLAIN)
    domain = tmp_path / "domain.yml"
    domain.write_text("intents: [bread, cheese]\nresponses:\n  utter_bread:\n  - text: here you are\n")
    read = ExamplesImporter(domain_path=str(domain), training_data_paths=str(tmp_path / "plain.yml")).get_domain()
    assert set(read.intents) >= {"bread", "cheese", "bread+wine"}
    assert "utter_bread" in read.responses


def test_features_of_both_kinds_are_told_apart_by_their_numbers() -> None:
    def mark(kind: type[Features], numbers: list[float], rare: bool) -> str:
        row = np.array([numbers], dtype=np.float32)
        return kind(sp.csr_matrix(row) if rare else row, "sentence", "text", "a test").fingerprint()

    for rare in (False, True):
        marks = [mark(HashedFeatures, numbers, rare) for numbers in ([0, 1, 2], [0, 1, 2], [1, 0, 2], [0, 1, 3])]
        assert marks[0] == marks[1]
        assert len(set(marks)) == 3


def test_features_are_read_as_rasa_reads_them() -> None:
    message = Message.build("a loaf")
    assert (dense(message).shape, sparse(message).shape) == ((0,), (1, 0))
    for number in (1, 2):
        row = np.array([[number, 0, 3]], dtype=np.float32)
        message.add_features(HashedFeatures(row, "sentence", "text", f"dense {number}"))
        message.add_features(HashedFeatures(sp.csr_matrix(row), "sentence", "text", f"sparse {number}"))
        message.add_features(HashedFeatures(np.vstack([row, row]), "sequence", "text", f"words {number}"))
        one, other = message.get_dense_features("text")[1], message.get_sparse_features("text")[1]
        assert one is not None
        assert other is not None
        assert (dense(message) == one.features[0]).all()
        assert (sparse(message).toarray() == other.features.toarray()).all()


def test_an_example_is_copied_whole_and_fingerprinted_anew_where_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "plain.yml"
    file.write_text(PLAIN)
    first, second, _ = plain(file) or []
    copied = deepcopy(first)
    assert copied == first != second
    before = first.fingerprint()
    first.set("intent", "bread")
    assert first.fingerprint() == before
    copied.set("intent", "wine")
    copied.add_features(Features(np.ones((1, 2)), "sentence", "text", "a test"))
    assert copied.fingerprint() != before
    assert (first.get("intent"), first.features) == ("bread", [])


def test_our_own_examples_are_plain() -> None:
    files = sorted((ROOT / "nlu_data").rglob("*.yml"))
    left = {file.parent.name for file in files if plain(file) is None}
    assert left <= {"rules"}
    ours, theirs = (
        examples(kind(training_data_paths=str(ROOT / "nlu_data" / "life_events" / "retiring.yml")))
        for kind in (ExamplesImporter, RasaFileImporter)
    )
    assert ours == theirs
    assert len(ours[0]) > 100
