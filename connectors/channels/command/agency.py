"""``agency``: does an agency's endpoint keep the agency contract?"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any, TextIO

import click
import yaml

from catalogue import load
from connectors.agencies.conformance.listener import listen
from connectors.agencies.conformance.report import run, write
from connectors.agencies.conformance.visit import Visit
from connectors.agencies.connections import starts_by_contract
from connectors.agencies.http import is_loopback
from connectors.agencies.inspection import inspect
from connectors.channels.connected import connected
from connectors.channels.settings import Settings, variable

_MARKS = {"ok": "ok   ", "fault": "FAULT", "hint": "hint "}
_SECRET, _WEBHOOKS = "AGENCY_CLIENT_SECRET", "AGENCY_WEBHOOK_SECRET"


@click.group("agency")
def agency() -> None:
    """Agencies that are connected, and for the developers of one that joins."""


@agency.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are not connected.")
def list_agencies(everything: bool) -> None:
    """List the agencies, where each is reached, and what starts there. Secrets are not shown."""
    settings, catalogue = Settings.load(), load()
    connections = connected(settings, catalogue)
    played = sorted({one.agency for one in catalogue.services.values() if starts_by_contract(one)} - set(connections))
    for one in connections.values():
        click.echo(f"{one.agency}  {catalogue.agencies[one.agency].name.en}")
        click.echo(f"    connected: {one.address}")
        click.echo(f"    tokens: {one.token_url}, as {one.client_id}")
        click.echo(f"    webhooks: {one.callback_url}")
        click.echo(f"    services: {', '.join(one.services) or 'none'}")
    if settings.sandbox:
        click.echo(f"Played by the sandbox: {', '.join(played) or 'none'}")
    elif everything or not connections:
        click.echo(f"Not connected, so nothing starts there from here: {', '.join(played) or 'none'}")
    if everything:
        others = sorted(set(catalogue.agencies) - set(connections) - set(played))
        click.echo(f"Nothing of theirs starts by the contract: {', '.join(others)}")


@agency.command("check")
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def check(id: str | None, as_json: bool) -> None:
    """Look whether the connected agencies, or the one with this ID, let us in and offer what should start there.

    Starts nothing. Ends with 1 where applications would fail.
    """
    catalogue = load()
    connections = connected(Settings.load(), catalogue)
    if id is not None and id not in connections:
        known = f"There are {', '.join(connections)}." if connections else f"{variable('agencies')} names no file."
        raise click.UsageError(f"No connected agency has the id “{id}”. {known}")
    if not connections:
        raise click.UsageError(f"No agency is connected. {variable('agencies')} names the file that says which are.")
    found = {one: inspect(connections[one], catalogue) for one in ([id] if id else connections)}
    if as_json:
        told = {one: [finding.model_dump() for finding in findings] for one, findings in found.items()}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for one, findings in found.items():
            click.echo(f"{one}: {connections[one].address}")
            for finding in findings:
                click.echo(f"  {_MARKS[finding.kind]} {finding.text}")
        click.echo(
            "Whether the contract is kept in full, the conformance suite tries at an endpoint made for trying: "
            "./aratohu agency conformance --help"
        )
    sys.exit(int(any(one.kind == "fault" for findings in found.values() for one in findings)))


@agency.command("conformance")
@click.argument("url")
@click.option("--token-url", help="Where the agency gives tokens, if not at oauth/token below URL.")
@click.option("--client-id", default="aratohu", show_default=True, help="The id that the agency gave Aratohu.")
@click.option(
    "--answers", type=click.File(encoding="utf-8"), help="YAML: good answers by service, if made-up ones fail."
)
@click.option(
    "--callback-url", help="Where the agency reaches this machine, if not at the address that is listened on."
)
@click.option("--listen", "listening", default="127.0.0.1:0", show_default=True, help="Host and port to listen on.")
@click.option("--no-webhooks", is_flag=True, help="Leave webhooks out, where the agency can't reach this machine.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def conformance(
    url: str,
    token_url: str | None,
    client_id: str,
    answers: TextIO | None,
    callback_url: str | None,
    listening: str,
    no_webhooks: bool,
    as_json: bool,
) -> None:
    """Try every call of the contract at URL, such as https://agency.example/v1, well and badly, and report.

    The client secret is read from AGENCY_CLIENT_SECRET, the webhooks' from AGENCY_WEBHOOK_SECRET. For the sandbox on
    this machine they are known. What is started is taken back. Ends with 1 where the contract is not kept.
    """
    secret, webhook_secret = os.environ.get(_SECRET, ""), os.environ.get(_WEBHOOKS, "")
    if is_loopback(url) and not secret:
        settings = Settings.load()
        secret = settings.sandbox_client_secret.get_secret_value()
        webhook_secret = webhook_secret or settings.webhook_secret.get_secret_value()
    if not secret:
        raise click.UsageError(f"Put the client secret that the agency gave into the environment, as {_SECRET}.")
    if not webhook_secret and not no_webhooks:
        raise click.UsageError(f"Put the webhooks' secret into the environment, as {_WEBHOOKS}, or use --no-webhooks.")
    given: dict[str, Any] = yaml.safe_load(answers) if answers else {}
    host, _, port = listening.rpartition(":")
    if not port.isdigit():
        raise click.UsageError("--listen takes a host and a port, such as 127.0.0.1:8200.")
    with contextlib.ExitStack() as open:
        listener = None if no_webhooks else open.enter_context(listen(host, int(port), callback_url))
        visit = Visit(
            url, client_id, secret, webhook_secret, load().facts, given=given, listener=listener, token_url=token_url
        )
        open.callback(visit.close)
        report = run(visit, url)
    click.echo(report.model_dump_json(indent=2) if as_json else write(report))
    sys.exit(0 if report.is_good else 1)
