"""``./aratohu converse``: plays written conversations with the real assistant, or lets you have one in the terminal."""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import textwrap
from pathlib import Path

import click

from connectors.channels.command.bot import prepare, trained
from connectors.channels.fuzz import fuzz
from connectors.channels.rehearsal import rehearsal
from connectors.channels.settings import ROOT, Settings
from connectors.channels.wiring import House
from conversations import BadMessage
from conversations import messages as m
from conversations.script import ScriptError, read_all
from conversations.script import read as read_scripts
from conversations.stage import Performance, Stage, perform

FOLDER = ROOT / "tests" / "conversations" / "scripts"
DAY = dt.date(2026, 11, 25)
"""The day on which scripts are played, a Wednesday: what they say about dates holds on it."""


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Play all scripts, and report on turns.")
@click.option("--fuzz", "turns", type=int, help="Play this many random turns and look for dead ends.")
@click.option("--seed", type=int, default=1, help="Where the random turns begin.")
@click.option("--language", type=click.Choice(["en", "mi"]), default="en", help="For a conversation of your own.")
def converse(name: str | None, every: bool, turns: int | None, seed: int, language: m.Language) -> None:
    """Talk with the assistant in the terminal, or play a written conversation.

    NAME is a script file (having_a_baby) or a part of a conversation's name; without it you talk yourself.
    A number takes a choice. An empty line or Ctrl-D ends.
    """
    settings = Settings.load()
    prepare("bot")
    trained(settings)
    try:
        scripts = read_all(FOLDER)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    chosen = [one for one in scripts if name is None or name == one.file or name.casefold() in one.name.casefold()]
    if name is not None and Path(name).is_file():
        chosen = read_scripts(Path(name))
    if not chosen:
        raise click.ClickException(f"No conversation is called “{name}”. The files are in {FOLDER}.")
    click.echo("Starting the assistant …", err=True)
    if every or name or turns:
        with rehearsal(settings.models, lambda: DAY) as house:
            if turns:
                _fuzz(house, turns, seed)
            elif every:
                _report([perform(one, house.talk, house.catalogue) for one in chosen], house)
            else:
                for script in chosen:
                    click.secho(f"\n{script.file}: {script.name}", bold=True)
                    _tell(perform(script, house.talk, house.catalogue, _show))
        return
    with rehearsal(settings.models) as house:
        _talk(house, language)


def _talk(house: House, language: m.Language) -> None:
    stage = Stage(house.talk, house.catalogue, language, lambda did, said: _show("", said))
    while True:
        try:
            text = click.prompt(click.style("you", fg="cyan", bold=True), default="", show_default=False)
        except click.Abort:
            return
        if not text.strip():
            return
        choices = _choices(stage.messages)
        try:
            if text.isdigit() and 0 < int(text) <= len(choices) and stage.question is None:
                stage.choose(choices[int(text) - 1].id)
            else:
                stage.say(text)
        except BadMessage as error:
            click.secho(f"  {error}", fg="red")


def _show(did: str, said: list[m.Message]) -> None:
    if did:
        click.secho(f"you      {did}", fg="cyan", bold=True)
    for message in said:
        _paragraph("aratohu  ", message.text, fg="yellow" if message.type == "crisis" else None)
        for line in _lines(message):
            _paragraph("         ", line, fg="yellow" if message.type == "crisis" else "green")
    for number, choice in enumerate(_choices(said)[:12], start=1):
        click.secho(f"         {number:2} {choice.label}", dim=True)


def _lines(message: m.Message) -> list[str]:
    """What a message holds beside its text, a line each."""
    if isinstance(message, m.PlanCard):
        days = [f" — by {step.due:%d %b %Y}" if step.due else "" for step in message.steps]
        steps = zip(message.steps, days, strict=True)
        return [f"{step.stage:6} {step.name} ({step.agency_name}){day}" for step, day in steps]
    if isinstance(message, m.Crisis):
        return [f"{line.name}: {line.number}" for line in message.lines]
    if isinstance(message, m.ServiceCard):
        parts = (message.cost, message.time, message.deadline, message.where, message.phones)
        return [*message.ready, *(one.text for part in parts for one in part)]
    if isinstance(message, m.Question):
        listed = [f"{number}. {line.text}" for number, line in enumerate(message.lines, start=1)]
        return [*(one for one in (message.error, message.help) if one), *listed]
    return [f"{message.code}. {message.hours}"] if isinstance(message, m.Handover) else []


def _choices(said: list[m.Message]) -> list[m.Choice]:
    return [choice for message in said for choice in getattr(message, "choices", [])]


def _paragraph(margin: str, text: str, fg: str | None) -> None:
    if text:
        click.secho(textwrap.fill(text, 100, initial_indent=margin, subsequent_indent=" " * len(margin)), fg=fg)


def _tell(done: Performance) -> None:
    for problem in done.problems:
        click.secho(f"  ✗ {problem}", fg="red")
    if not done.problems:
        click.secho("  ✓ as written", fg="green")


def _report(all_: list[Performance], house: House) -> None:
    """What failed, and for each life event the turns to the plan and to the start."""
    for done in all_:
        if done.problems:
            click.secho(f"{done.script.file}: {done.script.name}", bold=True)
            _tell(done)
    click.echo(
        f"\n{'life event':28} {'conversations':>13} {'turns to plan':>14} {'turns to start':>15} {'asked back':>11}"
    )
    for event in house.catalogue.life_events:
        own = [one for one in all_ if one.script.measures == event]
        plans = [one.plan_at for one in own if one.plan_at is not None]
        starts = [one.to_start for one in own if one.to_start is not None]
        back = sum(one.asked_back for one in own)
        click.echo(f"{event:28} {len(own):13} {_median(plans):>14} {_median(starts):>15} {back:11}")
    failed = sum(bool(one.problems) for one in all_)
    asked = sum(one.asked_back for one in all_)
    click.echo(f"\n{len(all_)} conversations, {failed} not as written; asked back in {asked} turns.")
    if failed:
        sys.exit(1)


def _median(numbers: list[int]) -> str:
    return f"{statistics.median(numbers):g} (most {max(numbers)})" if numbers else "—"


def _fuzz(house: House, turns: int, seed: int) -> None:
    found = fuzz(house, turns, seed)
    for fault in found.faults:
        click.secho(f"✗ {fault}", fg="red")
    click.echo(f"{found.turns} turns in {found.conversations} conversations, seed {seed}: {len(found.faults)} faults.")
    if found.faults:
        sys.exit(1)
