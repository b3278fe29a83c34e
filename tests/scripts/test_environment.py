"""Setting up: what is found, what is skipped, and what is said when something can't be had."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import browser, environment, interpreters, progress
from scripts.progress import SetupError

ROOT = Path(__file__).resolve().parents[2]


def program(file: Path, text: str) -> Path:
    """A small program at ``file``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH and a pyenv of the test's own; returns the folder that PATH names."""
    found = tmp_path / "bin"
    found.mkdir()
    monkeypatch.setenv("PATH", f"{found}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return found


def test_a_python_that_does_not_answer_is_passed_over(alone: Path, tmp_path: Path) -> None:
    # As a pyenv shim for a version that is not switched on does.
    program(alone / "python3.99", "echo 'python3.99: command not found' >&2; exit 127")
    newer = program(tmp_path / "pyenv/versions/3.99.10/bin/python3.99", "echo 3.99")
    program(tmp_path / "pyenv/versions/3.99.9/bin/python3.99", "echo 3.99")
    assert interpreters.python(["3.99"], "the test", "/nowhere/uv", tmp_path / "log") == str(newer)


def test_uv_fetches_a_python_that_is_not_there(alone: Path, tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    uv = program(
        tmp_path / "uv",
        f'case "$2" in\n'
        f"install) echo '#!/bin/sh' > {fetched}; echo 'echo 3.99' >> {fetched}; chmod +x {fetched} ;;\n"
        f"find) [ -x {fetched} ] && echo {fetched} ;;\nesac",
    )
    assert interpreters.python(["3.99"], "the test", str(uv), tmp_path / "log") == str(fetched)


def test_no_python_at_all_says_what_to_install(alone: Path, tmp_path: Path) -> None:
    uv = program(tmp_path / "uv", "exit 2")
    with pytest.raises(SetupError) as stopped:
        interpreters.python(["3.99"], "The Rasa assistant", str(uv), tmp_path / "log")
    said = str(stopped.value)
    assert "The Rasa assistant needs Python 3.99" in said
    assert "pyenv install 3.99" in said
    assert "uv python install 3.99" in said


def test_an_environment_that_is_up_to_date_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "HOME", tmp_path / ".venv")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(interpreters, "uv", lambda *_: pytest.fail("nothing needs installing"))
    (tmp_path / "app.txt").write_text("one==1\n")
    program(tmp_path / ".venv/app/bin/python", "echo 3.11")
    installed = tmp_path / ".venv/app/installed"
    installed.mkdir()
    (installed / "app.txt").write_text("one==1\n")
    environment.environment("app", ["app.txt"], ["3.11"], "the test")


def test_an_interrupted_installation_is_done_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "HOME", tmp_path / ".venv")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(environment, "LOG", tmp_path / "log")
    calls = tmp_path / "calls"
    uv = program(tmp_path / "uv", f'echo "$@" >> {calls}')
    failing = program(tmp_path / "failing", "echo no network >&2; exit 1")
    (tmp_path / "app.txt").write_text("one==2\n")
    (tmp_path / "dev.txt").write_text("two==2\n")
    program(tmp_path / ".venv/app/bin/python", "echo 3.11")
    installed = tmp_path / ".venv/app/installed"
    installed.mkdir()
    (installed / "app.txt").write_text("one==1\n")
    (installed / "dev.txt").write_text("two==2\n")

    monkeypatch.setattr(interpreters, "uv", lambda *_: str(failing))
    with pytest.raises(SetupError, match="no network"):
        environment.environment("app", ["app.txt"], ["3.11"], "the test")
    assert not installed.exists()

    monkeypatch.setattr(interpreters, "uv", lambda *_: str(uv))
    environment.environment("app", ["app.txt", "dev.txt"], ["3.11"], "the test")
    assert (installed / "app.txt").read_text() == "one==2\n"
    assert calls.read_text().startswith("pip sync --require-hashes")
    # What the tests need stays when only the app is asked for.
    (tmp_path / "app.txt").write_text("one==3\n")
    environment.environment("app", ["app.txt"], ["3.11"], "the test")
    assert "dev.txt" in calls.read_text().splitlines()[-1]


def test_a_failing_tool_is_quoted_and_its_log_named(tmp_path: Path) -> None:
    tool = program(tmp_path / "tool", "echo first; echo the reason >&2; exit 3")
    with pytest.raises(SetupError) as stopped:
        progress.run([str(tool), "install"], log=tmp_path / "log")
    assert "tool install failed" in str(stopped.value)
    assert "the reason" in str(stopped.value)
    assert str(tmp_path / "log") in str(stopped.value)


def test_only_what_takes_long_is_announced(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with progress.step("A quick thing"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    with progress.step("A long thing"):
        subprocess.run(["sleep", "0.3"], check=True)
    captured = capsys.readouterr()
    assert captured.err.startswith("A long thing …\n  done in")
    assert captured.out == ""


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert environment.main(["kitchen"]) == 2
    assert "app" in capsys.readouterr().err


def test_a_named_browser_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_CHROMIUM", "/opt/browser")
    assert browser.find(Path(sys.executable)) == "/opt/browser"


def test_what_sets_up_needs_nothing_but_the_standard_library() -> None:
    # Isolated, and without the environment's own packages: as a machine on which nothing was installed.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "scripts.environment"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Usage" in done.stderr


def test_the_launcher_works_from_anywhere_and_through_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (elsewhere / "connectors").mkdir()
    (elsewhere / "connectors" / "__init__.py").write_text("raise RuntimeError('the wrong one')\n")
    (elsewhere / "first").symlink_to(ROOT / "aratohu")
    (elsewhere / "second").symlink_to("first")
    surroundings = {name: text for name, text in os.environ.items() if not name.startswith("ARATOHU_")}
    done = subprocess.run(
        ["./second", "settings"],
        cwd=elsewhere,
        env={**surroundings, "ARATOHU_DATA_DIR": "kept here"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"ARATOHU_DATA_DIR={elsewhere}/kept here\n" in done.stdout


def test_bad_usage_ends_with_two() -> None:
    for arguments, said in {"settings --loud": "No such option", "sing": "No such command"}.items():
        done = subprocess.run(
            [str(ROOT / "aratohu"), *arguments.split()], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""
