"""From an agency's id to the client that reaches it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

import httpx

from cases.agency import Agency
from connectors.agencies.http import HttpAgency


class Directory:
    """Clients by agency id, each made when it is first asked for and kept.

    Args:
        base_url: where agencies are; the contract of one begins at ``{base_url}/{agency}/v1``.
        callback_url: where they send webhooks; ``{agency}`` in it becomes the agency's id. None for no webhooks.
        timeout: seconds for each part of a call.
        may_send_to: whether people may be sent to an address that is not on the agency's own host.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        callback_url: str | None = None,
        *,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        may_send_to: Callable[[str], bool] = lambda url: False,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._callback_url = callback_url
        self._timeout = timeout
        self._transport = transport
        self._may_send_to = may_send_to
        self._clients: dict[str, HttpAgency] = {}
        self._lock = threading.Lock()

    def agency(self, id: str) -> Agency:
        """The client of an agency, by its id in the catalogue."""
        with self._lock:
            if id not in self._clients:
                self._clients[id] = HttpAgency(
                    f"{self._base_url}/{id}/v1",
                    self._client_id,
                    self._client_secret,
                    self._callback_url.replace("{agency}", id) if self._callback_url else None,
                    timeout=self._timeout,
                    transport=self._transport,
                    may_send_to=self._may_send_to,
                )
            return self._clients[id]

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
