"""The group of all commands. Each is loaded only when it is used, so that a short one starts at once."""

from __future__ import annotations

import importlib
from typing import Any, NoReturn

import click

from connectors.channels.settings import SettingsError

HERE = "connectors.channels.command"

COMMANDS = {
    "run": ("run:run", "Start everything: Rasa, the app and the sandbox agencies."),
    "stop": ("run:stop", "Stop what was started with run."),
    "adviser": ("adviser:adviser", "Accounts of staff for the console."),
    "learn": ("learn:learn", "Learn what advisers set right: train, compare, promote or refuse."),
    "settings": ("settings:command", "List the settings: value, default and what each does."),
    "notice": ("notice:notice", "Put an emergency notice on every page, or take it down."),
    "services": ("catalogue:services", "List the services of the catalogue."),
    "plan": ("catalogue:plan", "Make the plan for one or more life events."),
    "check": ("check:check", "Check what someone may be able to get."),
    "facts": ("facts:facts", "List the facts that rules and forms ask for."),
    "measures": ("measures:measures_group", "Show how much is completed digitally; take in what agencies report."),
    "rules": ("rules:rules_report", "Report on the rules: cases, criteria, questions to a verdict."),
    "find": ("catalogue:find", "Find services, agencies and life events by what people call them."),
    "agency": ("agency:agency", "List and check connected agencies; try whether one keeps the agency contract."),
    "catalogue": ("catalogue:catalogue_group", "Check the catalogue, write it, and exchange it."),
    "converse": ("converse:converse", "Talk with the assistant here, or play written conversations."),
    "recognise": ("bot:recognise", "Say what each line of a text is about, as JSON."),
    "train": ("bot:train", "Train the assistant where something it learns from has changed."),
    "evaluate": ("bot:evaluate", "Measure how well the assistant recognises."),
    "benchmark": ("bot:benchmark", "Compare the assistant's recognition with others, on the same data."),
    "examples": ("bot:examples", "Check the training examples."),
}


class RefusedError(click.ClickException):
    """Something that was asked for in a way that can't be done; ends with the exit code for bad usage."""

    exit_code = 2


class Lazy(click.Group):
    """Knows its commands by name and one line, and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"{HERE}.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them all."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; settings that can't be used are its caller's to mend, not a crash."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise RefusedError(str(error)) from None


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def commands() -> None:
    """Aratohu: a guide through New Zealand's government services."""


def main() -> NoReturn:
    """Runs the command line and ends the process."""
    commands.main(prog_name="aratohu")
    raise SystemExit(0)
