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

MOST = 9
"""Texts that are tried with something left out, at most; in longer ones neighbouring words go together."""
LEAST = 0.02
"""The drop in probability below which a word says nothing."""
SHOWN = 5

_WORD = re.compile(r"\S+")
_CLASSIFIER = "LabelClassifier"


def explain(processor: Any, texts: list[str]) -> dict[str, Any]:
    """Returns ``read``, Rasa's parse of each of ``texts``, and ``words``: for each of the likeliest life events of the
    first text the parts that speak for it, ``{"text", "weight"}`` (drop in probability), strongest first.

    Raises ValueError for no texts.
    """
    if not texts:
        raise ValueError("nothing to explain")
    messages = _run(processor, texts, None)
    read = [message.as_dict(only_output_properties=True) for message in messages]
    events = [one["id"] for one in (read[0].get("life_events") or [])[:3] if one["confidence"] >= LEAST]
    words = _words(processor, texts[0], _ranking(messages[0]), events) if events else {}
    return {"read": read, "words": words}


def parts(text: str, most: int = MOST) -> list[tuple[int, int]]:
    """Returns where the words of ``text`` begin and end, several together where there are more than ``most``.

    >>> parts("my dad died", most=2)
    [(0, 6), (7, 11)]
    """
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    size = -(-len(words) // most) if words else 1
    groups = [words[at : at + size] for at in range(0, len(words), size)]
    return [(group[0][0], group[-1][1]) for group in groups]


def _words(processor: Any, text: str, whole: dict[str, float], events: list[str]) -> dict[str, list[dict[str, Any]]]:
    places = parts(text)
    if len(places) < 2:
        return {event: [{"text": text.strip(), "weight": 1.0}] for event in events}
    without = [f"{text[:begin]} {text[end:]}" for begin, end in places]
    chances = [_ranking(message) for message in _run(processor, without, _CLASSIFIER)]
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        drops = [whole.get(event, 0.0) - one.get(event, 0.0) for one in chances]
        strong = sorted(range(len(places)), key=lambda place: -drops[place])[:SHOWN]
        found[event] = [
            {"text": text[places[place][0] : places[place][1]], "weight": round(drops[place], 4)}
            for place in strong
            if drops[place] >= LEAST
        ]
    return found


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
