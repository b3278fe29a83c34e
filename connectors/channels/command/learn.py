"""``./aratohu learn``: learn what advisers set right, or take the last time back."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import click

from catalogue import load
from connectors.channels.command.bot import prepare
from connectors.channels.command.database import opened
from connectors.channels.command.group import RefusedError
from connectors.channels.learning import Learning, LearningFailed, NothingToLearn, Outcome
from connectors.channels.settings import ROOT, Settings
from conversations import Rasa
from conversations.desk.corrections import Corrections

REFUSED = 3
"""The exit code where the candidate was not good enough."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Train and compare, and leave everything as it is.")
@click.option("--rollback", is_flag=True, help="Bring back the model and examples of before the last promotion.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=ROOT, hidden=True)
@click.option("--floors", type=click.Path(path_type=Path, dir_okay=False, exists=True), hidden=True)
@click.option("--set", "sets", type=click.Path(path_type=Path, dir_okay=False, exists=True), multiple=True, hidden=True)
def learn(dry_run: bool, rollback: bool, root: Path, floors: Path | None, sets: tuple[Path, ...]) -> None:
    """Train a candidate with the approved corrections, compare it, and promote it if nothing gets worse.

    Ends with 3 where the candidate is refused; the reasons are told. A running Aratohu goes on with the new model at
    once, and no conversation notices.
    """
    settings = Settings.load()
    prepare("bot")
    with opened(settings) as database, contextlib.closing(_rasa(settings)) as rasa:
        learning = Learning(
            settings,
            Corrections(database, load()),
            rasa,
            root=root,
            floors=floors,
            sets=sets,
            tell=lambda line: click.echo(f"  {line}", err=True),
        )
        try:
            if rollback:
                click.echo(f"Back to the model of before: {learning.roll_back().name}")
                return
            outcome = learning.learn(dry=dry_run)
        except NothingToLearn as error:
            click.echo(str(error))
            return
        except LearningFailed as error:
            raise RefusedError(str(error)) from None
    _tell(outcome, dry=dry_run)
    if outcome.reasons:
        raise SystemExit(REFUSED)


def _rasa(settings: Settings) -> Rasa:
    return Rasa(settings.rasa_url, settings.rasa_token.get_secret_value(), settings.rasa_seconds)


def _tell(outcome: Outcome, *, dry: bool) -> None:
    for name, one in outcome.report.items():
        click.echo(f"{name}: {one['rows']} rows, {one['better']} read better, {one['worse']} worse")
        for key, values in one["figures"].items():
            click.echo(f"  {key:24} {_change(values)}")
        for event, values in one["events"].items():
            click.echo(f"  {event + ' (F1)':24} {_change(values)}")
        for text in one["worse_for_example"][:5]:
            click.echo(f"  worse: {text[:100]}")
    if outcome.reasons:
        click.echo("Refused. The model in use stays, since with the candidate:")
        for reason in outcome.reasons:
            click.echo(f"  {reason}")
    elif outcome.promoted:
        how = "a running Rasa uses it already" if outcome.told_rasa else "it is used from the next start on"
        click.echo(
            f"Promoted {outcome.model.name} with {outcome.learned} new examples; {how} ({outcome.seconds:.0f} s)."
        )
        click.echo("./aratohu learn --rollback takes it back.")
    elif dry:
        click.echo("It would be promoted.")


def _change(values: dict[str, Any]) -> str:
    return f"{values['before']} → {values['after']}"
