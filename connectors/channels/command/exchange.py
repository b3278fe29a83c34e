"""``catalogue export``, ``import`` and ``schema``: the catalogue for other programs, and others' for us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click

from catalogue import exchange, schema, sketch
from catalogue.days import today
from connectors.channels.command.joining import load
from connectors.channels.settings import Settings


@click.command()
@click.option("--format", "kind", type=click.Choice(["jsonld", "csv"]), default="jsonld", show_default=True)
@click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; standard output otherwise."
)
def export(kind: str, output: TextIO) -> None:
    """Write the catalogue as CPSV-AP 3.2 JSON-LD, or its services as CSV, as they stand today."""
    whole = load()
    if kind == "csv":
        output.write(exchange.table(whole, today()))
        return
    json.dump(exchange.export(whole, today(), Settings.load().public_url), output, ensure_ascii=False, indent=1)
    output.write("\n")


@click.command(name="import")
@click.argument("document", type=click.File(encoding="utf-8"))
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("drafts"),
    show_default=True,
    help="Where the drafts go. Move them into catalogue/data when they are done.",
)
def import_(document: TextIO, folder: Path) -> None:
    """Read another body's CPSV-AP JSON-LD (- for standard input) into drafts. Nothing is fetched or written over."""
    from catalogue.exchange.drafts import drafts
    from catalogue.exchange.reading import ExchangeError

    try:
        made = drafts(document.read(), today(), load().life_events)
    except ExchangeError as error:
        raise click.ClickException(f"{document.name}: {error}.") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{document.name} is not text in UTF-8.") from None
    taken = [draft.path for draft in made if (folder / draft.path).exists()]
    if taken:
        raise click.ClickException(f"{folder / taken[0]} is there already, and nothing is written over.")
    for draft in made:
        sketch.lay(folder, draft.path, draft.text)
        click.echo(f"{folder / draft.path}")
        for one in draft.to_do:
            click.echo(f"  To do: {one}.")
    services = sum(draft.path.startswith("services/") for draft in made)
    click.echo(f"{services} services of {len(made) - services} agencies, as drafts in {folder}.")


@click.command(name="schema")
def write_schema() -> None:
    """Write the JSON Schema with which editors help."""
    click.echo("catalogue/schema.json is written anew." if schema.write() else "catalogue/schema.json is up to date.")
