"""What is asked next: one fact, or a list of statements of which the person ticks those that are true.

A list asks for several yes-or-no facts in one question: what is ticked is a yes, what is not ticked a no. A day or a
number of which only thresholds matter is in it too, with a line for each threshold. Only what can still matter is in
it, because it is made of what a check asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from catalogue import bounds
from catalogue.lines import Line
from catalogue.model import Fact
from catalogue.rules.closures import Cut, Want

LONGEST = 8
"""Lines in one list, at most: more are not read, they are skimmed."""

THRESHOLDS = 2
"""Lines about one fact, at most. Who would have to read more of them gives the value sooner."""

LINE = 0.2
"""What each line after the first adds to the cost of a list, in questions. Reading a line is less than a page."""


def lines(
    facts: Mapping[str, Fact], wants: Iterable[Want], alone: frozenset[str] = frozenset()
) -> dict[str, tuple[Line, ...]]:
    """For each fact that is wanted and can be asked for in a list, its lines; none yet, where it waits for others.

    Args:
        alone: facts that can't be in a list now.
    """
    of_fact: dict[str, list[Want]] = {}
    for want in wants:
        if want.fact not in alone:
            of_fact.setdefault(want.fact, []).append(want)
    found: dict[str, tuple[Line, ...]] = {}
    for name, some in of_fact.items():
        fact = facts[name]
        if fact.statement is not None:
            found[name] = (Line(fact),)
        elif fact.lines is not None and all(want.waits for want in some):
            found[name] = ()
        elif fact.lines is not None and all(want.cuts for want in some):
            cuts = {cut.edge: cut for want in reversed(some) for cut in want.cuts}
            if len(cuts) <= THRESHOLDS:
                # The younger age and the shorter time come first, as the smaller number does.
                order = sorted(cuts, reverse=fact.type == "date")
                found[name] = tuple(_line(fact, cuts[edge]) for edge in order)
    return found


def _line(fact: Fact, cut: Cut) -> Line:
    below, above = bounds.cut(fact, cut.edge)
    # Who works no hours or has no children does not tick a line about fewer of them, though it would be true.
    return Line(fact, above if cut.above or fact.type == "number" else below)


def following(
    facts: Mapping[str, Fact], asks: Sequence[str], lines: Mapping[str, tuple[Line, ...]]
) -> tuple[Line, ...]:
    """The next question: the lines of a list, or one fact. Nothing where nothing is left to ask.

    ``asks`` are the facts that can still matter, the most useful first: the first of them counts 1, the second a half,
    the third a third. The question that adds up to most for its cost is next, be it the best list or the best fact that
    can't be in one. A fact whose ``only_if`` is still open waits for it, and one whose thresholds hang on others waits
    for these.

    >>> tick = {"type": "yes_no", "question": "?", "label": "?"}
    >>> alone = Fact(id="alone", statement="I live alone", **tick)
    >>> here = Fact(id="here", statement="I live in New Zealand", **tick)
    >>> birth = Fact(id="birth", type="date", question="?", label="?")
    >>> known = {"alone": alone, "here": here, "birth": birth}
    >>> listed = {"alone": (Line(alone),), "here": (Line(here),)}
    >>> [line.id for line in following(known, ["birth", "alone", "here"], listed)]
    ['birth']
    >>> [line.id for line in following(known, ["alone", "birth", "here"], listed)]
    ['alone', 'here']
    """
    worth = {name: 1 / place for place, name in enumerate(asks, start=1)}
    free = [name for name in asks if worth.keys().isdisjoint(facts[name].only_if)]
    single = next((name for name in free if name not in lines), None)
    listed: list[Line] = []
    earned = 0.0
    for name in free:
        more = lines.get(name, ())
        if more and len(listed) + len(more) <= LONGEST:
            listed += more
            earned += worth[name]
    if listed and (single is None or earned / (1 + LINE * (len(listed) - 1)) > worth[single]):
        return tuple(listed)
    # Where all that is left waits, it waits in vain.
    first = single or next(iter(free), None)
    return (Line(facts[first]),) if first is not None else ()


def questions(
    facts: Mapping[str, Fact], asks: Sequence[str], lines: Mapping[str, tuple[Line, ...]]
) -> Iterator[tuple[Line, ...]]:
    """All of ``asks`` as questions, in the order in which they come where no answer spares one."""
    left = list(asks)
    while left:
        question = following(facts, left, lines)
        yield question
        asked = {line.fact.id for line in question}
        left = [name for name in left if name not in asked]
