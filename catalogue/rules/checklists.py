"""What is asked next: one fact, or a list of statements of which the person ticks those that are true.

A list asks for several yes-or-no facts in one question: what is ticked is a yes, what is not ticked a no. Only facts
that can still matter are in it, because it is made of what a check asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalogue.model import Fact

LONGEST = 8
"""Lines in one list, at most: more are not read, they are skimmed."""

LINE = 0.2
"""What each line after the first adds to the cost of a list, in questions. Reading a line is less than a page."""


def following(facts: Mapping[str, Fact], asks: Sequence[str]) -> tuple[str, ...]:
    """The facts of the next question, or none where nothing is left to ask.

    ``asks`` are the facts that can still matter, the most useful first: the first of them counts 1, the second a half,
    the third a third. The question that adds up to most for its cost is next, be it the best list or the best fact that
    can't be in one. A fact whose ``only_if`` is still open waits for it.

    >>> tick = {"type": "yes_no", "question": "?", "label": "?"}
    >>> alone = Fact(id="alone", statement="I live alone", **tick)
    >>> here = Fact(id="here", statement="I live in New Zealand", **tick)
    >>> birth = Fact(id="birth", type="date", question="?", label="?")
    >>> following({"alone": alone, "here": here, "birth": birth}, ["birth", "alone", "here"])
    ('birth',)
    >>> following({"alone": alone, "here": here, "birth": birth}, ["alone", "birth", "here"])
    ('alone', 'here')
    """
    worth = {name: 1 / place for place, name in enumerate(asks, start=1)}
    free = [name for name in asks if worth.keys().isdisjoint(facts[name].only_if)]
    lines = tuple(name for name in free if facts[name].statement is not None)[:LONGEST]
    single = tuple(name for name in free if facts[name].statement is None)[:1]
    if not lines or not single:
        return lines or single
    earned = sum(worth[name] for name in lines) / (1 + LINE * (len(lines) - 1))
    return lines if earned > worth[single[0]] else single


def questions(facts: Mapping[str, Fact], asks: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All of ``asks`` as questions, in the order in which they come where no answer spares one."""
    left = list(asks)
    while left:
        question = following(facts, left)
        yield question
        left = [name for name in left if name not in question]
