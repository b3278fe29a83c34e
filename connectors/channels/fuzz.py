"""A person who does anything: random texts, choices, going back, starting again. Finds dead ends and loops."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from connectors.channels.wiring import House
from conversations import BadMessage
from conversations import messages as m
from conversations.stage import Stage
from conversations.talk import offered

TEXTS = (
    "we're having a baby", "dad passed on tuesday", "i lost my job", "how much does that cost?",
    "and for my wife?", "go back", "start again", "yes", "no", "asdf qwer", "…", "?",
    "what do i need", "when is the deadline", "by when", "kia ora", "kua mate taku māmā",
    "he aha te utu", "안녕하세요", "talofa", "thanks", "bye", "help", "i want to talk to a person",
    "he is going to kill me", "no, i meant for good", "moving to sydney in march",
    "sorry it was 3 november", "3 november", "it's for my sister", "it's for me", "stop", "skip",
    "i don't know", "show me my plan", "carry on", "piss off", "what can i get",
    "where is my application", "start it", "why do you ask", "12/13/2026", "no idea mate",
    "x" * 900, "my ird is 49-091-850", "getting married on 6 march and my nan died",
    "i had a miscarriage", "i'm pregnant", "$$$ 😢😢", "DROP TABLE turns;", "{value}", "/send",
    "first thing to do?", "can i get it", "say that again",
)  # fmt: skip
"""What people write, and what they don't."""

LONGEST = 30
"""Turns in one conversation."""
REPEATS = 2
"""How often the same question may be asked in a row."""


@dataclass
class Found:
    """What a run came to."""

    turns: int = 0
    conversations: int = 0
    faults: list[str] = field(default_factory=list)


def fuzz(house: House, turns: int, seed: int) -> Found:
    """Plays ``turns`` random turns. The same seed plays the same ones, as far as the assistant answers the same.

    A fault is a message without an answer, an error, the same question more than twice in a row, or an answer after
    which a person who asks for a person does not get one.
    """
    chance, found = random.Random(seed), Found()  # noqa: S311 - no matter of secrets
    while found.turns < turns:
        found.conversations += 1
        _converse(house, chance, found, min(LONGEST, turns - found.turns))
    return found


def _converse(house: House, chance: random.Random, found: Found, turns: int) -> None:
    stage = Stage(house.talk, house.catalogue, chance.choice(["en", "en", "en", "mi"]))
    said: list[str] = []
    lately: list[list[m.Message]] = []
    for _ in range(turns):
        found.turns += 1
        did = _act(stage, chance)
        said.append(did)
        try:
            _do(stage, did)
        except BadMessage:
            continue
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault to be told
            found.faults.append(f"{type(error).__name__}: {error} after {said[-6:]}")
            return
        if not stage.messages or not any(one.text or len(one.model_dump()) > 4 for one in stage.messages):
            found.faults.append(f"no answer after {said[-6:]}")
        if stage.reply is not None and stage.reply.decision == "kept":
            found.faults.append(f"an error behind the answer after {said[-6:]}")
        lately = [*lately[-REPEATS:], stage.messages]
        is_question = stage.messages and stage.messages[-1].type in ("choices", "question")
        if is_question and len(lately) > REPEATS and all(one == lately[-1] for one in lately):
            found.faults.append(f"the same question {len(lately)} times after {said[-6:]}")
    _leave(stage, said, found)


def _act(stage: Stage, chance: random.Random) -> str:
    """What the person does next: an answer, a choice of those in sight, an older one, or any text."""
    kind = chance.random()
    there = offered(stage.messages)
    if stage.question is not None and stage.question.lines and kind < 0.35:
        ticked = [line.id for line in stage.question.lines if chance.random() < 0.5]
        return f">{chance.choice(('tick', 'unsure'))}:{'+'.join(ticked) or 'none'}"
    if stage.question is not None and kind < 0.35:
        return stage.plausible(stage.question.fact)
    if there and kind < 0.7:
        return f">{chance.choice(there)}"
    if kind < 0.75 and stage.context.offered:
        return f">{chance.choice(stage.context.offered)}"
    return chance.choice(TEXTS)


def _do(stage: Stage, did: str) -> None:
    if did.startswith(">"):
        stage.choose(did[1:])
    else:
        stage.say(did)


def _leave(stage: Stage, said: list[str], found: Found) -> None:
    """From wherever it ended, a person who asks for a person gets one, and a new start works."""
    found.turns += 1
    stage.say("i want to talk to a person")
    if not any(isinstance(one, m.Handover) for one in stage.messages):
        found.faults.append(f"no way to a person after {said[-6:]}: {[one.text[:60] for one in stage.messages]}")
