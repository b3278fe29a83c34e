"""Follows docs/joining.md to the letter, in a copy of the project: its commands are run, what it shows is seen."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "joining.md"


@dataclass
class Block:
    """A fenced block of the page: its kind (``sh``, ``text``, ``yaml``), what stands behind that, and its lines."""

    kind: str
    more: str
    text: str


def blocks() -> list[Block]:
    found = re.findall(r"^```(\w+) ?(.*?)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(*one) for one in found]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project under git, with the environments that are installed here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    copy = tmp_path / "aratohu"
    for name in filter(None, listed.split("\0")):
        # Examples, pictures and the tests of other parts are not needed here, and are most of it.
        if (ROOT / name).is_file() and not name.startswith(("nlu_data/", "docs/pictures/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    me = ["-c", "user.name=Newcomer", "-c", "user.email=newcomer@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "catalogue"], [*me, "commit", "-q", "-m", "As it was"]):
        subprocess.run(["git", *command], cwd=copy, check=True, capture_output=True)
    return copy


@pytest.mark.slow
def test_a_newcomer_gets_there(project: Path) -> None:
    said = ""
    commands = []
    for block in blocks():
        if block.kind == "yaml":
            file = project / block.more
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.kind == "sh":
            ran = subprocess.run(["bash", "-ec", block.text], cwd=project, capture_output=True, text=True, check=False)
            said = ran.stdout + ran.stderr
            assert (ran.returncode != 0) == (block.more == "fails"), said
            commands += re.findall(r"\./aratohu (?:catalogue )?(\w+)", block.text)
        else:
            assert block.kind == "text"
            for line in block.text.splitlines():
                assert line in said, f"the page promises {line!r}, and there was:\n{said}"
    assert {"new", "check", "find", "preview", "rehearse", "diff"} <= set(commands)
