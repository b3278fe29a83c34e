"""From an agency's id to the client that reaches it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType

import httpx

from cases.agency import Agency, AgencyUnavailable
from connectors.agencies.connections import Connection
from connectors.agencies.http import HttpAgency


class Directory:
    """Clients by agency id, each made when it is first asked for and kept.

    Args:
        base_url: where the sandbox agencies are; the contract of one begins at ``{base_url}/{agency}/v1``. None where
            there are none.
        callback_url: where they send webhooks; ``{agency}`` in it becomes the agency's id. None for no webhooks.
        connected: the agencies that are really connected, by id. They go before those of the sandbox.
        timeout: seconds for each part of a call.
        may_send_to: whether people may be sent to an address that is not on the agency's own host.
    """

    def __init__(
        self,
        base_url: str | None,
        client_id: str,
        client_secret: str,
        callback_url: str | None = None,
        *,
        connected: Mapping[str, Connection] = MappingProxyType({}),
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        may_send_to: Callable[[str], bool] = lambda url: False,
    ) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._connected = connected
        self._client_id = client_id
        self._client_secret = client_secret
        self._callback_url = callback_url
        self._timeout = timeout
        self._transport = transport
        self._may_send_to = may_send_to
        self._clients: dict[str, HttpAgency] = {}
        self._lock = threading.Lock()

    def agency(self, id: str) -> Agency:
        """The client of an agency, by its id in the catalogue.

        Raises:
            AgencyUnavailable: where it is not connected, and no sandbox plays it.
        """
        with self._lock:
            if id not in self._clients:
                self._clients[id] = self._client(id)
            return self._clients[id]

    def _client(self, id: str) -> HttpAgency:
        callback = self._callback_url.replace("{agency}", id) if self._callback_url else None
        connection = self._connected.get(id)
        if connection is None and self._base_url is None:
            raise AgencyUnavailable("it is not connected")
        if connection is None:
            address, token_url = f"{self._base_url}/{id}/v1", None
            client_id, client_secret = self._client_id, self._client_secret
        else:
            address, token_url = connection.address, connection.token_url
            client_id, client_secret = connection.client_id, connection.client_secret
            callback = connection.callback_url or callback
        return HttpAgency(
            address,
            client_id,
            client_secret,
            callback,
            token_url=token_url,
            timeout=self._timeout,
            transport=self._transport,
            may_send_to=self._may_send_to,
        )

    def close(self) -> None:
        """Gives all connections back."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def __enter__(self) -> Directory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
