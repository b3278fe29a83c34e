"""Which agencies are really connected: where each is reached, with what, and for which services. Read from a file.

Secrets stand in the environment or in files of their own, and the file says where; in itself they are refused.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from catalogue import Catalogue, Service
from connectors.agencies.http import is_loopback

KEYS = ("address", "token_url", "client_id", "client_secret", "webhook_secret", "services", "callback_url")
_NEEDED = ("address", "client_id", "client_secret", "webhook_secret")
_SECRET = re.compile(r"(env|file):(.+)")


class ConnectionsError(Exception):
    """A file of connections that can't be used. The text names each fault and what to do; it holds no secret."""


@dataclass(frozen=True)
class Connection:
    """A connected agency.

    Attributes:
        agency: its id in the catalogue.
        address: where the contract's calls begin.
        token_url: where tokens are given.
        services: those that are started there; the agency's others are not started from here.
        callback_url: where it sends webhooks, or None for the place that the app thinks of.
        webhook_secret: ``whsec_`` and base64.
    """

    agency: str
    address: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    services: tuple[str, ...]
    callback_url: str | None = None


def read(file: Path, catalogue: Catalogue, environment: Mapping[str, str] = os.environ) -> dict[str, Connection]:
    """The connections that ``file`` describes, by agency.

    Raises:
        ConnectionsError: where something in it can't be used.
    """
    reader = _Reader(file, catalogue, environment)
    made = {id: reader.connection(id, told) for id, told in _parsed(file).items()}
    if reader.faults:
        raise ConnectionsError("\n".join(reader.faults))
    return {id: one for id, one in made.items() if one is not None}


def variables(file: Path) -> frozenset[str]:
    """The environment variables that hold the file's secrets, for those who must not pass them on."""
    told = [str(value) for one in _parsed(file).values() if isinstance(one, dict) for value in one.values()]
    return frozenset(value.removeprefix("env:").strip() for value in told if value.startswith("env:"))


def starts_by_contract(service: Service) -> bool:
    """Whether an agency gets answers about this service through the contract, as an application or for a form."""
    return service.start.kind == "api" or bool(service.start.form)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise ConnectionsError(
            f"{file} can't be read: {error.strerror}. Name a file that this program may read."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # The mark says where; the parser's own words might repeat a line, and somebody may have put a secret there.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConnectionsError(f"{file}{where}: this is no YAML. Mend it there.") from None
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise ConnectionsError(
            f"{file} must have one part for each agency, each under the agency's id, such as `dia:`."
        )
    return {str(id): one for id, one in told.items()}


class _Reader:
    """Reads one agency after the other, and collects what is wrong."""

    def __init__(self, file: Path, catalogue: Catalogue, environment: Mapping[str, str]) -> None:
        self._file, self._catalogue, self._environment = file, catalogue, environment
        self.faults: list[str] = []

    def connection(self, id: str, told: Any) -> Connection | None:
        """The connection of one agency, or None where it can't be used and ``faults`` say why."""
        before = len(self.faults)
        if id not in self._catalogue.agencies:
            self._wrong(
                id, "no agency in the catalogue has this id. `./aratohu agency list --all` lists those there are"
            )
            return None
        if not isinstance(told, dict):
            self._wrong(id, f"give it {', '.join(_NEEDED)}")
            return None
        for key in told:
            if key not in KEYS:
                self._wrong(f"{id}.{key}", f"there is no such key. There are {', '.join(KEYS)}")
        for key in _NEEDED:
            if not told.get(key):
                self._wrong(f"{id}.{key}", "it is missing")
        if len(self.faults) > before:
            return None
        address = self._address(f"{id}.address", told["address"])
        token = f"{address}/oauth/token"
        if told.get("token_url"):
            token = self._address(f"{id}.token_url", told["token_url"])
        callback = self._address(f"{id}.callback_url", told["callback_url"]) if told.get("callback_url") else None
        secret = self._secret(f"{id}.client_secret", told["client_secret"])
        webhooks = self._secret(f"{id}.webhook_secret", told["webhook_secret"])
        if webhooks and not _is_webhook_secret(webhooks):
            self._wrong(f"{id}.webhook_secret", "it must be whsec_ followed by 24 to 64 random bytes in base64")
        services = self._services(id, told.get("services"))
        if len(self.faults) > before:
            return None
        return Connection(id, address, token, str(told["client_id"]), secret, webhooks, services, callback)

    def _wrong(self, where: str, what: str) -> None:
        self.faults.append(f"{self._file}: {where}: {what}.")

    def _address(self, where: str, told: object) -> str:
        text = str(told).rstrip("/")
        try:
            parts = urlsplit(text)
            readable = bool(parts.hostname) and parts.scheme in ("http", "https") and (parts.port or 1) > 0
        except ValueError:
            readable = False
        if not readable or parts.query or parts.fragment:
            self._wrong(where, "write a web address such as https://agency.example/v1")
        elif parts.username is not None:
            self._wrong(where, "leave name and password out of the address, and use client_id and client_secret")
        elif parts.scheme != "https" and not is_loopback(text):
            self._wrong(where, "it must begin with https://. Answers of people go there")
        return text

    def _secret(self, where: str, told: object) -> str:
        found = _SECRET.fullmatch(str(told).strip())
        if found is None:
            # What stands there may be the secret, so it is not repeated.
            self._wrong(
                where,
                "don't write the secret here. Write env:NAME for an environment variable, or file:/folder/name for a "
                "file that holds nothing else",
            )
            return ""
        kind, name = found[1], found[2].strip()
        if kind == "env":
            if name.startswith("ARATOHU_"):
                self._wrong(where, f"{name} can't be used: names that begin with ARATOHU_ are settings. Choose another")
            elif not self._environment.get(name):
                self._wrong(where, f"the environment variable {name} is not set")
            return self._environment.get(name, "")
        try:
            text = (self._file.parent / Path(name).expanduser()).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self._wrong(where, f"{name} can't be read ({getattr(error, 'strerror', None) or 'it is no text'})")
            return ""
        if not text:
            self._wrong(where, f"{name} is empty")
        return text

    def _services(self, id: str, told: object) -> tuple[str, ...]:
        offered = [one.id for one in self._catalogue.services.values() if one.agency == id and starts_by_contract(one)]
        if told is None:
            return tuple(offered)
        if not isinstance(told, list) or not told:
            self._wrong(f"{id}.services", "write a list of services, or leave it out for all that can be started")
            return ()
        for one in told:
            if one not in offered:
                known = f"there are {', '.join(offered)}" if offered else "there are none"
                self._wrong(f"{id}.services", f"“{one}” can't be started at this agency; {known}")
        return tuple(map(str, told))


def _is_webhook_secret(text: str) -> bool:
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except (binascii.Error, ValueError):
        return False
    return text.startswith("whsec_") and 24 <= size <= 64
