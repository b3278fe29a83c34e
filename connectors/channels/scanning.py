"""Looks into files with ClamAV, by clamd's own protocol (``man clamd``, INSTREAM), over TCP or a local socket.

No client fits: aioclamd (MIT, kept) knows no sockets, on which Debian's clamd listens, and clamav-client (kept) is
under GPL-2.0 alone. What is spoken is a word, the file in pieces, each after its length, and one line back.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable
from urllib.parse import urlsplit

from cases.documents import DocumentRefused, ScanFailed
from connectors.channels.settings import Settings

SECONDS = 20.0
"""How long connecting may take, and each word back."""

_PIECE = 65_536
_log = logging.getLogger(__name__)


def scanner(settings: Settings) -> Callable[[bytes], None] | None:
    """What looks into files, as the settings have it; None where nothing does."""
    return Clamd(settings.clamd).scan if settings.clamd else None


class Clamd:
    """A clamd at ``tcp://host:port`` or ``unix:///folder/socket``. Threads may share one."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self._parts = urlsplit(url)
        self._seconds = seconds

    def scan(self, content: bytes) -> None:
        """Lets a file pass in which nothing is found.

        Raises:
            DocumentRefused: where something is found.
            ScanFailed: where clamd can't be asked, or did not look at the whole file.
        """
        try:
            said = self._ask(content)
        except OSError as error:
            _log.warning("clamd can't be reached (%s); files are refused until it can", type(error).__name__)
            raise ScanFailed from None
        if said == "stream: OK":
            return
        if said.endswith(" FOUND"):
            # The name of what was found, and nothing of the file.
            _log.warning(
                "clamd found %s in a file that was given", said.removeprefix("stream: ").removesuffix(" FOUND")
            )
            raise DocumentRefused(
                "The virus scanner found something harmful in this file, so we did not take it. "
                "Choose another file, or send it to the agency another way."
            )
        # Such as a limit of clamd's that is lower than ours: then nobody has looked at the whole of it.
        _log.warning("clamd answered %r; files are refused until that is mended", said[:200])
        raise ScanFailed

    def _ask(self, content: bytes) -> str:
        with self._connect() as open:
            open.settimeout(self._seconds)
            open.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                open.sendall(struct.pack(">L", len(piece)) + piece)
            open.sendall(struct.pack(">L", 0))
            said = b""
            while not said.endswith(b"\0") and (more := open.recv(4096)):
                said += more
        return said.rstrip(b"\0").decode("ascii", "replace").strip()

    def _connect(self) -> socket.socket:
        if self._parts.scheme == "unix":
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(self._seconds)
            try:
                made.connect(self._parts.path)
            except OSError:
                made.close()
                raise
            return made
        return socket.create_connection((self._parts.hostname or "", self._parts.port or 3310), self._seconds)
