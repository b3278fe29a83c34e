"""``./aratohu check`` and ``./aratohu facts``."""

import json
from pathlib import Path

from click.testing import CliRunner

from connectors.channels.command.group import commands


def test_check(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"date_of_birth": "1990-03-27"}', encoding="utf-8")
    done = CliRunner().invoke(
        commands, ["check", "nz-super", "--facts", str(tmp_path / "facts.json"), "--date", "2026-11-23"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["service"], told["verdict"], told["decided_by"]) == ("nz-super", "no", ["age"])


def test_check_from_standard_input_of_several() -> None:
    done = CliRunner().invoke(
        commands, ["check", "nz-super", "supergold-card", "--facts", "-"], input="date_of_birth: 1990-03-27\n"
    )
    assert done.exit_code == 0, done.output
    assert [one["verdict"] for one in json.loads(done.output)["results"]] == ["no", "unknown"]


def test_check_of_what_has_no_rule() -> None:
    done = CliRunner().invoke(commands, ["check", "nz-supper"])
    assert done.exit_code == 2
    assert "Did you mean `nz-super`?" in done.output


def test_check_with_a_misspelt_fact() -> None:
    done = CliRunner().invoke(commands, ["check", "nz-super", "--facts", "-"], input='{"date_of_brith": "1990-03-27"}')
    assert done.exit_code == 1
    assert "did you mean `date_of_birth`?" in done.output


def test_check_with_facts_that_are_none() -> None:
    done = CliRunner().invoke(commands, ["check", "nz-super", "--facts", "-"], input="[1, 2]")
    assert done.exit_code == 1
    assert "holds no facts" in done.output


def test_facts() -> None:
    done = CliRunner().invoke(commands, ["facts", "nz-super", "--json"])
    assert done.exit_code == 0
    told = [json.loads(line) for line in done.output.splitlines()]
    assert "date_of_birth" in {one["id"] for one in told}
    assert all("nz-super" in one["rules"] for one in told)
    words = CliRunner().invoke(commands, ["facts"]).output
    assert "Why:" in words
    assert "In a list: I normally live in New Zealand" in words
    assert "Never in a list: Violence" in words


def test_report_on_the_rules(tmp_path: Path) -> None:
    case = "{name: A, expect: no, facts: {date_of_birth: 1990-01-01}}"
    (tmp_path / "a.yml").write_text(f"service: nz-super\nday: 2026-11-23\ngiven: {{}}\ncases:\n- {case}\n")
    done = CliRunner().invoke(commands, ["rules", "--cases", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "nz-super: age decides no yes" in done.output
    assert "nz-super: age decides no no" not in done.output
    assert "4 criteria, 1 cases." in done.output
    (tmp_path / "a.yml").write_text("service: nz-super\n")
    assert "is missing" in CliRunner().invoke(commands, ["rules", "--cases", str(tmp_path)]).output
