"""``measures``: Result 10's figure, and taking in what agencies report."""

from __future__ import annotations

from typing import TextIO

import click

from catalogue import CatalogueError, load
from catalogue.days import today
from connectors.channels.command.database import opened
from insights import BadCounts, Counts, counts, measures, published


@click.group("measures", invoke_without_command=True)
@click.pass_context
def measures_group(ctx: click.Context) -> None:
    """Show how much of each service is completed digitally, as Result 10 published it and as agencies report it now."""
    if ctx.invoked_subcommand is not None:
        return
    then = published()
    for name in then.quarters:
        click.echo(f"{name}  {_percent(then.mean(name))}  mean of the {len(then.services)} services of Result 10")
    with opened() as database:
        kept = Counts(database)
        for name in measures.last_quarters(today(), 4):
            found = kept.of([name])
            average = measures.mean([measures.share(one) for one in found])
            click.echo(f"{name}  {_percent(average)}  mean of {len(found)} services that agencies have reported here")


@measures_group.command("take")
@click.argument("file", type=click.File(encoding="utf-8"))
def take(file: TextIO) -> None:
    """Take in what agencies report: FILE is CSV with the columns service,quarter,digital,total; - reads standard input.

    A quarter is written like 2026-Q4. What was reported before for the same service and quarter is replaced.
    """
    try:
        found = counts.read(file.read(), load().services)
    except (BadCounts, CatalogueError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} was not taken in.\n{error}") from None
    with opened() as database:
        click.echo(f"{Counts(database).take(found)} counts were taken in.")


def _percent(share: float | None) -> str:
    return f"{share:5.1f} %" if share is not None else "    – %"
