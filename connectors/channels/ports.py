"""Ports for programs that are started for a while: for a rehearsal, for a test."""

from __future__ import annotations

import contextlib
import random
import socket

FROM, BELOW = 10_000, 30_000
"""Systems give outgoing connections their ports from above these (Linux from 32768, others from 49152). A port out of
that range may be taken by any connection while its program restarts; asking for it then can even meet itself."""

_TRIES = 200


def free_ports(number: int) -> list[int]:
    """Ports of this machine that no program listens on, all different.

    Raises:
        OSError: where so few are free that none was found.

    >>> len(set(free_ports(3)))
    3
    """
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in random.sample(range(FROM, BELOW), _TRIES):
            if len(found) == number:
                break
            one = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                one.bind(("127.0.0.1", port))
                found.append(port)
    if len(found) < number:
        raise OSError(f"No {number} free ports were found from {FROM} to {BELOW}. Close some programs and try again.")
    return found
