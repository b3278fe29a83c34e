"""Acting for someone else: who fills the form in, in what capacity, and for whom."""

from __future__ import annotations

import datetime as dt

from actions.speaker import Speaker
from cases import Acting
from catalogue import Fact

CAPACITY, NAME = "acting_capacity", "acting_name"
MYSELF = "myself"

GROWN = 16
"""Years. Below that age a parent or guardian usually acts, so who fills the form in is asked."""


def fields(speaker: Speaker) -> list[Fact]:
    """The facts that say who acts. None where people fill it in for themselves and are old enough."""
    context, facts = speaker.context, speaker.rooms.catalogue.facts
    if context.about != "other" and not is_minor(speaker) and CAPACITY not in context.facts:
        return []
    asked = [facts[CAPACITY]]
    if context.facts.get(CAPACITY, MYSELF) != MYSELF:
        asked.append(facts[NAME])
    return asked


def is_minor(speaker: Speaker) -> bool:
    """Whether the person whom the form is about is known to be under 16."""
    born = speaker.context.facts.get("date_of_birth")
    if not isinstance(born, str) or born.startswith("~"):
        return False
    born_on, today = dt.date.fromisoformat(born), speaker.rooms.today()
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day)) < GROWN


def who(speaker: Speaker) -> Acting | None:
    """Who acts, if somebody else does."""
    capacity = speaker.context.facts.get(CAPACITY, MYSELF)
    if capacity == MYSELF or NAME not in speaker.context.facts:
        return None
    return Acting.model_validate({"name": speaker.context.facts[NAME], "capacity": capacity})
