"""What the assistant would make of a conversation, as hints for an adviser. It never acts by itself."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from pydantic import BaseModel

from actions import cards
from actions.speaker import Speaker
from catalogue import make_plan, rules
from catalogue.lines import is_known
from connectors.channels.console import warnings
from connectors.channels.wiring import House
from conversations import Context, RasaDown, Turn
from conversations.masking import mask
from conversations.messages import Line, Said, ServiceCard
from conversations.rasa import Explained, Word

TOGETHER = 3
"""Utterances that are read together: one alone often says only half."""
SHOWN = 5
LEAST = 0.04
"""The confidence below which a life event is not suggested."""
SURE = 0.5


class Suggestion(BaseModel):
    """A life event that it may be about, how sure the model is (0 to 1), and the words that spoke for it."""

    event: str
    name: str
    confidence: float
    words: list[Word] = []


class Needed(BaseModel):
    """A service that may help, and what it needs."""

    service: str
    name: str
    agency: str
    ready: list[str]
    cost: str | None
    due: dt.date | None
    starts_here: bool


class Asking(BaseModel):
    """The question that would help most now; a fact's id where it is one."""

    text: str
    why: str
    fact: str | None = None


class Answer(BaseModel):
    """A short written answer with its source; ``id`` where it is one of the desk's own."""

    title: str
    text: str
    mi: str | None = None
    source: str | None = None
    checked: bool = True
    due: bool = False
    id: int | None = None


class Hint(BaseModel):
    """Everything at one glance. ``took_ms`` is the time from the utterance to this."""

    decision: str | None = None
    events: list[Suggestion] = []
    services: list[Needed] = []
    ask: Asking | None = None
    answers: list[Answer] = []
    warnings: list[str] = []
    crisis: list[Line] = []
    away: bool = False
    took_ms: float = 0.0


class Assist:
    """Reads along."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._catalogue = house.catalogue
        self._book = rules.load()

    def card(self, service: str, language: str) -> ServiceCard:
        """The card of a service, to be put into a conversation."""
        return cards.service(Speaker(self._house.rooms, language), self._catalogue.services[service])

    def read(self, conversation: str, turns: Sequence[Turn]) -> Hint:
        """The hint for a conversation as it stands. Nothing of it is stored."""
        said = [turn.text for turn in turns if turn.by == "person" and turn.text and not turn.choice]
        return self.hint(said, self._house.store.context(conversation), self._house.store.get(conversation).agency)

    def hint(self, said: Sequence[str], context: Context, agency: str | None = None) -> Hint:
        """The hint for what was ``said`` so far, the last utterance last."""
        began = time.perf_counter()
        explained: Explained | None = None
        away = False
        if said:
            try:
                explained = self._house.rasa.explain(_texts(said))
            except RasaDown:
                away = True
        suggestions = self._suggest(explained, context)
        day = self._house.rooms.today()
        sure = [one.event for one in suggestions if one.confidence >= SURE][:2] or [
            one.event for one in suggestions[:1]
        ]
        events = list(dict.fromkeys([*context.life_events, *sure]))
        named = explained.read.service if explained else None
        services = self._services(events, named, context, day)
        asked = explained.read.question if explained else None
        last = said[-1] if said else ""
        made = Hint(
            decision=explained.read.decision if explained else None,
            events=suggestions,
            services=services,
            ask=self._ask(suggestions, events, context, day),
            answers=self._answers(last, events, agency, services, named, asked, day),
            warnings=self._warnings(services, day),
            crisis=self._lines(explained),
            away=away,
        )
        made.took_ms = round((time.perf_counter() - began) * 1000, 1)
        return made

    def _suggest(self, explained: Explained | None, context: Context) -> list[Suggestion]:
        """The events of the last utterance and of the last few together; what is known already stays in sight."""
        best: dict[str, float] = {}
        for chances in explained.chances if explained else ():
            for label, chance in chances.items():
                best[label] = max(best.get(label, 0.0), chance)
        for event in context.life_events:
            best[event] = max(best.get(event, 0.0), SURE)
        known = self._catalogue.life_events
        words = explained.words if explained else {}
        ranked = sorted(((event, sure) for event, sure in best.items() if event in known), key=lambda pair: -pair[1])
        return [
            Suggestion(
                event=event, name=known[event].name.en, confidence=round(sure, 3), words=list(words.get(event, []))
            )
            for event, sure in ranked[:SHOWN]
            if sure >= LEAST
        ]

    def _services(self, events: list[str], named: str | None, context: Context, day: dt.date) -> list[Needed]:
        services = self._catalogue.services
        made = make_plan(
            self._catalogue, [e for e in events if e in self._catalogue.life_events], context.dates, today=day
        )
        due = {step.service: step.due for step in made.steps}
        chosen = list(dict.fromkeys([*([named] if named in services else []), *(step.service for step in made.steps)]))
        found = []
        for name in chosen[:6]:
            service = services[name]
            cost = next((one for one in service.cost if one.holds_on(day)), None)
            found.append(
                Needed(
                    service=name,
                    name=service.name.en,
                    agency=self._catalogue.agency_of(service).name.en,
                    ready=list(service.ready),
                    cost=cards.cost_text(cost) if cost else None,
                    due=due.get(name),
                    starts_here=service.start.kind == "api",
                )
            )
        return found

    def _ask(self, suggestions: list[Suggestion], events: list[str], context: Context, day: dt.date) -> Asking | None:
        """Which event it is, while that is open; then the fact that decides most of what they may get."""
        close = [one for one in suggestions if one.event not in context.life_events][:2]
        if len(close) == 2 and close[0].confidence < SURE and not context.life_events:
            names = [self._catalogue.life_events[one.event].choice.en for one in close]
            return Asking(text=f"Is it about this: {names[0]}? Or this: {names[1]}?", why="Both are possible so far.")
        for event in events:
            for date in self._catalogue.life_events[event].dates if event in self._catalogue.life_events else ():
                if date.id not in context.dates:
                    return Asking(text=date.question.en, why="The last days are counted from it.")
        ruled = [
            one.id for event in events for one in self._catalogue.services_for(event) if one.id in self._book.services
        ]
        if not ruled:
            return None
        known = {name: value for name, value in context.known.items() if is_known(self._book.facts, name)}
        wanted = self._book.check_all(list(dict.fromkeys(ruled)), known, day, self._catalogue.alone_in(events)).next
        if not wanted:
            return None
        if len(wanted) > 1:
            lines = "; ".join(line.text(day).en for line in wanted)
            return Asking(
                text=f"Which of these are true? {lines}.", why="Together they decide most of what they may get."
            )
        (line,) = wanted
        fact = line.fact
        text = fact.question.en if line.bound is None else f"Is this true? {line.text(day).en}."
        return Asking(text=text, why=fact.why or "It decides most of what they may get.", fact=fact.id)

    def _answers(
        self,
        last: str,
        events: list[str],
        agency: str | None,
        services: list[Needed],
        named: str | None,
        asked: str | None,
        day: dt.date,
    ) -> list[Answer]:
        """The desk's own answers first, then what the catalogue says about the services in sight."""
        found = [
            Answer(
                title=one.title,
                text=one.en,
                mi=one.mi,
                source=one.source,
                due=one.is_due(day),
                id=one.id,
            )
            for one in self._house.desk.answers.fitting(last, events, agency)[:3]
        ]
        speaker = Speaker(self._house.rooms, "en")
        ordered = [named] if named in self._catalogue.services else [one.service for one in services[:2]]
        for name in ordered:
            card = cards.service(speaker, self._catalogue.services[str(name)], asked)
            parts: dict[str, list[Said]] = {
                "Cost": card.cost,
                "Amount": card.amount,
                "By when": card.deadline,
                "How long": card.time,
            }
            for part, statements in parts.items():
                found += [
                    Answer(
                        title=f"{card.name}: {part.lower()}",
                        text=one.text,
                        source=one.source.url if one.source else None,
                        checked=one.checked,
                    )
                    for one in statements[:1]
                ]
        return found[:6]

    def _warnings(self, services: list[Needed], day: dt.date) -> list[str]:
        switched = self._house.desk.reception.switched_off()
        known = {one.service: self._catalogue.services[one.service] for one in services}
        found = [
            f"{known[one].name.en}: the assistant is switched off for it ({switched[one]})."
            for one in known
            if one in switched
        ]
        for one in services:
            found += warnings.of_deadline(known[one.service], one.due, day)
        for service in known.values():
            found += warnings.of_statements(service, day)
        found += warnings.of_rates(known.values(), self._book, day)
        return list(dict.fromkeys(found))

    def _lines(self, explained: Explained | None) -> list[Line]:
        if explained is None or explained.read.decision != "crisis":
            return []
        lines = [one for one in self._catalogue.crisis_lines.values() if one.confidence != "unverified"]
        return [
            Line(name=one.name.en, number=one.number, what=one.what.en, text_to=one.text_to, hours=one.hours)
            for one in lines[:3]
        ]


def _texts(said: Sequence[str]) -> list[str]:
    """The last utterance, and the last few as one: masked, as the model sees everything."""
    last = mask(said[-1])[:600].lstrip("/ ") or "?"
    texts = [last]
    if len(said) > 1:
        texts.append(mask(" ".join(said[-2:]))[-600:].lstrip("/ "))
    if len(said) > 2:
        texts.append(mask(" ".join(said[-TOGETHER:]))[-600:].lstrip("/ "))
    return texts
