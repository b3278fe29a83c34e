"""The catalogue's commands: what they write, and what they say when they can't."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import catalogue
from connectors.channels.command.catalogue import catalogue_group, find, plan

SERVICE = ("new", "service")


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(catalogue_group, arguments, input=given)


def test_export_and_import_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path / "data"))
    made = run("export")
    assert made.exit_code == 0
    assert len(json.loads(made.stdout)["@graph"]) > 1000
    drafts = tmp_path / "drafts"
    read = run("import", "-", "--to", str(drafts), given=made.stdout)
    assert read.exit_code == 0, read.output
    assert (drafts / "services" / "dia" / "register-birth.yml").exists()
    assert f"{len(catalogue.load().services)} services of {len(catalogue.load().agencies)} agencies" in read.stdout
    again = run("import", "-", "--to", str(drafts), given=made.stdout)
    assert again.exit_code == 1
    assert "is there already, and nothing is written over" in again.output


def test_export_as_a_table() -> None:
    lines = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").stdout)))
    assert len(lines) == len(catalogue.load().services)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "no-such-file.jsonld"), "No such file"),
        (
            ("new", "service", "Feed Cat", "--agency", "dia", "--life-event", "moving_house"),
            "lower-case words joined by",
        ),
        (("new", "service", "renew-passport", "--agency", "dia", "--life-event", "moving_house"), "already"),
        (("new", "service", "feed-cat", "--agency", "dai", "--life-event", "moving_house"), "Did you mean `dia`?"),
        (
            ("new", "service", "feed-cat", "--agency", "dia", "--life-event", "moving_hous"),
            "Did you mean `moving_house`?",
        ),
        (("new", "agency", "cats", "--host", "https://cats.example.nz/"), "Write it without https://"),
        (("new", "life-event", "having-a-cat", "--eu-code", "BIR"), "joined by underscores"),
        (("preview", "renew-pasport"), "Did you mean `renew-passport`?"),
        (("rehearse", "renew-pasport"), "Did you mean `renew-passport`?"),
        (("stale", "--agency", "dai"), "Did you mean `dia`?"),
        (("diff", "no-such-revision"), "git has no catalogue at `no-such-revision`"),
    ],
)
def test_what_can_not_be_done_says_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code in (1, 2)
    assert said in result.output


def test_stale_tells_each_agency_its_own() -> None:
    told = run("stale", "--agency", "volunteering-nz", "--today", "2026-11-23")
    assert "find-volunteering: no source confirms it" in told.stdout
    lines = [json.loads(line) for line in run("stale", "--json").stdout.splitlines()]
    assert {"kind", "id", "agency", "why", "assured_date"} == set(lines[0])


def test_find_says_by_which_name() -> None:
    told = CliRunner().invoke(find, ["the", "dole"]).stdout
    assert "jobseeker-support" in told
    assert "also called “the dole”" in told
    assert "Nothing fits" in CliRunner().invoke(find, ["bitcoin", "price"]).stdout


def test_a_plan_with_answers_says_what_is_not_for_you(tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("housing: rent\n", encoding="utf-8")
    told = CliRunner().invoke(plan, ["moving_house", "--answers", str(file), "--today", "2026-11-23"]).stdout
    assert "NOT FOR YOU, AND WHY" in told
    assert "you own your home and your income is low" in told.partition("NOT FOR YOU")[2]
    file.write_text("huosing: rent\n", encoding="utf-8")
    wrong = CliRunner().invoke(plan, ["moving_house", "--answers", str(file)])
    assert "did you mean `housing`?" in wrong.output
