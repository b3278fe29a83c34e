"""``agency``: does an agency's endpoint keep the agency contract?"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, TextIO

import click
import yaml

from catalogue import load
from connectors.agencies.conformance.listener import listen
from connectors.agencies.conformance.report import run, write
from connectors.agencies.conformance.visit import Visit
from connectors.agencies.http import is_loopback
from connectors.channels.settings import Settings

_SECRET, _WEBHOOKS = "AGENCY_CLIENT_SECRET", "AGENCY_WEBHOOK_SECRET"


@click.group("agency")
def agency() -> None:
    """For the developers of an agency that joins."""


@agency.command("conformance")
@click.argument("url")
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
        visit = Visit(url, client_id, secret, webhook_secret, load().facts, given=given, listener=listener)
        open.callback(visit.close)
        report = run(visit, url)
    click.echo(report.model_dump_json(indent=2) if as_json else write(report))
    sys.exit(0 if report.is_good else 1)
