"""Circuit breakers: an agency that fails again and again is left alone for a while, whoever wants to call it.

Libraries such as pybreaker let one caller through at a time while the circuit is closed, and know nothing of
``Retry-After``; this needs both.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5
"""Failures in a row that open the circuit."""

FIRST_REST, LONGEST_REST = 2.0, 300.0
"""Seconds that an open circuit rests: doubled at each failed probe, up to the longest."""


@dataclass
class _Circuit:
    failures: int = 0
    rest: float = FIRST_REST
    open_until: float = 0.0
    probing_until: float = 0.0


class Breakers:
    """One circuit per agency, in memory: a restart tries again at once. Threads share it.

    Args:
        clock: seconds, growing.
        probe_seconds: how long one caller may take to find out whether the agency is back, before another may.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, probe_seconds: float = 60.0) -> None:
        self._clock = clock
        self._probe_seconds = probe_seconds
        self._circuits: dict[str, _Circuit] = {}
        self._lock = threading.Lock()

    def wait(self, agency: str) -> float:
        """Seconds until the agency may be called; 0 means now, and after a rest makes the caller the one who probes."""
        with self._lock:
            circuit, at = self._circuits.get(agency), self._clock()
            if circuit is None or not circuit.open_until:
                return 0.0
            if at < circuit.open_until:
                return circuit.open_until - at
            if at < circuit.probing_until:
                return min(circuit.probing_until - at, circuit.rest)
            circuit.probing_until = at + self._probe_seconds
            return 0.0

    def is_open(self, agency: str) -> bool:
        """Whether the agency is being left alone. Asking makes nobody the one who probes."""
        with self._lock:
            circuit = self._circuits.get(agency)
            return circuit is not None and circuit.open_until > self._clock()

    def worked(self, agency: str) -> None:
        """The agency answered: the circuit closes."""
        with self._lock:
            self._circuits.pop(agency, None)

    def failed(self, agency: str, retry_after: float | None = None) -> None:
        """The agency could not be reached. Where it said for how long, nobody calls before that."""
        with self._lock:
            circuit, at = self._circuits.setdefault(agency, _Circuit()), self._clock()
            circuit.failures += 1
            circuit.probing_until = 0.0
            if retry_after is not None:
                circuit.open_until = max(circuit.open_until, at + retry_after)
            elif circuit.failures >= FAILURES:
                circuit.open_until = max(circuit.open_until, at + circuit.rest)
                circuit.rest = min(circuit.rest * 2, LONGEST_REST)
