"""Which fact to ask next: the one that decides most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.model import Fact


def closed(gated: Iterable[Fact], known: Mapping[str, Any], missing: Mapping[str, Any]) -> frozenset[str]:
    """Facts that no question can settle: asked in vain, or only asked of others (``only_if``)."""
    if not known and not missing:
        return frozenset()
    ruled_out = {
        fact.id
        for fact in gated
        if any(
            other in missing or (other in known and known[other] not in wanted)
            for other, wanted in fact.only_if.items()
        )
    }
    return frozenset(ruled_out.union(missing))


def order(
    facts: Mapping[str, Fact], wanted: Iterable[str], known: Mapping[str, Any], missing: Mapping[str, Any]
) -> tuple[str, ...]:
    """The ``wanted`` facts in their order, each after the facts that say whether it is asked at all."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for other in facts[name].only_if:
            if other not in known and other not in missing and other not in found:
                add(other)
        found[name] = None

    for name in wanted:
        if name not in found:
            add(name)
    return tuple(found)


def together(plans: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The facts of several services' plans: first those that many services put first.

    >>> together([("age", "income"), ("age", "children"), ("rent",)])
    ('age', 'rent', 'income', 'children')
    """
    scores: dict[str, float] = defaultdict(float)
    for plan in plans:
        for place, name in enumerate(plan):
            scores[name] += 1 / (1 + place)
    first = {name: number for number, name in enumerate(scores)}
    return tuple(sorted(scores, key=lambda name: (-scores[name], first[name])))
