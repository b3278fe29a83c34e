"""Finds the Pythons that the two environments are made of, and uv, which makes them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.progress import SetupError, answer, run, say, step

# The modules that a Python compiled without some library lacks, and that we cannot do without.
NEEDED = "bz2, ctypes, sqlite3, ssl, zlib"
PROBE = f"import {NEEDED}, sys; print('%d.%d' % sys.version_info[:2])"


def uv(folder: Path, pinned: Path, log: Path) -> str:
    """A uv of our own, installed with pip into a private folder; nothing is changed outside the project."""
    private = [folder / "bin" / "uv", folder / "target" / "bin" / "uv"]
    for program in private:
        if answer([str(program), "--version"]):
            return str(program)

    install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(pinned)]
    reasons = []
    with step("Installing uv, which installs the rest"):
        try:
            shutil.rmtree(folder, ignore_errors=True)
            run([sys.executable, "-m", "venv", str(folder)], log=log)
            run([str(folder / "bin" / "python"), "-m", "pip", *install], log=log)
            return str(private[0])
        except SetupError as error:
            # Debian and Ubuntu ship a Python whose venv has no pip, unless python3-venv is installed.
            reasons.append(str(error))
        try:
            shutil.rmtree(folder, ignore_errors=True)
            run([sys.executable, "-m", "pip", *install, "--target", str(folder / "target")], log=log)
            return str(private[1])
        except SetupError as error:
            reasons.append(str(error))
    common = shutil.which("uv")
    if common:
        say(f"uv could not be installed into {folder}; using {common} instead.")
        return common
    raise SetupError(
        "uv, the tool that installs everything else, could not be installed.\n"
        "Either let this Python make environments (Debian and Ubuntu: apt-get install python3-venv),\n"
        "or install uv yourself so that it is found in PATH. Then start this again.\n\n" + reasons[-1]
    )


def python(versions: list[str], purpose: str, uv_program: str, log: Path) -> str:
    """A Python of one of these versions: from PATH, pyenv or uv, or else fetched by uv."""
    for version in versions:
        for candidate in _candidates(version):
            if answer([candidate, "-c", PROBE]) == version:
                return candidate
        known = answer([uv_program, "python", "find", "--no-python-downloads", version])
        if known and answer([known, "-c", PROBE]) == version:
            return known
    wanted = versions[0]
    try:
        with step(f"Fetching Python {wanted} for {purpose}"):
            run([uv_program, "python", "install", wanted], log=log)
    except SetupError as error:
        raise SetupError(_where_to_get(wanted, versions, purpose)) from error
    fetched = answer([uv_program, "python", "find", "--managed-python", "--no-python-downloads", wanted])
    if fetched and answer([fetched, "-c", PROBE]) == wanted:
        return fetched
    raise SetupError(_where_to_get(wanted, versions, purpose))


def _candidates(version: str) -> Iterator[str]:
    """Everything that may be that Python. A pyenv shim may stand for one that is not switched on: each is asked."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(folder or ".") / f"python{version}"
        if program.is_file():
            yield str(program)
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for home in sorted(pyenv.glob(f"{version}*"), key=_release, reverse=True):
        program = home / "bin" / f"python{version}"
        if program.is_file():
            yield str(program)


def _release(home: Path) -> tuple[int, ...]:
    """3.10.13 is newer than 3.10.9, though it sorts before it as text."""
    return tuple(int(part) if part.isdigit() else -1 for part in home.name.split("."))


def _where_to_get(wanted: str, versions: list[str], purpose: str) -> str:
    others = f" (or {', '.join(versions[1:])})" if len(versions) > 1 else ""
    return (
        f"{purpose} needs Python {wanted}{others}, and none that works was found in PATH, in pyenv or through uv.\n"
        "Fetching it did not work either: is this machine offline? Install it in one of these ways, "
        "then start this again:\n"
        f"  pyenv install {wanted}\n"
        f"  uv python install {wanted}\n"
        f"  your system's packages, where they have it (python{wanted})\n"
        f"It needs its modules {NEEDED}, which some home-made Pythons lack."
    )
