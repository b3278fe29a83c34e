"""Commands that run in the assistant's own Python. It is set up, and trained where that is due, before it is used."""

from __future__ import annotations

import subprocess
import sys
from typing import IO

import click

import catalogue
from catalogue import phrases
from connectors.channels.programs import BOT_PYTHON, bot_environment
from connectors.channels.settings import ROOT, Settings

PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


def prepare(*parts: str) -> None:
    """Sets up parts of the project; progress goes to standard error."""
    _finish([sys.executable, "-m", "scripts.environment", *parts])


def trained(settings: Settings, *options: str) -> None:
    """Trains the assistant where something that it learns from has changed; progress goes to standard error."""
    try:
        phrases.write(catalogue.load())
    except catalogue.CatalogueError as error:
        raise click.ClickException(str(error)) from None
    _finish([str(BOT_PYTHON), "-m", "bot.train", "--models", str(settings.models), *options], settings)


def _finish(command: list[str], settings: Settings | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=bot_environment(settings) if settings else None,
        stdin=subprocess.DEVNULL,
        # Standard output belongs to what was asked for.
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def _ask(settings: Settings, module: str, *options: str, text: IO[bytes] | int | None = subprocess.DEVNULL) -> None:
    """Runs a program of the assistant in our place, with our standard output."""
    command = [str(BOT_PYTHON), "-m", f"bot.{module}", *options]
    sys.stdout.flush()
    done = subprocess.run(command, cwd=ROOT, env=bot_environment(settings), stdin=text, check=False)
    raise SystemExit(done.returncode)


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
def recognise(file: IO[bytes]) -> None:
    """Say what each line of FILE is about: one JSON object a line.

    Without FILE, or with -, standard input is read.
    """
    settings = Settings.load()
    prepare("bot")
    trained(settings)
    if file.isatty():
        click.echo("Write one sentence a line; Ctrl-D ends.", err=True)
    _ask(settings, "recognise", "--models", str(settings.models), text=file)


@click.command()
@click.option("--force", is_flag=True, help="Train also where nothing has changed.")
def train(force: bool) -> None:
    """Train the assistant where examples, domain, catalogue or configuration have changed."""
    settings = Settings.load()
    prepare("bot")
    trained(settings, *(["--force"] if force else []))


@click.command(context_settings=PASS_ON)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def evaluate(options: tuple[str, ...]) -> None:
    """Measure how well the assistant recognises. OPTIONS are those of bot.evaluate."""
    settings = Settings.load()
    prepare("bot")
    trained(settings)
    _ask(settings, "evaluate", "--models", str(settings.models), *options)


@click.command(context_settings=PASS_ON)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def benchmark(options: tuple[str, ...]) -> None:
    """Compare with Rasa's default and other pipelines. OPTIONS are those of bot.benchmark."""
    settings = Settings.load()
    prepare("bot")
    _ask(settings, "benchmark", *options)


@click.command(context_settings=PASS_ON)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def examples(options: tuple[str, ...]) -> None:
    """Check the training examples. OPTIONS are those of bot.examples."""
    settings = Settings.load()
    prepare("bot")
    _ask(settings, "examples", *options)
