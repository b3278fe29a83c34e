"""What an adviser needs to know about a conversation at one glance, so that they need not read it and nobody has to
tell it twice.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel

from catalogue import Catalogue, make_plan, rules
from catalogue.lines import fact_of, is_known
from conversations.store import Conversation, Store, Turn

LONGEST_QUOTE = 240


class Known(BaseModel):
    """A fact that the person told us."""

    fact: str
    label: str
    value: str


class Planned(BaseModel):
    """A service of the plan."""

    service: str
    name: str
    agency: str
    due: dt.date | None = None
    shown: bool = False
    started: str | None = None


class Summary(BaseModel):
    """A conversation in short. ``words`` are the person's own, where the life events were recognised."""

    conversation: Conversation
    life_events: list[str]
    about: str
    words: list[str]
    dates: dict[str, dt.date]
    plan: list[Planned]
    answers: list[Known]
    not_known: list[str]
    draft: str | None
    draft_left: list[str]
    went_wrong: list[str]


def summarise(store: Store, catalogue: Catalogue, conversation: str, today: dt.date) -> Summary:
    """The summary as it stands now. It is made of what is stored, so it can't grow old."""
    context = store.context(conversation)
    turns = store.turns(conversation)
    services = catalogue.services
    shown = {message.service for turn in turns for message in turn.messages if message.type == "service"}
    started = {one.service: one.reference for one in context.started if one.service in services}
    events = [event for event in context.life_events if event in catalogue.life_events]
    made = make_plan(
        catalogue, events, context.dates, today=today, answers={**context.lines, **context.facts}, rulebook=rules.load()
    )
    planned = {step.service: step.due for step in made.steps}
    others = [name for name in (*started, *shown) if name in services and name not in planned]
    given = {name: value for name, value in context.known.items() if is_known(catalogue.facts, name)}
    said = rules.told(catalogue.facts, given, today, dict.fromkeys(map(fact_of, given)))
    known = [Known(fact=name, label=catalogue.facts[name].label.en, value=words) for name, words in said.items()]
    draft = services.get(context.draft.service) if context.draft else None
    left = [fact.label.en for fact in catalogue.form_of(draft, context.facts)] if draft else []
    told = {one.label for one in known}
    return Summary(
        conversation=store.get(conversation),
        life_events=[catalogue.life_events[event].name.en for event in events],
        about="themselves" if context.about == "self" else "somebody else",
        words=_words(turns),
        dates=context.dates,
        plan=[
            Planned(
                service=name,
                name=services[name].name.en,
                agency=catalogue.agency_of(services[name]).name.en,
                due=planned.get(name),
                shown=name in shown,
                started=started.get(name),
            )
            for name in (*planned, *others)
        ],
        answers=known,
        not_known=[catalogue.facts[name].label.en for name in context.missing if name in catalogue.facts],
        draft=draft.name.en if draft else None,
        draft_left=[label for label in left if label not in told],
        went_wrong=_went_wrong(turns),
    )


def _words(turns: list[Turn]) -> list[str]:
    """What the person wrote that led to a life event; their last words where nothing did."""
    said = {turn.number: turn.text for turn in turns if turn.by == "person" and turn.text and not turn.choice}
    led = [said[turn.answers] for turn in turns if turn.decision in ("accept", "crisis") and turn.answers in said]
    chosen = list(dict.fromkeys(text for text in led if text)) or [text for text in said.values() if text]
    return [text[:LONGEST_QUOTE] for text in chosen[-3:]]


def _went_wrong(turns: list[Turn]) -> list[str]:
    """What did not work, in plain words."""
    said = {turn.number: turn.text or "" for turn in turns if turn.by == "person"}
    found = []
    missed = [turn for turn in turns if turn.decision in ("clarify", "out_of_scope")]
    for turn in missed[-3:]:
        verb = "was not sure about" if turn.decision == "clarify" else "could not help with"
        found.append(f"The assistant {verb}: “{said.get(turn.answers or 0, '')[:LONGEST_QUOTE]}”")
    away = sum(turn.decision == "kept" for turn in turns)
    if away:
        found.append(f"The assistant was away for {away} message{'s' if away > 1 else ''}.")
    if any(turn.decision == "crisis" for turn in turns):
        found.append("Words of a crisis were read; the lines that help were shown.")
    problems = {
        message.error for turn in turns for message in turn.messages if message.type == "question" and message.error
    }
    found += [f"An answer was not taken: {problem}" for problem in sorted(problems)]
    return found
