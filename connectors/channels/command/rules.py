"""``rules``: what the cases show of the rules."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import click

from catalogue import CatalogueError, load, rules
from catalogue.days import today
from catalogue.rules import cases, report
from connectors.channels.settings import ROOT

CASES = ROOT / "tests" / "catalogue" / "rules" / "cases"


@click.command("rules")
@click.option(
    "--cases",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=CASES,
    help="The folder of the cases, instead of tests/catalogue/rules/cases.",
)
def rules_report(folder: Path) -> None:
    """Report on the rules: cases, criteria that no case makes decisive, questions to a verdict."""
    try:
        book, files = rules.load(), cases.read(folder)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    found = [report.cover(book, file) for file in files]
    click.echo("facts  criteria  cases  asked  needed  service")
    for one in sorted(found, key=lambda one: -one.asked):
        click.echo(
            f"{one.facts:5}  {one.criteria:8}  {one.cases:5}  {one.asked:5.0%}  {one.needed:6.0%}  {one.service}"
        )
    for one in found:
        for idle in one.idle:
            click.echo(f"{one.service}: {idle}")
    crowd, whole = report.people(files, 15), load()
    shares = {
        event: report.together(book, services, crowd, today())
        for event in whole.life_events
        if (services := [one.id for one in whole.services_for(event) if one.id in book.services])
    }
    click.echo("\nA whole life event in one check: questions, of the facts that its services would ask for one by one")
    for event, share in sorted(shares.items(), key=lambda one: one[1]):
        click.echo(f"{share:5.0%}  {event}")
    click.echo(f"{median(shares.values()):5.0%}  the median life event\n")
    click.echo(
        f"{len(found)} services, {sum(one.criteria for one in found)} criteria,"
        f" {sum(one.cases for one in found)} cases."
        f" Questions asked {median(one.asked for one in found):.0%} of the facts in the rule,"
        f" facts that the verdict needs at least {median(one.needed for one in found):.0%}"
    )
