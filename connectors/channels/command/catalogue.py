"""``services``, ``plan`` and ``catalogue``: the catalogue from the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TextIO

import click

import catalogue
from catalogue import phrases, rules, schema
from catalogue.days import today
from catalogue.finding import finder
from catalogue.plan import Plan
from catalogue.rules import cases, values
from connectors.channels.command import exchange, joining
from connectors.channels.command.check import read_facts

CASES = Path(__file__).parents[3] / "tests" / "catalogue" / "rules" / "cases"
"""The rules' cases. They are tests, so that an installation may be without them."""


def _load() -> catalogue.Catalogue:
    try:
        return catalogue.load()
    except catalogue.CatalogueError as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def services(as_json: bool) -> None:
    """List every service with its agency."""
    whole = _load()
    for service in whole.services.values():
        if as_json:
            line = {"id": service.id, "name": service.name.en, "agency": service.agency, "start": service.start.kind}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            click.echo(f"{service.id:34} {whole.agency_of(service).name.en:48} {service.name.en}")


@click.command()
@click.argument("life_events", nargs=-1, required=True, metavar="EVENT...")
@click.option("--date", "dates", multiple=True, metavar="NAME=DAY", help="A known day, such as birth=2026-11-01.")
@click.option("--answers", "given", type=click.File(encoding="utf-8"), help="What is known, by fact, as JSON or YAML.")
@click.option("--today", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day to plan from, for another than today.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
def plan(
    life_events: tuple[str, ...], dates: tuple[str, ...], given: TextIO | None, day: dt.datetime | None, as_json: bool
) -> None:
    """Make the plan for one or several life events, such as having_a_baby someone_died."""
    whole = _load()
    for event in life_events:
        if event not in whole.life_events:
            raise click.UsageError(f"there is no life event `{event}`. They are: {', '.join(whole.life_events)}.")
    facts, book = read_facts(given), rules.load()
    try:
        # All of them, also those that no rule of this plan looks at.
        values.read(book.facts, facts)
        made = catalogue.make_plan(
            whole,
            life_events,
            dict(map(_date, dates)),
            today=day.date() if day else today(),
            answers=facts,
            rulebook=book,
        )
    except rules.FactError as error:
        raise click.ClickException(f"{error}. `./aratohu facts` lists the facts.") from None
    click.echo(made.model_dump_json(indent=2) if as_json else _told(whole, made))


@click.group(name="catalogue")
def catalogue_group() -> None:
    """Check the catalogue, and make what is made from it."""


for _command in (
    joining.new,
    joining.preview,
    joining.rehearse,
    joining.stale,
    joining.diff,
    exchange.export,
    exchange.import_,
    exchange.write_schema,
):
    catalogue_group.add_command(_command)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def find(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find life events, services and agencies by any name, spelt well or not, or by meaning."""
    whole = _load()
    names = {"life_event": whole.life_events, "service": whole.services, "agency": whole.agencies}
    found = finder(whole).find(" ".join(words), ("life_event", "service", "agency"), limit)
    for one in found:
        if as_json:
            click.echo(one.model_dump_json())
        else:
            name = names[one.kind][one.id].name.en  # type: ignore[index]
            called = f" (also called “{one.called}”)" if one.called else ""
            click.echo(f"{one.kind.replace('_', ' '):11} {one.id:34} {name}{called}")
    if not found and not as_json:
        click.echo("Nothing fits. Try other words, or list all with `./aratohu services`.")


@catalogue_group.command()
def check() -> None:
    """Read every file and say what is wrong, with file and line."""
    whole = _load()
    try:
        book, files = rules.load(), cases.read(CASES)
    except catalogue.CatalogueError as error:
        raise click.ClickException(str(error)) from None
    if not phrases.FILE.exists() or phrases.FILE.read_text(encoding="utf-8") != phrases.text(whole):
        raise click.ClickException("bot/data/entities.jsonl is not up to date: run `./aratohu catalogue phrases`.")
    if not schema.is_current():
        raise click.ClickException("catalogue/schema.json is not up to date: run `./aratohu catalogue schema`.")
    unverified = sum(service.confidence == "unverified" for service in whole.services.values())
    click.echo(
        f"{len(whole.life_events)} life events, {len(whole.services)} services ({unverified} of them not confirmed by "
        f"a source), {len(whole.agencies)} agencies, {len(whole.facts)} facts, {len(book.services)} "
        f"rules with {sum(len(file.cases) for file in files)} cases: all in order."
    )


@catalogue_group.command(name="phrases")
def write_phrases() -> None:
    """Write what people call services and agencies, for the assistant to learn."""
    changed = phrases.write(_load())
    click.echo("bot/data/entities.jsonl is written anew." if changed else "bot/data/entities.jsonl is up to date.")


def _date(given: str) -> tuple[str, dt.date]:
    name, _, day = given.partition("=")
    try:
        return name, dt.date.fromisoformat(day)
    except ValueError:
        raise click.UsageError(f"`--date {given}` can't be read. Write it like --date birth=2026-11-01.") from None


def _told(whole: catalogue.Catalogue, made: Plan) -> str:
    lines: list[str] = []
    stage = None
    for number, step in enumerate(made.steps, 1):
        if step.stage != stage:
            stage = step.stage
            lines.append(f"\n{stage.upper()}")
        service = whole.services[step.service]
        lines.append(f"{number:3}. {service.name.en}  [{service.id}, {whole.agency_of(service).name.en}]")
        lines.append(f"     {' '.join(reason.why for reason in step.reasons)}")
        if step.due_text:
            lines.append(f"     Deadline: {step.due_text}" + (f" That is {step.due:%d %B %Y}." if step.due else ""))
        if step.waits_for:
            lines.append(f"     Comes after: {', '.join(step.waits_for)}")
        if step.waits_for_one_of:
            lines.append(f"     Comes after one of: {', '.join(step.waits_for_one_of)}")
        if step.not_with:
            lines.append(f"     Not together with: {', '.join(step.not_with)}")
    if made.not_for_you:
        lines.append("\nNOT FOR YOU, AND WHY")
        for one in made.not_for_you:
            lines.append(f"     {whole.services[one.service].name.en}  [{one.service}]")
            lines += [f"         It is only for people for whom this is true: {why.text.en}" for why in one.why]
    return "\n".join(lines).strip()
