"""A new release carries on what the last one began: its workflows, and its applications."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from cryptography.fernet import Fernet

import catalogue
from cases import Cases, Delivery
from insights import Ledger
from storage import Database, Sealed
from storage.migrate import config, migrate
from tests.cases.test_cases import ANSWERS, Played, consent, until

FIRST_RELEASE = """
    import os, sys, time
    from dbos import DBOS, SetWorkflowID

    DBOS(config={"name": "aratohu", "system_database_url": sys.argv[1], "application_version": "1",
                 "executor_id": "one", "log_level": "WARNING", "enable_otlp": False})

    @DBOS.step(name="attempt")
    def attempt(reference, number):
        return {"outcome": "later", "pause": 600.0}

    @DBOS.workflow(name="deliver", max_recovery_attempts=1_000_000)
    def deliver(reference):
        number = 0
        while True:
            made = attempt(reference, number)
            if made["outcome"] != "later":
                return made["outcome"]
            number += 1
            DBOS.sleep(made["pause"])

    DBOS.launch()
    with SetWorkflowID(sys.argv[2]):
        DBOS.start_workflow(deliver, sys.argv[2])
    time.sleep(1)
    os._exit(9)
"""
"""The first release's delivery, which tried on and on inside of its workflow, killed in the pause after a try."""


ROW = """
    INSERT INTO applications (reference, access_hash, request_hash, service, agency, language, answers, consent,
        access_code, state, sequence, created_at, updated_at, checked_at)
    VALUES (:reference, '', '', 'birth-certificate', 'dia', 'en', '', '', '', :state, 0, :at, :at, :at)
"""


def test_a_workflow_of_the_first_release_is_carried_on(tmp_path: Path) -> None:
    Sealed.use(Fernet.generate_key().decode())
    url, workflows = f"sqlite:///{tmp_path / 'cases.sqlite'}", f"sqlite:///{tmp_path / 'workflows.sqlite'}"
    migrate(url)
    database, agency = Database(url), Played()
    before = Cases(database, catalogue.load(), Ledger(database), lambda reference: None)
    reference = before.start("birth-certificate", ANSWERS, consent())[0].reference
    script = textwrap.dedent(FIRST_RELEASE)
    killed = subprocess.run([sys.executable, "-c", script, workflows, reference], check=False, timeout=120)
    assert killed.returncode == 9
    delivery = Delivery(lambda id: agency, workflows)
    cases = Cases(database, catalogue.load(), Ledger(database), delivery.send)
    delivery.launch(cases, follow_every=60, look_every=0.05)
    try:
        until(lambda: cases.get(reference).state == "received", 30)
        assert list(agency.arrived) == [reference]
    finally:
        delivery.stop()
        database.close()


def test_what_the_first_release_had_under_way_is_due_at_once_and_counts_as_tried(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    command.upgrade(config(url), "0005")
    engine = sa.create_engine(url)
    at = "2026-11-20 00:00:00.000000"
    with engine.begin() as connection:
        for reference, state in (("ARA-0001", "submitted"), ("ARA-0002", "received")):
            connection.execute(sa.text(ROW), {"reference": reference, "state": state, "at": at})
    migrate(url)
    with engine.begin() as connection:
        rows = connection.execute(
            sa.text("SELECT reference, due_at, tries, round FROM applications ORDER BY reference")
        )
        assert [tuple(row) for row in rows] == [("ARA-0001", at, 1, 0), ("ARA-0002", None, 0, 0)]
    engine.dispose()
