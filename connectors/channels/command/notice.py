"""``notice``: the emergency notice on top of every page, for when the console can't be reached."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import click

from catalogue.model import Text
from connectors.channels.command.database import opened
from conversations.notices import Notices
from storage import now

BY = "command line"
"""Who set it, where no adviser did."""


@click.group("notice")
def notice() -> None:
    """Put the emergency notice up, look at it, take it down. Pages show a change within two seconds."""


@notice.command("show")
def show() -> None:
    """Say which notice is up."""
    with opened() as database:
        notices = Notices(database)
        holds = notices.current()
    if holds is None:
        click.echo("No notice is up.")
        return
    until = f" until {holds.until.astimezone(_HERE):%d %B %Y, %H:%M}" if holds.until else ""
    click.echo(f"Up{until}: {holds.text.en}")
    for line in (holds.text.mi, holds.link):
        if line:
            click.echo(f"  {line}")


@notice.command("set")
@click.argument("text")
@click.option("--mi", help="The same in te reo Māori.")
@click.option("--link", help="An official page that says more.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Take it down by itself after so long.")
def put_up(text: str, mi: str | None, link: str | None, hours: float | None) -> None:
    """Put TEXT up at once, in place of what was there."""
    if not text.strip() or len(text) > 500 or len(mi or "") > 500:
        raise click.UsageError("The text must have between 1 and 500 letters.")
    if link is not None and not link.startswith("https://"):
        raise click.UsageError("Give the whole address of the page, beginning with https://.")
    with opened() as database:
        notices = Notices(database)
        until = now() + dt.timedelta(hours=hours) if hours else None
        notices.show(BY, Text(en=text.strip(), mi=mi), link, until)
    click.echo("The notice is up.")


@notice.command("clear")
def take_down() -> None:
    """Take the notice down at once."""
    with opened() as database:
        notices = Notices(database)
        notices.take_down()
    click.echo("No notice is up.")


_HERE = ZoneInfo("Pacific/Auckland")
