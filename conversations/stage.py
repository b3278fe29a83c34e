"""Plays scripts with a real assistant, and says what did not come out as written."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalogue import Catalogue, answers, lines
from conversations import messages as m
from conversations.context import Context
from conversations.script import Line, Script
from conversations.talk import BadMessage, Reply, Talk, offered

LONGEST_FORM = 60
"""Questions after which a form is taken to be endless."""

_HIDDEN = {"type", "id", "service", "fact", "fact_type", "url", "kind", "lang", "stage", "verdict", "agency", "as_of"}
"""Parts of a message that nobody reads."""

_PLAUSIBLE = {
    "text": "Wellington",
    "name": "Aroha Ngata",
    "yes_no": "no",
    "number": "2",
    "money": "450",
    "ird_number": "49-091-850",
    "email": "aroha@example.nz",
    "phone": "021 555 0123",
    "address": "12 Rātā Street, Taupō 3330",
    "country": "Australia",
    "bank_account": "01-0902-0068389-00",
    "trips": "none",
}
"""An answer to a question of each type, for facts that a script does not mention. Dates depend on the fact."""

See = Callable[[str, list[m.Message]], None]


@dataclass
class Performance:
    """What came of a script: turns as a person counts them, and everything that was not as written."""

    script: Script
    problems: list[str] = field(default_factory=list)
    turns: int = 0
    asked_back: int = 0
    plan_at: int | None = None
    start_asked: int | None = None
    started_at: int | None = None

    @property
    def to_start(self) -> int | None:
        """Turns from the wish to start a service until it was started, without the form's own questions."""
        if self.start_asked is None or self.started_at is None:
            return None
        return self.started_at - self.start_asked + 1


class Stage:
    """One conversation with the assistant.

    Args:
        see: called with each thing that the person does and what the assistant said, to show it.
    """

    def __init__(self, talk: Talk, catalogue: Catalogue, language: m.Language = "en", see: See | None = None) -> None:
        self._talk = talk
        self._catalogue = catalogue
        self._see = see or (lambda did, said: None)
        self.id = talk.store.open(language)[0].id
        self.messages: list[m.Message] = talk.greet(self.id).messages
        self.reply: Reply | None = None
        self._see("", self.messages)

    @property
    def context(self) -> Context:
        """What the conversation knows now."""
        return self._talk.store.context(self.id)

    @property
    def language(self) -> m.Language:
        """The language in which the assistant goes on."""
        return self._talk.store.get(self.id).language

    @property
    def question(self) -> m.Question | None:
        """The question that is open."""
        last = self.messages[-1] if self.messages else None
        return last if isinstance(last, m.Question) else None

    def say(self, text: str, *, twice: bool = False) -> Reply:
        """Writes something; with ``twice``, posts it once more."""
        nonce = secrets.token_hex(8)
        reply = self._take(text, self._talk.receive(self.id, text=text, nonce=nonce))
        if twice:
            again = self._talk.receive(self.id, text=text, nonce=nonce)
            assert again == reply, "the second post of a message was answered anew"  # noqa: S101
        return reply

    def choose(self, choice: str) -> Reply:
        """Takes a choice, by its id or by its label."""
        id = next((one.id for one in self.choices() if choice in (one.id, one.label)), choice)
        return self._take(f"[{choice}]", self._talk.receive(self.id, choice=id))

    def choices(self) -> list[m.Choice]:
        """Every choice that the last answer holds, however deep."""
        return [
            m.Choice.model_validate(one)
            for message in self.messages
            for one in _dicts(message.model_dump())
            if set(one) == set(m.Choice.model_fields)
        ]

    def answer(self, known: dict[str, str]) -> Reply:
        """Answers the open question: as ``known`` has it, else plausibly."""
        question = self.question
        assert question is not None, "no question is open"  # noqa: S101
        if question.fact_type == "document" and question.fact not in known:
            return self.choose("skip")
        if question.lines:
            true = [line.id for line in question.lines if self._is_true(line, known)]
            return self.choose(f"tick:{'+'.join(true) or 'none'}")
        given = known[question.fact] if question.fact in known else self.plausible(question.fact)
        for option in question.options:
            if given in (option.id, option.label):
                return self.choose(f"answer:{option.id}")
        return self.say(given)

    def _is_true(self, line: m.Statement, known: dict[str, str]) -> bool:
        listed = lines.find(self._catalogue.facts, line.id)
        given = known.get(line.fact, self.plausible(line.fact))
        return listed.holds(answers.read(listed.fact, given, self._talk.today()))

    def plausible(self, name: str) -> str:
        """An answer that the fact called ``name`` takes."""
        fact = self._catalogue.facts[name]
        if fact.type == "choice":
            return fact.options[0].id
        if fact.type == "date":
            if fact.past is False:
                return "1 2 2027"
            return "1 2 1990" if "birth" in fact.id and "baby" not in fact.id else "1 11 2026"
        return _PLAUSIBLE[fact.type]

    def text(self) -> str:
        """Everything that can be read in the last answer."""
        return "\n".join(text for message in self.messages for text in _read(message.model_dump()))

    def _take(self, did: str, reply: Reply) -> Reply:
        self.reply, self.messages = reply, list(reply.messages)
        self._see(did, self.messages)
        return reply


def perform(script: Script, talk: Talk, catalogue: Catalogue, see: See | None = None) -> Performance:
    """Plays ``script`` to its end, or to the first turn that can't be played."""
    done = Performance(script)
    stage = Stage(talk, catalogue, script.language, see)
    for number, line in enumerate(script.turns, start=1):
        where = f"turn {number} ({line.said[:60]})"
        try:
            _play(line, stage, done)
        except (BadMessage, AssertionError) as error:
            if line.refused is None or line.refused.casefold() not in str(error).casefold():
                done.problems.append(f"{where}: it was not taken: {error}")
                return done
            continue
        if line.refused is not None:
            done.problems.append(f"{where}: it was taken, and should have been refused")
        done.problems += [f"{where}: {problem}" for problem in check(line, stage)]
    return done


def _play(line: Line, stage: Stage, done: Performance) -> None:
    if line.fills is not None:
        for _ in range(LONGEST_FORM):
            if stage.question is None:
                return
            if stage.question.error is not None:
                raise AssertionError(f"the form refuses an answer: {stage.question}")
            stage.answer(line.fills)
        raise AssertionError("the form does not end")
    done.turns += 1
    if line.person is not None:
        stage.say(line.person, twice=line.twice)
    elif line.chooses is not None:
        if line.chooses.startswith("start:") and done.start_asked is None:
            done.start_asked = done.turns
        stage.choose(line.chooses)
    if line.if_asked is not None and not any(one.type == "plan" for one in stage.messages):
        wanted = [one for one in stage.choices() if line.if_asked in (one.id, one.label)]
        if wanted:
            done.turns, done.asked_back = done.turns + 1, done.asked_back + 1
            stage.choose(wanted[0].id)
    if done.plan_at is None and any(one.type == "plan" for one in stage.messages):
        done.plan_at = done.turns
    # Some agencies take the answers over and go on with them behind a link that opens once.
    is_started = any(
        one.type == "receipt"
        or (one.type == "service" and one.asked == "how")
        or (line.chooses == "send" and one.type == "text" and bool(one.links))
        for one in stage.messages
    )
    if done.started_at is None and done.start_asked is not None and is_started:
        done.started_at = done.turns


def check(line: Line, stage: Stage) -> list[str]:
    """What in the last answer, and in the state after it, is not as ``line`` has it."""
    text, types = stage.text(), [one.type for one in stage.messages]
    there = offered(stage.messages)
    plans = [one for one in stage.messages if isinstance(one, m.PlanCard)]
    shown = [step.service for step in plans[-1].steps] if plans else []
    context = stage.context
    problems = [
        *_missing("the answer does not say", line.has, lambda one: one.casefold() in text.casefold()),
        *_missing("the answer says", line.has_not, lambda one: one.casefold() not in text.casefold()),
        *_missing("the answer does not show", line.shows, lambda one: one in types),
        *_missing("the answer shows", line.shows_not, lambda one: one not in types),
        *_missing("it is not offered", line.offers, lambda one: _is_offered(one, there)),
        *_missing("it is offered", line.offers_not, lambda one: not _is_offered(one, there)),
        *_missing("the plan lacks", line.plan, lambda one: one in context.life_events),
        *_missing("the plan has", line.plan_not, lambda one: one not in context.life_events),
        *_missing("the plan shown lacks", line.services, lambda one: one in shown),
        *_missing("the plan shown has", line.services_not, lambda one: one not in shown),
    ]
    question = stage.question
    asked = [one.fact for one in question.lines] or [question.fact] if question else ["nothing"]
    if line.asks is not None and line.asks not in asked:
        problems.append(f"it asks for `{', '.join(asked)}`, not for `{line.asks}`")
    for name, day in line.dates.items():
        known = context.dates.get(name)
        if known != (None if day == "none" else day):
            problems.append(f"the date `{name}` is {known}, not {day}")
    if line.about is not None and line.about not in (context.about, context.person):
        problems.append(f"it is about {context.person or context.about}, not about {line.about}")
    spoken = stage.language
    if line.language is not None and line.language != spoken:
        problems.append(f"it goes on in `{spoken}`, not in `{line.language}`")
    if line.decision and (stage.reply is None or stage.reply.decision not in line.decision):
        problems.append(f"the model decided `{stage.reply.decision if stage.reply else None}`, not {line.decision}")
    if problems:
        problems.append(f"— the answer was: {text[:400]!r}")
    return problems


def _missing(what: str, wanted: Iterable[str], holds: Callable[[str], bool]) -> list[str]:
    return [f"{what}: {one}" for one in wanted if not holds(one)]


def _is_offered(wanted: str, there: list[str]) -> bool:
    return any(one == wanted or (wanted.endswith(":") and one.startswith(wanted)) for one in there)


def _dicts(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [found for item in data for found in _dicts(item)]
    if isinstance(data, dict):
        return [data, *(found for value in data.values() for found in _dicts(value))]
    return []


def _read(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, list):
        return [found for item in data for found in _read(item)]
    if isinstance(data, dict):
        return [found for key, value in data.items() if key not in _HIDDEN for found in _read(value)]
    return []
