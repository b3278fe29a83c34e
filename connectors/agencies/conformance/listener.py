"""Where the agency's webhooks arrive while it is tried: a small server on this machine."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LARGEST = 1_000_000


@dataclass
class Call:
    """A webhook as it came. ``at`` is when, in seconds."""

    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Listener:
    """What came. The first call of all is answered 503, so that the agency has to send it again."""

    url: str
    calls: list[Call] = field(default_factory=list)

    def wait(self, number: int, seconds: float) -> bool:
        """Waits until ``number`` calls have come; gives whether they did in time."""
        end = time.monotonic() + seconds
        while len(self.calls) < number and time.monotonic() < end:
            time.sleep(0.05)
        return len(self.calls) >= number


@contextlib.contextmanager
def listen(host: str, port: int, url: str | None) -> Iterator[Listener]:
    """A listener on ``host``:``port`` (0 for any). ``url`` is where the agency reaches it, if that is elsewhere."""
    made = Listener("")

    class Handler(BaseHTTPRequestHandler):
        """Keeps what comes."""

        def do_POST(self) -> None:
            """Takes one webhook."""
            size = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
            call = Call(
                {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(size), time.time()
            )
            status = 204 if made.calls else 503
            made.calls.append(call)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((host, port), Handler)
    made.url = url or f"http://{host}:{server.server_port}/changes"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
