"""Looks at a connected agency from here: whether it lets us in, and whether it offers what is to be started there.

Nothing is started. That is for the conformance suite, at an endpoint of the agency's that is made for trying.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel

from cases.agency import AgencyUnavailable, NotAccepted
from catalogue import Catalogue, Service
from connectors.agencies.connections import Connection
from connectors.agencies.contract import VERSION, Capabilities, Capability
from connectors.agencies.http import HttpAgency, is_loopback


class Finding(BaseModel):
    """One thing that was looked at. ``fault``: applications would fail. ``hint``: worth a look."""

    kind: Literal["ok", "fault", "hint"]
    text: str


def inspect(
    connection: Connection, catalogue: Catalogue, transport: httpx.BaseTransport | None = None
) -> list[Finding]:
    """What an operator should know about a connection, from one call of its ``/capabilities``."""
    return list(_look(connection, catalogue, transport))


def _look(connection: Connection, catalogue: Catalogue, transport: httpx.BaseTransport | None) -> Iterator[Finding]:
    client = HttpAgency(
        connection.address,
        connection.client_id,
        connection.client_secret,
        token_url=connection.token_url,
        transport=transport,
    )
    try:
        found = client.capabilities()
    except (AgencyUnavailable, NotAccepted) as error:
        yield Finding(kind="fault", text=f"Its services can't be read: {error}. {_mend(str(error), connection)}")
        return
    finally:
        client.close()
    yield Finding(kind="ok", text="It gives a token and says what can be started.")
    yield from _self(connection, found)
    offers = {one.service: one for one in found.services}
    for id in connection.services:
        yield from _service(catalogue.services[id], offers.get(id), set(catalogue.facts))
    more = [id for id in offers if id in catalogue.services and id not in connection.services]
    if more:
        yield Finding(kind="hint", text=f"It offers more, which you left out under `services`: {', '.join(more)}.")
    yield from _callback(connection)


def _mend(reason: str, connection: Connection) -> str:
    if "token" in reason and "status 4" in reason:
        return f"Check client_id and client_secret, and that tokens are given at {connection.token_url}."
    if "connection" in reason or "no answer" in reason:
        return "Check the address, and that this machine may reach it."
    return "Ask the agency, and show it docs/agency-contract.md."


def _self(connection: Connection, found: Capabilities) -> Iterator[Finding]:
    if found.agency != connection.agency:
        said = f"It calls itself “{found.agency}”, and the file calls it “{connection.agency}”. Check the address."
        yield Finding(kind="fault", text=said)
    if found.contract.partition(".")[0] != VERSION.partition(".")[0]:
        said = f"It speaks version {found.contract} of the contract; this program speaks {VERSION}."
        yield Finding(kind="fault", text=said)


def _service(service: Service, offer: Capability | None, facts: set[str]) -> Iterator[Finding]:
    if offer is None:
        said = f"{service.id}: it does not offer this. Take it out of `services`, or ask the agency to switch it on."
        yield Finding(kind="fault", text=said)
        return
    wanted = "handover" if service.start.kind == "link" else "api"
    if offer.kind != wanted:
        yield Finding(kind="fault", text=f"{service.id}: its kind is `{offer.kind}` there and must be `{wanted}`.")
    asked = {*service.start.form, *service.start.optional}
    missing = [fact for fact in offer.required if fact not in asked]
    if missing:
        unknown = [fact for fact in missing if fact not in facts]
        said = f"{service.id}: it needs {', '.join(missing)}, which the form here does not ask for."
        said += f" The catalogue does not know {', '.join(unknown)}." if unknown else " Add them to the service's form."
        yield Finding(kind="fault", text=said)
    unwanted = [fact for fact in service.start.form if fact not in (*offer.required, *offer.optional)]
    if unwanted:
        said = f"{service.id}: the form asks for {', '.join(unwanted)}, which it does not take. It may refuse them."
        yield Finding(kind="hint", text=said)
    if not missing and offer.kind == wanted:
        yield Finding(kind="ok", text=f"{service.id}: offered, and the form asks for all that it needs.")


def _callback(connection: Connection) -> Iterator[Finding]:
    url = connection.callback_url or ""
    if is_loopback(url) and not is_loopback(connection.address):
        said = f"Its webhooks would go to {url}, which it can't reach. Set ARATOHU_PUBLIC_URL, or `callback_url`."
        yield Finding(kind="fault", text=said)
    elif urlsplit(url).scheme != "https" and not is_loopback(url):
        yield Finding(kind="fault", text=f"Its webhooks would go to {url}, without TLS. Use an address with https://.")
