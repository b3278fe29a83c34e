"""A server that speaks clamd's protocol as far as INSTREAM goes, for tests: a real clamd is no part of a fresh machine.

``python -m tests.connectors.channels.clamd`` tries the same with a real one, where Debian's clamav-daemon is installed.
"""

from __future__ import annotations

import contextlib
import shutil
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from cases.documents import DocumentRefused, ScanFailed
from connectors.channels.scanning import Clamd

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and which does nothing: in two parts here, so that no scanner finds this file."""

MD5 = "44d88612fea8a8f36de82e1278abb02f"


class Played(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Answers FOUND where the file holds :data:`EICAR`. ``limit`` is its StreamMaxLength; ``silent``: no answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, limit: int = 25_000_000) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.limit, self.silent = limit, False
        self.got: list[bytes] = []

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class Asked(socketserver.StreamRequestHandler):
    """One connection: a command, pieces, an answer."""

    server: Played

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack(">L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.got.append(content)
        if self.server.silent:
            time.sleep(2)
            return
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


@contextlib.contextmanager
def played(limit: int = 25_000_000) -> Iterator[Played]:
    """The server, running."""
    with Played(limit) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def real(folder: Path) -> Iterator[str]:
    """A real clamd on a socket in ``folder``, with one signature of its own; gives its address."""
    database = folder / "signatures"
    database.mkdir()
    (database / "test.hdb").write_text(f"{MD5}:68:Eicar-Test-Signature\n")
    # By what stands in it too, so that a document around it is found as well.
    (database / "test.ndb").write_text(f"Eicar-In-A-File:0:*:{EICAR.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"DatabaseDirectory {database}\nLocalSocket {folder}/clamd.ctl\nForeground yes\nStreamMaxLength 6M\n"
        f"LogFile {folder}/clamd.log\nMaxThreads 2\n"
    )
    with subprocess.Popen(
        [shutil.which("clamd") or "/usr/sbin/clamd", "--config-file", str(settings)], stdout=subprocess.DEVNULL
    ) as program:
        end = time.monotonic() + 60
        while not (folder / "clamd.ctl").exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield f"unix://{folder}/clamd.ctl"
        program.terminate()


def main() -> int:
    """Tries a real clamd; gives 1 where something is not as it should be."""
    folder = Path(tempfile.mkdtemp(prefix="aratohu-clamd-"))
    folder.chmod(0o755)
    outcomes: dict[str, str] = {}
    try:
        with real(folder) as url:
            for name, content in {
                "a clean PDF of 5 MB": b"%PDF-1.7 " + b"x" * 4_999_980 + b"%%EOF",
                "EICAR": EICAR,
                "a JPEG photo around EICAR": b"\xff\xd8\xff\xe0" + EICAR + b"\xff\xd9",
                "more than clamd takes": b"x" * 7_000_000,
            }.items():
                try:
                    Clamd(url).scan(content)
                    outcomes[name] = "passes"
                except DocumentRefused:
                    outcomes[name] = "found"
                except ScanFailed:
                    outcomes[name] = "not scanned"
        try:
            Clamd(url).scan(b"x")
        except ScanFailed:
            outcomes["when it is away"] = "not scanned"
    finally:
        shutil.rmtree(folder)
    sys.stdout.write("".join(f"{name}: {outcome}\n" for name, outcome in outcomes.items()))
    wanted = ["passes", "found", "found", "not scanned", "not scanned"]
    return int(list(outcomes.values()) != wanted)


if __name__ == "__main__":
    sys.exit(main())
