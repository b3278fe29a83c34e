"""``facts``: the vocabulary that rules and forms share. A fact is asked once, whoever needs it."""

from __future__ import annotations

import json
from typing import Any

import click

from catalogue import CatalogueError, Fact, rules


@click.command()
@click.argument("service", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def facts(service: str | None, as_json: bool) -> None:
    """List the facts that rules and forms ask for, with question, answers and why; with SERVICE those of its rule."""
    try:
        book = rules.load()
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    if service is not None and service not in book.services:
        raise click.UsageError(f"there are no rules for a service `{service}`. They are: {', '.join(book.services)}.")
    names = book.facts_of(service) if service is not None else tuple(book.facts)
    for name in names:
        told = _told(book.facts[name], [one for one in book.services if name in book.facts_of(one)])
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            click.echo("\n".join(_lines(told)) + "\n")


def _told(fact: Fact, services: list[str]) -> dict[str, Any]:
    told = {
        "id": fact.id,
        "type": fact.type,
        "unit": fact.unit,
        "about": fact.about,
        "question": fact.question.en,
        "help": fact.help.en if fact.help else None,
        "values": {option.id: option.label.en for option in fact.options} or None,
        "why": fact.why,
        "statement": fact.statement.en if fact.statement else None,
        "lines": fact.lines.sentences if fact.lines else None,
        "alone": fact.alone,
        "rules": services,
    }
    return {key: value for key, value in told.items() if value is not None}


def _lines(told: dict[str, Any]) -> list[str]:
    kind = f"{told['type']}, {told['unit']}" if "unit" in told else told["type"]
    lines = [f"{told['id']}  ({kind}, about: {told['about']})", f"    {told['question']}"]
    lines += [f"    {told[key]}" for key in ("help",) if key in told]
    lines += [f"    - {name}: {label}" for name, label in told.get("values", {}).items()]
    lines += [f"    Why: {told['why']}"] if "why" in told else []
    lines += [f"    In a list: {told['statement']}"] if "statement" in told else []
    lines += [f"    In a list: {said}" for said in told.get("lines", {}).values()]
    lines += [f"    Never in a list: {told['alone']}"] if "alone" in told else []
    return [*lines, f"    Used by the rules of: {', '.join(told['rules'])}"] if told["rules"] else lines
