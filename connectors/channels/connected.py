"""The connections that the settings name: read once, and refused like any other setting."""

from __future__ import annotations

from dataclasses import replace

from catalogue import Catalogue
from connectors.agencies.connections import Connection, ConnectionsError, read, variables
from connectors.agencies.webhooks import Webhooks
from connectors.channels.settings import Settings, SettingsError, variable


def connected(settings: Settings, catalogue: Catalogue) -> dict[str, Connection]:
    """The agencies that are really connected, by id.

    Raises:
        SettingsError: where the file can't be used.
    """
    if settings.agencies is None:
        return {}
    try:
        found = read(settings.agencies, catalogue)
    except ConnectionsError as error:
        raise SettingsError(f"{variable('agencies')}: {error}") from None
    here = f"{settings.public_url}/internal/agencies"
    return {id: replace(one, callback_url=one.callback_url or f"{here}/{id}/changes") for id, one in found.items()}


def hidden(settings: Settings) -> frozenset[str]:
    """Environment variables that hold agencies' secrets, which no other program is told.

    Raises:
        SettingsError: where the file can't be used.
    """
    if settings.agencies is None:
        return frozenset()
    try:
        return variables(settings.agencies)
    except ConnectionsError as error:
        raise SettingsError(f"{variable('agencies')}: {error}") from None


class Signatures:
    """Who signs what: each connected agency with its own secret, those of the sandbox with theirs."""

    def __init__(self, settings: Settings, connections: dict[str, Connection]) -> None:
        self._connected = {id: Webhooks(one.webhook_secret) for id, one in connections.items()}
        self._sandbox = Webhooks(settings.webhook_secret.get_secret_value()) if settings.sandbox else None

    def of(self, agency: str) -> Webhooks | None:
        """Reads what ``agency`` signed; None where nobody has a secret to sign with in its name."""
        return self._connected.get(agency, self._sandbox)
