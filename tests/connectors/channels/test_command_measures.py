"""``./aratohu measures``."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.channels.command.group import commands


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path / "data"))


def run(*words: str, given: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(commands, ["measures", *words], input=given)
    return done.exit_code, done.output


def test_what_was_published_and_what_is_reported() -> None:
    assert run("take", "-", given="service,quarter,digital,total\nrenew-passport,2026-Q4,30,40\n") == (
        0,
        "1 counts were taken in.\n",
    )
    code, said = run()
    assert code == 0, said
    assert "2015-Q1   45.8 %  mean of the 10 services of Result 10" in said
    assert "2017-Q2      – %" in said


def test_a_file_that_is_wrong_is_not_taken_in(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("service,quarter,digital,total\nrenew-pasport,2026-Q4,30,40\n", encoding="utf-8")
    code, said = run("take", str(file))
    assert code == 1
    assert "counts.csv was not taken in." in said
    assert "line 2: there is no service `renew-pasport`" in said
