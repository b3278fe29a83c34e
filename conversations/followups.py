"""Messages that only make sense after the ones before: "how much is that", "and for my wife?", "no, I meant for good".

The model reads one message at a time. Where a short message leans on what was said before, this module finds out what
it stands for and gives Rasa that, as a choice would.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from catalogue import Catalogue
from conversations.context import Context
from conversations.cues import any_of, dates, load, people
from conversations.rasa import Parse

_SHORT = 12
"""Words in a message that may lean on what was said before."""
_SURE = 0.5
"""From this confidence on, a life event in the message itself is what the message is about."""

_MONTH = re.compile(
    r"(?<!in )(?<!\d )(?<!of )(?<!th )\b"
    r"(january|february|march|april|june|july|august|september|october|november|december)$",
    re.IGNORECASE,
)
"""A month by itself at the end of a message. May is left out: it is a word like any other."""

_ABROAD = ("going_overseas", "moving_to_new_zealand", "moving_house")


@dataclass(frozen=True)
class Follower:
    """Reads a message with what came before it.

    Args:
        parse: the model's reading of a text on its own.
    """

    catalogue: Catalogue
    parse: Callable[[str], Parse]
    today: dt.date

    def read(
        self, text: str, before: str | None, context: Context, decided: str | None = None
    ) -> tuple[str, str | None] | None:
        """What to send to Rasa instead of ``text``, and what of it stays with us (``Context.given``); None where the
        message stands for itself.

        Args:
            before: what the person wrote last.
            decided: what the model decided on that.
        """
        if any_of("corrections", "person").search(text):
            return "/person", None
        return self._date(text, context) or self._short(text, before, context, decided)

    def _date(self, text: str, context: Context) -> tuple[str, str | None] | None:
        """A date that was asked for, or one that is mended."""
        if context.dating is None and not context.life_events:
            return None
        tense = load("dates").get(context.dating or "", {}).get("tense", "either")
        if context.dates:
            # "No wait, April" puts a day right that is known already.
            text = _MONTH.sub(r"in \1", text)
        told = context.dating is not None and len(text.split()) <= _SHORT and dates.find(text, self.today, tense)
        if told or dates.alone(text, self.today, tense) is not None:
            return "/told_date", text
        return None

    def _short(
        self, text: str, before: str | None, context: Context, decided: str | None
    ) -> tuple[str, str | None] | None:
        if len(text.split()) > _SHORT:
            return None
        person = people.switched(text)
        if person is not None and (context.life_events or context.focus):
            return _payload("change_person", person), text
        opening = any_of("corrections", "begin").match(text)
        wrong = any_of("corrections", "wrong").match(text)
        stays = any_of("corrections", "for_good").search(text)
        question = question_in(text) if context.life_events or context.focus else None
        if not (opening or wrong or stays or question):
            return None
        alone = self.parse(text)
        if alone.decision in ("crisis", "human"):
            return None
        if opening or wrong or (stays and self._spoke_of_moving(context)):
            # Without a plan, only what the assistant asked back about can be put right.
            mends = bool(context.life_events) or decided == "clarify"
            found = self._corrected(text, opening or wrong, before, context, bool(opening or stays)) if mends else None
            if found is not None:
                return found, text
        likely = [str(one["id"]) for one in alone.life_events if one["confidence"] >= _SURE]
        named = alone.service is not None and self._names(alone.service, text)
        strong = named or any(event not in context.life_events for event in likely)
        if question is None or strong:
            return None
        if question == "amount":
            # What a service pays stands with who may get it; what there is in all is found by a check.
            if context.focus is None:
                return "/what_can_i_get", None
            question = "eligibility"
        return _payload("follow_up", question), text

    def _corrected(
        self, text: str, opening: re.Match[str] | None, before: str | None, context: Context, is_sure: bool
    ) -> str | None:
        """The life events that a correction names, by itself or together with the message that it mends."""
        rest = text[opening.end() :].strip() if opening else text
        if people.find(rest) and self.parse(text).intent == "change_person":
            return None
        named = self._events(self.parse(rest)) if rest else []
        both = self.parse(f"{before} {rest}") if before and is_sure and rest and not named else None
        joined = self._events(both) if both is not None else []
        if any_of("corrections", "for_good").search(text) and not named:
            # To stay or for a trip: the life event is the same, what matters about it is not.
            likely = [str(one["id"]) for one in both.life_events if one["confidence"] >= _SURE] if both else []
            known = [event for event in _ABROAD if event in context.life_events]
            event = next(iter([*known, *(one for one in (*joined, *likely) if one in _ABROAD)]), None)
            return _payload("correct", f"{event}/for_good") if event else None
        events = named or joined
        return _payload("correct", ",".join(events)) if events else None

    def _events(self, parse: Parse) -> list[str]:
        known = [event for event in parse.detected if event in self.catalogue.life_events]
        return known if parse.decision == "accept" and parse.question is None else []

    def _names(self, service: str, text: str) -> bool:
        """Whether a text really names the service that the model sees: in a short question that is often a guess."""
        found = self.catalogue.services.get(service)
        if found is None:
            return False
        names = " ".join([found.name.en, found.name.mi or "", *found.aliases]).casefold()
        # "How much will I get" names no will.
        said = re.sub(r"\bwill (?=(i|we|you|u|he|she|it|they)\b)", "", text.casefold())
        return bool(set(re.findall(r"\w{4,}", said)) & set(re.findall(r"\w{4,}", names)))

    def _spoke_of_moving(self, context: Context) -> bool:
        return any(event in _ABROAD for event in context.life_events) or not context.life_events


def question_in(text: str) -> str | None:
    """Which question a short message asks about what is being talked of.

    >>> question_in("whats the deadline for this"), question_in("Aroha Grace")
    ('deadline', None)
    """
    if len(text.split()) > _SHORT:
        return None
    return next((str(name) for name in load("followups") if any_of("followups", name).search(text)), None)


def _payload(name: str, value: str) -> str:
    return f"/{name}{json.dumps({'value': value})}"
