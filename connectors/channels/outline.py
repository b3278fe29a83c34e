"""What a document says, apart from how it looks: the same outline becomes a PDF, a text file, or an email."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

from catalogue.days import today
from connectors.channels import marking
from connectors.channels.marking import Labels
from conversations import Turn
from conversations import messages as m


class Heading(BaseModel):
    """A heading; ``level`` 1 is the highest below the title."""

    kind: Literal["heading"] = "heading"
    level: Literal[1, 2, 3] = 1
    text: str


class Paragraph(BaseModel):
    """A paragraph; a ``strong`` one is set apart."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    strong: bool = False


class Bullets(BaseModel):
    """A list."""

    kind: Literal["bullets"] = "bullets"
    items: list[str]


class Pairs(BaseModel):
    """Names with their values, such as a reference."""

    kind: Literal["pairs"] = "pairs"
    pairs: list[tuple[str, str]]


class Address(BaseModel):
    """A link to an official page. On paper the address itself is what counts."""

    kind: Literal["address"] = "address"
    label: str
    url: str


class Tick(BaseModel):
    """A box to tick on paper, before a heading that says for what."""

    kind: Literal["tick"] = "tick"
    level: Literal[1, 2, 3] = 2
    text: str
    done: bool = False


Block: TypeAlias = Annotated[Heading | Paragraph | Bullets | Pairs | Address | Tick, Field(discriminator="kind")]
"""One part of a document."""


class Outline(BaseModel):
    """A document: its title and what it says, in one language."""

    title: str
    language: Literal["en", "mi"] = "en"
    note: str = Field(default="", description="stands at the foot of every page")
    blocks: list[Block] = []


def plan(card: m.PlanCard, words: Labels, *, done: Sequence[str] = (), level: Literal[1, 2] = 1) -> list[Block]:
    """A plan, stage by stage.

    Args:
        done: the services that were ticked off.
    """
    blocks: list[Block] = []
    for stage in ("now", "before", "soon", "later"):
        steps = [step for step in card.steps if step.stage == stage]
        if not steps:
            continue
        blocks.append(Heading(level=level, text=words(f"label_stage_{stage}")))
        for step in steps:
            blocks.append(Tick(level=2 if level == 1 else 3, text=step.name, done=step.service in done))
            blocks.append(Paragraph(text=f"{step.agency_name}. {marking.sentence(step.what)}"))
            pairs: list[tuple[str, str]] = [(words("label_why"), step.why)]
            if step.due:
                key = "label_overdue" if step.due < today() else "label_due"
                pairs.append((words("label_when"), words(key, date=marking.day(step.due, card.lang))))
            elif step.due_text:
                pairs.append((words("label_when"), marking.sentence(step.due_text)))
            pairs += [(words("label_only_if"), step.only_if)] if step.only_if else []
            pairs += [(words("label_after"), ", ".join(step.waits_for))] if step.waits_for else []
            one_of = ", ".join(step.waits_for_one_of)
            pairs += [(words("label_after_one_of"), one_of)] if one_of else []
            pairs += [(words("label_cost"), marking.sentence(step.cost))] if step.cost else []
            pairs += [(words("label_reference"), step.application)] if step.application else []
            blocks.append(Pairs(pairs=pairs))
            if step.link:
                blocks.append(Address(label=step.link.label, url=step.link.url))
            if not step.checked:
                blocks.append(Paragraph(text=words("label_unchecked")))
    if card.not_for_you:
        blocks.append(Heading(level=level, text=words("label_not_for_you")))
        blocks.append(Paragraph(text=words("label_not_for_you_why")))
        why = [(one.name, " ".join(marking.sentence(said.text) for said in one.why)) for one in card.not_for_you]
        blocks.append(Pairs(pairs=why))
    return blocks


def receipt(card: m.Receipt, words: Labels) -> list[Block]:
    """A receipt: what was sent, to whom, when, and what opens it."""
    return [
        Heading(text=f"{words('label_waiting' if card.waits_for else 'label_receipt')}: {card.name}"),
        Paragraph(
            text=words("label_waiting_until", agency=card.agency_name, services="; ".join(card.waits_for))
            if card.waits_for
            else words("label_sent_to", agency=card.agency_name, when=marking.moment(card.sent_at, card.lang))
        ),
        Pairs(
            pairs=[(words("label_reference"), card.reference), (words("label_access_code"), card.access_code)],
        ),
        Paragraph(text=f"{words('label_keep_safe')} {words('label_keep_safe_why')}", strong=True),
        Heading(level=2, text=words("label_what_will_be_sent" if card.waits_for else "label_what_was_sent")),
        Bullets(items=card.sent),
        *([Pairs(pairs=[(words("label_acting"), card.acting)])] if card.acting else []),
    ]


def message(said: m.Message, words: Labels) -> list[Block]:
    """Any of the typed messages. Of a type that is not known here, its words."""
    return [*([Paragraph(text=said.text)] if said.text else []), *_card(said, words)]


def transcript(title: str, turns: Sequence[Turn], words: Labels, language: m.Language) -> Outline:
    """A whole conversation, turn by turn."""
    blocks: list[Block] = []
    for turn in turns:
        who = words(f"chat_by_{turn.by}")
        blocks.append(Heading(text=f"{who}, {marking.moment(turn.at, language)}"))
        if turn.by != "assistant" and turn.text:
            blocks.append(Paragraph(text=turn.text))
        for said in turn.messages:
            blocks += message(said, words)
    return Outline(title=title, language=language, blocks=blocks)


def text(outline: Outline) -> str:
    """The outline as plain text."""
    lines = [outline.title, "=" * len(outline.title), ""]
    for block in outline.blocks:
        if isinstance(block, Heading):
            lines += ["", block.text, ("-" if block.level == 1 else "·") * len(block.text)]
        elif isinstance(block, Paragraph):
            lines += [block.text]
        elif isinstance(block, Bullets):
            lines += [f"- {item}" for item in block.items]
        elif isinstance(block, Pairs):
            lines += [f"{name}: {value}" for name, value in block.pairs]
        elif isinstance(block, Tick):
            lines += ["", f"[{'x' if block.done else ' '}] {block.text}"]
        else:
            lines += [f"{block.label}: {block.url}"]
    if outline.note:
        lines += ["", outline.note]
    return "\n".join(lines) + "\n"


@functools.singledispatch
def _card(said: object, words: Labels) -> list[Block]:
    return []


@_card.register
def _plan(card: m.PlanCard, words: Labels) -> list[Block]:
    title = f"{words('label_plan')}: {', '.join(card.names)}"
    return [Heading(level=2, text=title), *plan(card, words, level=2)]


@_card.register
def _receipt(card: m.Receipt, words: Labels) -> list[Block]:
    return receipt(card, words)


@_card.register
def _words(said: m.Words, words: Labels) -> list[Block]:
    return [Address(label=link.label, url=link.url) for link in said.links]


@_card.register
def _choices(said: m.Choices, words: Labels) -> list[Block]:
    return [Bullets(items=[choice.label for choice in said.choices])]


@_card.register
def _together(card: m.Together, words: Labels) -> list[Block]:
    shares = [(one.label, "; ".join(one.agencies)) for one in card.facts]
    return [
        Heading(level=2, text=words("label_together")),
        Bullets(items=[f"{one.name} ({one.agency_name})" for one in card.services]),
        Paragraph(text=words("label_together_table"), strong=True),
        Pairs(pairs=shares),
    ]


@_card.register
def _check_answers(card: m.CheckAnswers, words: Labels) -> list[Block]:
    title = f"{words('label_check_answers')}: {card.name}"
    return [Heading(level=2, text=title), Pairs(pairs=[(one.label, one.value) for one in card.answers])]


@_card.register
def _status(card: m.Status, words: Labels) -> list[Block]:
    pairs: list[tuple[str, str]] = [(words("label_reference"), card.reference), (card.agency_name, card.label)]
    said = [Paragraph(text=marking.sentence(text)) for text in (card.message, card.next) if text]
    return [Heading(level=2, text=card.name), Pairs(pairs=pairs), *said]


@_card.register
def _crisis(said: m.Crisis, words: Labels) -> list[Block]:
    return [Pairs(pairs=[(line.name, line.number) for line in said.lines])]


@_card.register
def _handover(card: m.Handover, words: Labels) -> list[Block]:
    return [Pairs(pairs=[(words("label_your_code"), card.code)]), Bullets(items=[one.text for one in card.phones])]


@_card.register
def _check(card: m.CheckCard, words: Labels) -> list[Block]:
    blocks: list[Block] = []
    for service in card.services:
        blocks.append(Heading(level=2, text=service.name))
        blocks.append(Paragraph(text=words(f"label_verdict_{service.verdict}"), strong=True))
        for part in ("met", "not_met", "not_known"):
            if items := [one.text for one in getattr(service, part)]:
                blocks += [Paragraph(text=words(f"label_{part}")), Bullets(items=items)]
    return blocks


@_card.register
def _service(card: m.ServiceCard, words: Labels) -> list[Block]:
    blocks: list[Block] = [Heading(level=2, text=f"{card.name} ({card.agency_name})")]
    lists = {
        "label_who": card.who,
        "label_ready": card.ready,
        "label_amount": [one.text for one in card.amount],
        "label_cost": [one.text for one in card.cost],
        "label_time": [one.text for one in card.time],
        "label_deadline": [one.text for one in card.deadline],
        "label_where": [one.text for one in card.where],
        "label_phone": [one.text for one in card.phones],
    }
    for key, items in lists.items():
        if items:
            blocks += [Paragraph(text=words(key), strong=True), Bullets(items=items)]
    return [*blocks, *(Address(label=link.label, url=link.url) for link in card.links)]


@_card.register
def _notice(card: m.Notice, words: Labels) -> list[Block]:
    others = card.recipients or words("label_recipients_none", agency=card.agency_name)
    return [
        Heading(level=2, text=card.name),
        Paragraph(text=words("label_goes_to", agency=card.agency_name)),
        Paragraph(text=words("label_asked_for"), strong=True),
        Bullets(items=card.facts),
        Pairs(
            pairs=[
                (words("label_purpose"), card.purpose),
                (words("label_recipients"), others),
                (words("label_refusal"), card.refusal),
            ]
        ),
    ]
