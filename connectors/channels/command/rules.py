"""``rules``: what the cases show of the rules."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import click

from catalogue import CatalogueError, load, rules
from catalogue.days import today
from catalogue.rules import cases, report
from connectors.channels.settings import ROOT

FEW, MANY = 15, 101
"""Made-up people for the life events, and for the one whose questions are promised to be few."""

CASES = ROOT / "tests" / "catalogue" / "rules" / "cases"
FAMILIES = CASES.parent / "families"


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
    click.echo("facts  criteria  cases  singly  lists  lines  needed  fewest  service")
    for one in sorted(found, key=lambda one: -one.asked):
        click.echo(
            f"{one.facts:5}  {one.criteria:8}  {one.cases:5}  {one.singly:6.0%}  {one.asked:5.0%}  {one.lines:5.0%}"
            f"  {one.needed:6.0%}  {one.fewest:6.0%}  {one.service}"
        )
    for one in found:
        for idle in one.idle:
            click.echo(f"{one.service}: {idle}")
    _events(book, files)
    cases_ = sum(one.cases for one in found)
    told, singly = sum(one.told for one in found), sum(one.told_singly for one in found)
    click.echo(
        f"\n{len(found)} services, {sum(one.criteria for one in found)} criteria,"
        f" {sum(one.cases for one in found)} cases."
        "\nOne service by itself, of the facts in its rule (the median service):"
        f"\n{median(one.singly for one in found):5.0%}  questions that ask for one fact each"
        f"\n{median(one.asked for one in found):5.0%}  questions where facts are ticked in lists,"
        f" {median(one.lines for one in found):.0%} with each line counted;"
        f" in {sum(one.asked <= 0.4 for one in found)} services 40% or less"
        f"\n{median(share for one in found for share in one.shares):5.0%}  the same over all cases (the median case)"
        f"\n{median(one.needed for one in found):5.0%}  facts that the verdict needs at least,"
        f" {median(one.fewest for one in found):.0%} in lists"
        "\nDays, numbers and amounts that are told in a case, on average:"
        f" {told / cases_:.2f} with lists, {singly / cases_:.2f} where each question asks for one fact"
        "\nCases that a list leaves open, because somebody is not sure of one line:"
        f" {sum(one.unsettled for one in found)}"
    )


def _events(book: rules.Rulebook, files: list[cases.CaseFile]) -> None:
    """What a check of a whole life event takes."""
    whole, crowd = load(), report.people(files, FEW)
    checked = {
        event: [one.id for one in whole.services_for(event) if one.id in book.services] for event in whole.life_events
    }
    checked = {event: services for event, services in checked.items() if services}
    found = {event: report.together(book, services, crowd, today()) for event, services in checked.items()}
    click.echo(f"\nA whole life event in one check, {FEW} made-up people: questions, and their share of the facts that")
    click.echo("the services would ask for one by one\nsingly  lists  lines  singly  lists")
    for event, one in sorted(found.items(), key=lambda one: one[1].asked / one[1].apart):
        click.echo(
            f"{one.singly:6.0f}  {one.asked:5.0f}  {one.lines:5.0f}  {one.singly / one.apart:6.0%}"
            f"  {one.asked / one.apart:5.0%}  {event}"
        )
    singly = median(one.singly / one.apart for one in found.values())
    lists = median(one.asked / one.apart for one in found.values())
    click.echo(f"{'':21}{singly:6.0%}  {lists:5.0%}  the median life event")
    people = [("having_a_baby", today(), report.people(files, MANY), "made-up people")]
    people += [(one.life_event, one.day, one.crowd(), "families") for one in cases.read_families(FAMILIES)]
    for event, day, crowd, who in people:
        one = report.together(book, checked[event], crowd, day)
        click.echo(
            f"{event}, {len(crowd)} {who}, median: {one.singly:g} questions of one fact each, {one.asked:g} with lists"
            f" ({one.lines:g} facts read)"
        )
