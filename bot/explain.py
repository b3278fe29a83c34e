"""What a text is about and which of its words say so: for advisers, who decide themselves and so must see why.

A word speaks for a life event as far as the event gets less likely without it. That is measured by leaving the word
out and asking the model again, all at once in one run of Rasa's own graph; no second model stands beside the first.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

from bot.classifier import RANKING

MOST = 7
"""Texts that are tried with something left out, at most; in longer ones neighbouring words go together."""
LEAST = 0.02
"""The drop in probability below which a word says nothing."""
SHOWN = 5

_WORD = re.compile(r"\S+")
_CLASSIFIER = "LabelClassifier"


def explain(processor: Any, texts: list[str]) -> dict[str, Any]:
    """Returns ``read``, Rasa's parse of the first text; ``chances``, the labels' probabilities for each of ``texts``;
    and ``words``, for each of the likeliest life events of the first text the parts that speak for it,
    ``{"text", "weight"}`` (drop in probability), strongest first.

    Raises ValueError for no texts.
    """
    if not texts:
        raise ValueError("nothing to explain")
    first = _run(processor, texts[:1], None)[0]
    read = first.as_dict(only_output_properties=True)
    events = [one["id"] for one in (read.get("life_events") or [])[:3] if one["confidence"] >= LEAST]
    places = parts(texts[0]) if events else []
    without = [f"{texts[0][:begin]} {texts[0][end:]}" for begin, end in places] if len(places) > 1 else []
    tried = [*texts[1:], *without]
    # All that is left needs no more than the probabilities, so one shorter run of the graph does.
    chances = [_ranking(message) for message in _run(processor, tried, _CLASSIFIER)] if tried else []
    whole = _ranking(first)
    drops = [
        {event: whole.get(event, 0.0) - one.get(event, 0.0) for event in events} for one in chances[len(texts) - 1 :]
    ]
    words = {event: _words(texts[0], places, [drop[event] for drop in drops]) for event in events}
    return {"read": read, "chances": [whole, *chances[: len(texts) - 1]], "words": words}


def parts(text: str, most: int = MOST) -> list[tuple[int, int]]:
    """Returns where the words of ``text`` begin and end, several together where there are more than ``most``.

    >>> parts("my dad died", most=2)
    [(0, 6), (7, 11)]
    """
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    size = -(-len(words) // most) if words else 1
    groups = [words[at : at + size] for at in range(0, len(words), size)]
    return [(group[0][0], group[-1][1]) for group in groups]


def _words(text: str, places: list[tuple[int, int]], drops: list[float]) -> list[dict[str, Any]]:
    if not drops:
        return [{"text": text.strip(), "weight": 1.0}]
    strong = sorted(range(len(places)), key=lambda place: -drops[place])[:SHOWN]
    return [
        {"text": text[places[place][0] : places[place][1]], "weight": round(drops[place], 4)}
        for place in strong
        if drops[place] >= LEAST
    ]


def _ranking(message: Any) -> dict[str, float]:
    return {one["name"]: one["confidence"] for one in message.get(RANKING) or []}


def _run(processor: Any, texts: list[str], component: str | None) -> list[Any]:
    """Runs the model's graph up to ``component``, or to its end, for all texts together."""
    target = processor.model_metadata.nlu_target
    if component is not None:
        nodes = processor.model_metadata.predict_schema.nodes
        target = next((name for name, node in nodes.items() if node.uses.__name__ == component), target)
    inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts], PLACEHOLDER_TRACKER: None}
    found: list[Any] = processor.graph_runner.run(inputs=inputs, targets=[target])[target]
    return found
