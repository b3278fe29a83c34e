"""``catalogue new``, ``preview``, ``rehearse``, ``stale`` and ``diff``: for those who write the catalogue's files."""

from __future__ import annotations

import datetime as dt
import difflib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Literal, TextIO, get_args

import click

import catalogue
from catalogue import changes, files, freshness, model, rules, sketch
from catalogue.days import today

ROOT = Path(__file__).parents[3]

_CODES: tuple[str, ...] = get_args(model.LifeEvent.model_fields["eu_code"].annotation)


@click.group()
def new() -> None:
    """Begin a file for a new service, life event or agency."""


@new.command()
@click.argument("id")
@click.option("--agency", required=True, help="Id of the agency that is answerable for it.")
@click.option("--life-event", required=True, help="Id of the life event that it belongs to.")
@click.option(
    "--start",
    type=click.Choice(["link", "phone", "in_person", "api"]),
    default="link",
    show_default=True,
    help="How it starts: api is the agency contract.",
)
def service(id: str, agency: str, life_event: str, start: str) -> None:
    """Begin a service, such as order-birth-certificate."""
    whole = load()
    _is_new(id, whole.services, "service", hyphens=True)
    named(agency, whole.agencies, "agency", "`./aratohu catalogue new agency` begins one.")
    named(life_event, whole.life_events, "life event", "`./aratohu catalogue new life-event` begins one.")
    _lay(*sketch.service(id, agency, life_event, start, today()))


@new.command()
@click.argument("id")
@click.option("--host", required=True, help="Where its own pages are, such as example.govt.nz.")
def agency(id: str, host: str) -> None:
    """Begin an agency, such as ministry-of-cats."""
    _is_new(id, load().agencies, "agency", hyphens=True)
    if "/" in host or "." not in host:
        raise click.UsageError(f"`{host}` is no host. Write it without https:// and path, like example.govt.nz.")
    _lay(*sketch.agency(id, host, today()))


@new.command(name="life-event")
@click.argument("id")
@click.option("--eu-code", type=click.Choice(_CODES), required=True, help="The EU's code for it.")
def life_event(id: str, eu_code: str) -> None:
    """Begin a life event, such as getting_a_cat."""
    _is_new(id, load().life_events, "life event", hyphens=False)
    _lay(*sketch.life_event(id, eu_code, today()))
    click.echo("The assistant recognises it once it has examples too: see nlu_data/.")


@click.command()
@click.argument("id")
@click.option("--life-event", help="Only its place in this life event's plan.")
def preview(id: str, life_event: str | None) -> None:
    """Show what the chat would say of a service."""
    whole = load()
    named(id, whole.services, "service")
    if life_event is not None:
        named(life_event, whole.life_events, "life event")
    from connectors.channels.command import rehearsing

    click.echo(rehearsing.preview(whole.services[id], life_event))


@click.command()
@click.argument("id")
@click.option("--answers", "given", type=click.File(encoding="utf-8"), help="Answers by fact, as YAML or JSON.")
def rehearse(id: str, given: TextIO | None) -> None:
    """Start a service in the sandbox for an invented person and follow it to its end. Nothing leaves the machine."""
    whole = load()
    named(id, whole.services, "service")
    from connectors.channels.command import rehearsing

    for line in rehearsing.rehearse(whole.services[id], rehearsing.read_answers(given, whole)):
        click.echo(line)


@click.command()
@click.option("--days", type=click.IntRange(0), default=180, show_default=True, help="Look again after so many days.")
@click.option("--agency", help="Only what this agency is answerable for.")
@click.option("--today", "day", type=click.DateTime(["%Y-%m-%d"]), help="For another day than today.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def stale(days: int, agency: str | None, day: dt.datetime | None, as_json: bool) -> None:
    """List what is due for checking: looked at long ago, about to end, or confirmed by no source."""
    whole = load()
    if agency is not None:
        named(agency, whole.agencies, "agency")
    found = [one for one in freshness.due(whole, day.date() if day else today(), days) if agency in (None, one.agency)]
    if as_json:
        for one in found:
            line = {"kind": one.kind, "id": one.id, "agency": one.agency, "why": one.why}
            click.echo(json.dumps({**line, "assured_date": one.assured_date.isoformat()}, ensure_ascii=False))
        return
    last = None
    for one in found:
        if one.agency != last:
            last = one.agency
            click.echo(f"\n{whole.agencies[last].name.en if last else 'Life events'}")
        click.echo(f"  {one.id}: {one.why}")
    things = len({(one.kind, one.id) for one in found})
    click.echo(f"\n{things} of {len(whole.services) + len(whole.agencies) + len(whole.life_events)} are due.".lstrip())


@click.command()
@click.argument("rev")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def diff(rev: str, as_json: bool) -> None:
    """Say in plain words what changed for people since REV (a commit, branch or tag of git)."""
    whole, book = load(), rules.load()
    with tempfile.TemporaryDirectory() as folder:
        old = _checked_out(rev, Path(folder))
        try:
            before, before_rules = catalogue.load(old), rules.load(old)
        except catalogue.CatalogueError as error:
            raise click.ClickException(
                f"the files at {rev} are of another time and can't be read by this program: {error.problems[0]}"
            ) from None
        names = {one.id: one.name.en for one in (*before.services.values(), *whole.services.values())}
        found = [*changes.changes(before, whole), *changes.rule_changes(before_rules, book, names)]
    last = None
    for one in found:
        if as_json:
            click.echo(json.dumps({"about": one.about, "text": one.text}, ensure_ascii=False))
            continue
        if one.about != last:
            last = one.about
            click.echo(f"\n{last}")
        click.echo(f"  {one.text}")
    if not found and not as_json:
        click.echo(f"Nothing changed for people since {rev}.")


def load() -> catalogue.Catalogue:
    """The catalogue, or what is wrong with it."""
    try:
        return catalogue.load()
    except catalogue.CatalogueError as error:
        raise click.ClickException(str(error)) from None


def named(
    id: str,
    known: dict[str, model.Service] | dict[str, model.Agency] | dict[str, model.LifeEvent],
    kind: str,
    more: str = "",
) -> None:
    """Refuses an id that is not known, with the likeliest that is."""
    if id not in known:
        close = difflib.get_close_matches(id, known, n=1)
        hint = f"Did you mean `{close[0]}`?" if close else more
        raise click.UsageError(f"there is no {kind} `{id}`. {hint}".strip())


def _is_new(id: str, known: object, kind: Literal["service", "agency", "life event"], *, hyphens: bool) -> None:
    try:
        (model.slug if hyphens else model.label)(id)
    except ValueError as error:
        raise click.UsageError(f"`{id}`: {error}.") from None
    if id in known:  # type: ignore[operator]
        raise click.UsageError(f"there is a {kind} `{id}` already. Choose another id, or change that one's file.")


def _lay(path: str, text: str) -> None:
    try:
        file = sketch.lay(files.DATA, path, text)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already, and nothing is written over.") from None
    click.echo(f"{file.relative_to(ROOT)} is begun. Fill it in, then run `./aratohu catalogue check`.")


def _checked_out(rev: str, folder: Path) -> Path:
    """The catalogue's files as they were at ``rev``, in ``folder``."""
    git = ["git", "-C", str(ROOT)]
    try:
        made = subprocess.run([*git, "archive", rev, "--", "catalogue/data"], capture_output=True, check=False)
    except FileNotFoundError:
        raise click.ClickException("git is not installed, and the catalogue's history is in git.") from None
    if made.returncode:
        raise click.ClickException(f"git has no catalogue at `{rev}`: {made.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "catalogue" / "data"
