"""Sets up what is asked for, and does nothing where it is there already: python3 -m scripts.environment app bot …

Needs Python 3.8 and its standard library. Each part can be interrupted and started again: what says that a part is
done is written last.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import browser, interpreters
from scripts.progress import SetupError, answer, run, say, step

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
LOG = HOME / "setup.log"
REQUIREMENTS = ROOT / "requirements"
CHANNELS = ROOT / "connectors" / "channels"
NODE = 18

# Versions in the order in which they are tried. Rasa 3.6 runs in 3.10 alone.
APP_PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
BOT_PYTHONS = ["3.10"]


def environment(name: str, locks: list[str], pythons: list[str], what: str) -> None:
    """A virtual environment that holds exactly what its lock files say, each file checked by its hash."""
    folder = HOME / name
    program = folder / "bin" / "python"
    installed = folder / "installed"
    wanted = {lock: (REQUIREMENTS / lock).read_text("utf-8") for lock in locks}
    there = {file.name: file.read_text("utf-8") for file in installed.glob("*.txt")}
    if program.exists() and all(there.get(lock) == text for lock, text in wanted.items()):
        return
    uv = interpreters.uv(HOME / "uv", REQUIREMENTS / "uv.txt", LOG)
    if answer([str(program), "-c", interpreters.PROBE]) not in pythons:
        chosen = interpreters.python(pythons, what, uv, LOG)
        shutil.rmtree(folder, ignore_errors=True)
        run([uv, "venv", "--python", chosen, str(folder)], log=LOG)
        there = {}
    # What was added for the tests stays when only the program is asked for.
    files = sorted(set(wanted) | {lock for lock in there if (REQUIREMENTS / lock).exists()})
    shutil.rmtree(installed, ignore_errors=True)
    with step(f"Installing the libraries of {what}"):
        paths = [str(REQUIREMENTS / lock) for lock in files]
        # Compiled now: where Python may not write beside its libraries, every start would compile TensorFlow anew.
        options = ["--require-hashes", "--compile-bytecode", "--python", str(program)]
        run([uv, "pip", "sync", *options, *paths], log=LOG)
    unfinished = folder / "installing"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for lock in files:
        shutil.copyfile(REQUIREMENTS / lock, unfinished / lock)
    unfinished.rename(installed)


def encoder() -> None:
    """What exports the sentence encoder, apart from the rest: torch is a tool here, and takes much room."""
    folder = HOME / "encoder"
    wanted = (REQUIREMENTS / "encoder.in").read_text("utf-8")
    if _read(folder / "installed.txt") == wanted:
        return
    uv = interpreters.uv(HOME / "uv", REQUIREMENTS / "uv.txt", LOG)
    python = interpreters.python(APP_PYTHONS, "the encoder's tools", uv, LOG)
    with step("Installing what exports the encoder"):
        shutil.rmtree(folder, ignore_errors=True)
        run([uv, "venv", "--seed", "--python", python, str(folder)], log=LOG)
        # With pip, since that takes a torch that lies ready on the machine and needs no registry of its own.
        program = str(folder / "bin" / "python")
        run([program, "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS / "encoder.in")], log=LOG)
    _write(folder / "installed.txt", wanted)


def front_end() -> None:
    """Style sheets and scripts of the pages, built from the npm packages of package-lock.json."""
    lock = ROOT / "package-lock.json"
    packages = ROOT / "node_modules"
    stamp = HOME / "front-end"
    downloaded = _digest([lock])
    if not packages.is_dir() or _read(stamp / "packages") != downloaded:
        npm = _npm()
        with step("Installing the packages of the pages"):
            _write(stamp / "packages", "")
            # No package's own script is run: none that we use needs it.
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], log=LOG, cwd=ROOT)
        _write(stamp / "packages", downloaded)
    sources = [lock, ROOT / "scripts" / "front-end.mjs"]
    for folder in (CHANNELS / "styles", CHANNELS / "scripts"):
        sources += sorted(file for file in folder.rglob("*") if file.is_file())
    built = _digest(sources)
    if not (CHANNELS / "static" / "main.css").exists() or _read(stamp / "built") != built:
        with step("Building the pages' styles and scripts"):
            run([_npm(), "run", "--silent", "build"], log=LOG, cwd=ROOT)
        _write(stamp / "built", built)


def _npm() -> str:
    npm = shutil.which("npm")
    found = (answer(["node", "--version"]) or "").lstrip("v")
    major = found.split(".")[0]
    if npm and major.isdigit() and int(major) >= NODE:
        return npm
    have = f"found is Node {found}" if found else "none was found"
    raise SetupError(
        f"The pages' styles are built with Node {NODE} or newer and npm; {have}.\n"
        "Install Node with npm so that both are in PATH, then start this again."
    )


def lock(upgrade: bool) -> None:
    """Writes the lock files anew. Pins stay as they are where they still fit, unless an upgrade is asked for."""
    uv = interpreters.uv(HOME / "uv", REQUIREMENTS / "uv.txt", LOG)
    common = ["--generate-hashes", "--no-header", "--universal", "--quiet", *(["--upgrade"] if upgrade else [])]
    # A lock that constrains another comes first.
    versions = {"uv": "3.8", "app": "3.11", "dev": "3.11", "bot": "3.10", "bot-dev": "3.10"}
    for name, version in versions.items():
        files = [f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"]
        with step(f"Locking requirements/{name}.txt"):
            run([uv, "pip", "compile", *common, "--python-version", version, *files], log=LOG, cwd=ROOT)
    with step("Locking package-lock.json"):
        update = ["update"] if upgrade else ["install"]
        # Addresses of a registry are left out: which registry is used is a matter of the machine.
        quiet = ["--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"]
        run([_npm(), *update, *quiet], log=LOG, cwd=ROOT)


def _digest(files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        total.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text("utf-8") if stamp.exists() else ""


def _write(stamp: Path, text: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(text, "utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    """Two set-ups at once would tread on each other's toes: the second waits for the first."""
    import fcntl

    HOME.mkdir(exist_ok=True)
    with (HOME / "setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another set-up of this project is going on; waiting for it to end …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


PARTS: dict[str, Callable[[], None]] = {
    "app": lambda: environment("app", ["app.txt"], APP_PYTHONS, "the app"),
    "dev": lambda: environment("app", ["app.txt", "dev.txt"], APP_PYTHONS, "the app and its tests"),
    "bot": lambda: environment("bot", ["bot.txt"], BOT_PYTHONS, "the Rasa assistant"),
    "bot-dev": lambda: environment("bot", ["bot.txt", "bot-dev.txt"], BOT_PYTHONS, "the Rasa assistant and its tests"),
    "encoder": encoder,
    "front-end": front_end,
    "browser": lambda: browser.install(HOME / "app" / "bin" / "python", LOG),
    "lock": lambda: lock(upgrade=False),
    "upgrade": lambda: lock(upgrade=True),
}


def main(parts: list[str]) -> int:
    unknown = [part for part in parts if part not in PARTS]
    if unknown or not parts:
        say(f"Usage: python3 -m scripts.environment PART…, where PART is one of {', '.join(PARTS)}.")
        return 2
    # uv and pip would otherwise take an environment that happens to be switched on for the one to fill.
    for variable in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT"):
        os.environ.pop(variable, None)
    try:
        with _alone():
            for part in parts:
                PARTS[part]()
    except SetupError as error:
        say(f"\nThe set-up stopped.\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nThe set-up was interrupted. Start it again whenever you like: it goes on where it was.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
