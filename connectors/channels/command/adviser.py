"""``./aratohu adviser``: accounts of staff, and of desks of another make."""

from __future__ import annotations

import base64
import secrets
import sys

import click

from connectors.channels.command.database import opened
from connectors.channels.command.group import RefusedError
from connectors.channels.secrets import WEBHOOK_PREFIX
from connectors.channels.settings import Settings
from conversations.desk.staff import ROLES, BadAccount, Staff
from conversations.desk.teams import GENERAL, Team, Teams

DEMO = "demo"


@click.group()
def adviser() -> None:
    """Accounts of staff for the console."""


@adviser.command()
@click.argument("login")
@click.option("--name", default="", help="As people see it; the login name where it is left out.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Several can be given.")
@click.option("--team", "teams", multiple=True, help="A team's id; several can be given.")
@click.option("--language", "languages", multiple=True, type=click.Choice(["en", "mi"]))
def add(login: str, name: str, roles: tuple[str, ...], teams: tuple[str, ...], languages: tuple[str, ...]) -> None:
    """Add an account. Its password is asked for, or read from standard input."""
    settings = Settings.load()
    password = _password()
    with opened(settings) as database:
        known = Teams(database).all()
        unknown = [team for team in teams if team not in known]
        if unknown:
            raise RefusedError(f"There is no team “{unknown[0]}”. There are: {', '.join(known)}.")
        try:
            made = Staff(database).add(
                login,
                name,
                roles=roles or ("adviser",),
                password=password,
                teams=teams,
                languages=languages or ("en",),
            )
        except BadAccount as error:
            raise RefusedError(str(error)) from None
    click.echo(f"Added {made.login} ({', '.join(made.roles)}). Sign in at {settings.public_url}/console")


@adviser.command()
@click.argument("login")
def password(login: str) -> None:
    """Set a new password. The account is signed out everywhere."""
    with opened() as database:
        staff = Staff(database)
        found = staff.named(login)
        if found is None:
            raise RefusedError(f"There is no adviser “{login}”.")
        try:
            staff.change(found.id, password=_password(), failures=0, locked_until=None)
        except BadAccount as error:
            raise RefusedError(str(error)) from None
    click.echo(f"{found.login} has a new password.")


@adviser.command("list")
def listing() -> None:
    """List the accounts."""
    with opened() as database:
        for one in Staff(database).all():
            state = "" if one.is_active else ", switched off"
            kind = "desk" if one.is_desk else ", ".join(one.roles)
            click.echo(f"{one.login}: {one.name} ({kind}; teams: {', '.join(one.teams) or GENERAL}{state})")


@adviser.command()
def demo() -> None:
    """Make, or make anew, an account to try the console with. Its password is random and shown once.

    Only with the sandbox agencies, and only where the app is not reachable from other machines.
    """
    settings = Settings.load()
    click.echo(demo_account(settings))


@adviser.command()
@click.argument("login")
@click.option("--name", default="", help="As it is shown.")
@click.option("--team", "teams", multiple=True, help="Whose conversations it takes.")
@click.option("--webhook", default="", help="The address that is told of handovers and messages.")
def desk(login: str, name: str, teams: tuple[str, ...], webhook: str) -> None:
    """Add a desk of another make. Its token and the webhook's secret are shown once."""
    secret = WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    with opened() as database:
        try:
            made, token = Staff(database).add_desk(
                login, name, teams, {"url": webhook, "secret": secret} if webhook else None
            )
        except BadAccount as error:
            raise RefusedError(str(error)) from None
    click.echo(f"Added the desk {made.login}.\ntoken: {token}")
    if webhook:
        click.echo(f"webhook secret: {secret}")


def demo_account(settings: Settings) -> str:
    """Makes the demo account with a new password; gives what to tell.

    Raises:
        RefusedError: where it would not be safe.
    """
    if not settings.sandbox or settings.host not in ("127.0.0.1", "::1", "localhost") or settings.is_secure:
        raise RefusedError(
            "The demo account is for trying things out on one machine: with the sandbox agencies, and an app that "
            "other machines do not reach. Here, use ./aratohu adviser add."
        )
    chosen = "-".join(secrets.choice(_WORDS) for _ in range(6))
    with opened(settings) as database:
        staff, teams = Staff(database), Teams(database)
        found = staff.named(DEMO)
        if found is None:
            staff.add(DEMO, "Demo adviser", roles=ROLES, password=chosen, languages=("en", "mi"))
            always = {str(day): ["00:00", "24:00"] for day in range(7)}
            # Whenever somebody tries it, somebody can be there.
            teams.save(Team(id=GENERAL, name="General", hours=always, on_holidays=True))
        else:
            staff.change(found.id, password=chosen, failures=0, locked_until=None)
    return f"Demo adviser for {settings.public_url}/console: login {DEMO}, password {chosen}"


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


_WORDS = [
    "tui",
    "kea",
    "kaka",
    "ruru",
    "kiwi",
    "weka",
    "toroa",
    "kauri",
    "rata",
    "rimu",
    "totara",
    "nikau",
    "ponga",
    "harakeke",
    "kowhai",
    "manuka",
    "matai",
    "miro",
    "puriri",
    "moana",
    "awa",
    "maunga",
    "roto",
    "whetu",
    "marama",
    "ra",
    "ngahere",
    "one",
    "kohatu",
    "kapua",
    "ahi",
    "wai",
    "hau",
    "papa",
    "rangi",
    "toka",
    "puke",
    "raki",
    "tonga",
    "sail",
    "reef",
    "cove",
    "surf",
    "tide",
    "dune",
    "glacier",
    "fern",
    "moss",
    "river",
    "lake",
    "valley",
    "ridge",
    "summit",
    "harbour",
    "island",
    "beach",
    "cliff",
    "bridge",
    "lantern",
    "kettle",
    "basket",
    "paddle",
    "canvas",
    "copper",
    "marble",
    "silver",
    "velvet",
    "walnut",
    "ginger",
    "pepper",
    "lemon",
    "mango",
]
