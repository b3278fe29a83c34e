"""Finds the addresses of package registries in committed files: which registry is used is a matter of the machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "requirements",
    "package.json",
    "package-lock.json",
    "*.toml",
    "*.cfg",
    "*.ini",
    ".npmrc",
    "Makefile",
    ".ci",
    "scripts",
]
# An option that names an index, npm's record of where a package came from, or a direct address of an archive.
FOUND = re.compile(
    r"(--(extra-)?index-url|--find-links|--trusted-host|index-url\s*=|\"resolved\"\s*:|@\s*https?://|"
    r"https?://\S+\.(whl|tgz|tar\.gz|zip)\b)"
)


def main() -> int:
    """Lists every such line and fails where there is one."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *FILES], cwd=ROOT, capture_output=True, check=True
    )
    wrong = 0
    for name in listed.stdout.decode().splitlines():
        if name == "scripts/addresses.py" or not (ROOT / name).is_file():
            continue
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            if FOUND.search(line):
                sys.stdout.write(f"{name}:{number}: names a registry: {line.strip()[:100]}\n")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
