"""``check``: what someone may be able to get, fact by fact."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from typing import Any, TextIO

import click
import yaml

from catalogue import CatalogueError, rules
from catalogue.days import today


@click.command()
@click.argument("services", nargs=-1, required=True, metavar="SERVICE...")
@click.option("--facts", "given", type=click.File(encoding="utf-8"), help="What is known, as JSON or YAML.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day to check for, instead of today.")
@click.option("--lang", type=click.Choice(["en", "mi"]), default="en", help="The language of the criteria.")
def check(services: tuple[str, ...], given: TextIO | None, day: dt.datetime | None, lang: str) -> None:
    """Check what someone may be able to get: yes, no or not known yet, and what to ask next. Only the agency decides.

    Facts can come from standard input: --facts -. The value of a fact that was asked for in vain is "~unknown" (or
    null); of one that the person would rather not tell, "~refused".
    """
    try:
        book = rules.load()
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    for name in services:
        if name not in book.services:
            close = difflib.get_close_matches(name, book.services, n=1)
            hint = f"Did you mean `{close[0]}`?" if close else f"They are: {', '.join(book.services)}."
            raise click.UsageError(f"there are no rules for a service `{name}`. {hint}")
    try:
        found = book.check_all(services, read_facts(given), day.date() if day else today())
    except rules.FactError as error:
        raise click.ClickException(f"{error}. `./aratohu facts` lists the facts.") from None
    told = found.results[0].as_json(lang) if len(services) == 1 else found.as_json(lang)
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def read_facts(given: TextIO | None) -> dict[str, Any]:
    """Facts by id from a JSON or YAML file."""
    if given is None:
        return {}
    try:
        facts = yaml.safe_load(given)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{given.name} is neither JSON nor YAML: {error}") from None
    if not isinstance(facts, dict) or not all(isinstance(name, str) for name in facts):
        raise click.ClickException(f'{given.name} holds no facts. Write them like {{"date_of_birth": "1990-03-27"}}.')
    return facts
