"""The emergency notice from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.channels.command.notice import notice


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(notice, list(arguments))
    return result.exit_code, result.output


def test_a_notice_goes_up_and_down() -> None:
    assert run("show") == (0, "No notice is up.\n")
    put = run("set", "Flooding in Hawke’s Bay.", "--mi", "He waipuke.", "--link", "https://www.civildefence.govt.nz/")
    assert put == (0, "The notice is up.\n")
    code, said = run("show")
    assert code == 0
    assert "Flooding in Hawke’s Bay." in said
    assert "He waipuke." in said
    assert run("set", "It is over.", "--hours", "2")[0] == 0
    assert "until" in run("show")[1]
    assert "Flooding" not in run("show")[1]
    assert run("clear")[0] == 0
    assert run("show") == (0, "No notice is up.\n")


@pytest.mark.parametrize("arguments", [["set", " "], ["set", "x" * 501], ["set", "A", "--link", "javascript:alert(1)"]])
def test_what_can_not_be_shown_is_refused(arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2
    assert run("show") == (0, "No notice is up.\n")
