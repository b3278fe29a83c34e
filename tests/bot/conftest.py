"""A small model, trained once: invented labels that the components cannot know."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["RASA_TELEMETRY_ENABLED"] = "false"

FRUIT = [
    "apples",
    "pears",
    "plums",
    "grapes",
    "cherries",
    "a ripe peach",
    "bananas",
    "feijoas",
    "figs",
    "a bag of lemons",
]
TOOLS = ["a hammer", "nails", "a saw", "pliers", "a drill", "screws", "a spanner", "a chisel", "sandpaper", "a ladder"]
SENTENCES = ["I would like to buy {}", "do you sell {}", "where can I find {} today", "my mother asks for {}"]


def examples() -> list[dict[str, Any]]:
    """Returns the blocks of a Rasa NLU file with two plain labels, one of them also together, and three decisions."""

    def lines(texts: list[str]) -> str:
        return "".join(f"- {text}\n" for text in texts)

    fruit = [sentence.format(thing) for thing in FRUIT for sentence in SENTENCES]
    tools = [sentence.format(thing) for thing in TOOLS for sentence in SENTENCES]
    both = [f"I need {one} and also {other}" for one, other in zip(FRUIT, TOOLS, strict=True)]
    weather = [
        f"what will the weather be on {day}" for day in ("Monday", "Friday", "Sunday", "my birthday", "the coast")
    ]
    weather += [f"is it going to rain in {place}" for place in ("Oamaru", "Levin", "Gore", "Picton", "Taupō", "Bluff")]
    fire = [f"the {place} is on fire" for place in ("shop", "barn", "kitchen", "shed", "roof", "car park", "office")]
    hello = ["kia ora", "hello there", "hi", "good morning to you", "mōrena", "hey", "gidday", "tēnā koe"]
    return [
        {"intent": "fruit", "metadata": {"colour": "green", "wish": "cost"}, "examples": lines(fruit[::2])},
        {"intent": "fruit", "metadata": {"colour": "green"}, "examples": lines(fruit[1::2])},
        {"intent": "tools", "metadata": {"colour": "grey", "apart": "fruit"}, "examples": lines(tools)},
        {"intent": "fruit+tools", "metadata": {"colour": "grey"}, "examples": lines(both)},
        {"intent": "weather", "metadata": {"decision": "out_of_scope"}, "examples": lines(weather)},
        {"intent": "fire", "metadata": {"decision": "crisis"}, "examples": lines(fire)},
        {"intent": "hello", "metadata": {"decision": "dialogue"}, "examples": lines(hello)},
    ]


def pipeline(folder: Path, **decision: Any) -> dict[str, Any]:
    """Returns a configuration with all components, whose files are written into `folder`."""
    names = [
        {"label": "thing", "pattern": "apples", "id": "apple-1"},
        {"label": "thing", "pattern": "ripe apples", "id": "apple-2"},
        {"label": "thing", "pattern": "pūrere", "id": "machine"},
    ]
    (folder / "names.jsonl").write_text("".join(json.dumps(name) + "\n" for name in names), encoding="utf-8")
    rule = {"decision": "crisis", "patterns": ["\\bburning\\b"], "exceptions": ["burning (desire|question)"]}
    (folder / "rule.yml").write_text(yaml.safe_dump(rule), encoding="utf-8")
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "tiny",
        "pipeline": [
            {"name": "bot.featurizers.SentenceFeaturizer"},
            {"name": "bot.featurizers.NgramFeaturizer"},
            {"name": "bot.classifier.LabelClassifier", "folds": 3},
            {"name": "bot.entities.EntityRuler", "file": str(folder / "names.jsonl")},
            {"name": "bot.attributes.AttributeClassifier", "attributes": {"colour": {}, "wish": {"entity": "thing"}}},
            {"name": "bot.rules.PhraseRule", "file": str(folder / "rule.yml")},
            {"name": "bot.decision.Decision", "rates": {"deviates": 0.0, "accepted": 0.2, "alarms": 0.1}, **decision},
        ],
        "policies": [{"name": "RulePolicy"}],
    }


def trained(folder: Path, configuration: dict[str, Any], blocks: list[dict[str, Any]]) -> Path:
    """Returns the model that Rasa trains in `folder`."""
    from rasa.model_training import train_nlu

    (folder / "config.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    data = {"version": "3.1", "nlu": blocks}
    (folder / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        made = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="model")
    finally:
        os.chdir(before)
    assert made is not None
    return Path(made)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained by Rasa on the small examples."""
    folder = tmp_path_factory.mktemp("model")
    return trained(folder, pipeline(folder, asking="wish"), examples())


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on the same sentences without any metadata, as a public benchmark has them."""
    folder = tmp_path_factory.mktemp("plain")
    blocks = [{key: block[key] for key in ("intent", "examples")} for block in examples()]
    return trained(folder, pipeline(folder, intent="label"), blocks)


@pytest.fixture(scope="session")
def parse(model: Path) -> Any:
    """Rasa's own parsing with that model: a function from a text to what Rasa says of it."""
    import asyncio

    from rasa.core.agent import load_agent

    agent = asyncio.run(load_agent(str(model)))
    return lambda text: asyncio.run(agent.parse_message(text))
