"""Reports on the training examples and fails when they break a rule (`python -m bot.examples`)."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.files import ROOT, load
from bot.groups import pairs
from bot.text import clean, fold

REGISTERS: Final = ("chat", "search", "story", "voice", "agent_note", "typo", "formal")
LANGUAGES: Final = ("en", "mi", "mix", "other")
SMALL: Final = {"a", "an", "and", "or", "the", "to", "of", "in", "for", "new", "someone", "starting", "getting"}
EVENTS: Final = "life_events"
OUTSIDE: Final = "out_of_scope"


@dataclass(frozen=True)
class Rules:
    """What the examples must keep to; shares lie in [0, 1], counts are of distinct utterances."""

    each: int = 150
    outside: int = 1_000
    label_words: float = 1 / 3
    pattern: float = 0.2
    alike: float = 0.95


@dataclass(frozen=True)
class Example:
    """One utterance of a file, with its labels and the metadata of its block."""

    file: str
    text: str
    labels: tuple[str, ...]
    metadata: dict[str, str]


def read(folder: Path) -> list[Example]:
    """Returns all examples in the YAML files under `folder`; raises yaml.YAMLError for a file that is not YAML."""
    found: list[Example] = []
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        for block in (load(path) or {}).get("nlu") or []:
            if "intent" in block:
                labels = tuple(block["intent"].split("+"))
                metadata = {key: str(value) for key, value in (block.get("metadata") or {}).items()}
                found += [
                    Example(name, clean(line[2:]), labels, metadata)
                    for line in block["examples"].splitlines()
                    if line.startswith("- ")
                ]
    return found


def label_words(label: str) -> set[str]:
    """Returns the words of a label that name it ("losing_a_job": losing, job), without small ones."""
    return {word for word in label.split("_") if word not in SMALL}


def names_label(text: str, label: str) -> bool:
    """Returns whether `text` holds a word of its label that is longer than three letters, or its last word."""
    words = label_words(label)
    core = {word for word in words if word not in {"losing", "having", "becoming", "changing", "moving"}} or words
    said = set(fold(text).replace("'", " ").replace(",", " ").replace(".", " ").replace("?", " ").split())
    return bool(core & said)


def pattern_share(texts: list[str]) -> tuple[float, str]:
    """Returns the greatest share of `texts` that are one sentence with one word changed, or that begin alike.

    Beginning alike means the same first four words, which is how a template filled with a list of endings shows.
    """
    shapes: Counter[str] = Counter()
    for text in texts:
        words = fold(text).split()
        of_text = {" ".join(words[:4]) + " …"} if len(words) > 4 else set()
        if len(words) > 2:
            of_text |= {" ".join([*words[:at], "_", *words[at + 1 :]]) for at in range(len(words))}
        shapes.update(of_text)
    if not shapes:
        return 0.0, ""
    shape, count = shapes.most_common(1)[0]
    return (count / len(texts) if count > 1 else 0.0), shape


def problems(found: list[Example], rules: Rules) -> list[str]:
    """Returns a sentence for each rule that is broken."""
    said: list[str] = []
    seen: dict[str, Example] = {}
    for example in found:
        known = seen.get(example.text.casefold())
        if known:
            said.append(f"duplicate in {known.file} and {example.file}: {example.text!r}")
        else:
            seen[example.text.casefold()] = example
    distinct = list(seen.values())
    close = pairs([example.text for example in distinct], rules.alike).tocoo()
    for one, other in zip(close.row, close.col, strict=True):
        if one < other and len(distinct[one].text) > 12:
            said.append(f"near-duplicate: {distinct[one].text!r} ({distinct[one].file}) and {distinct[other].text!r}")
    by_file: dict[str, list[Example]] = {}
    for example in distinct:
        by_file.setdefault(example.file, []).append(example)
    for file, of_file in by_file.items():
        said += problems_of_file(file, of_file, rules)
    outside = sum(example.labels[0] == OUTSIDE for example in distinct)
    if outside < rules.outside:
        said.append(f"{outside} examples are out of scope, at least {rules.outside} are needed")
    return said


def problems_of_file(file: str, examples: list[Example], rules: Rules) -> list[str]:
    """Returns a sentence for each rule that the distinct examples of one file break."""
    said: list[str] = []
    share, shape = pattern_share([example.text for example in examples])
    if share > rules.pattern:
        said.append(f"{file}: {share:.0%} of the examples are one pattern: {shape!r}")
    if not file.startswith(EVENTS):
        return said
    label = file.rsplit("/", 1)[-1]
    if len(examples) < rules.each:
        said.append(f"{file}: {len(examples)} examples, at least {rules.each} are needed")
    english = [e for e in examples if e.metadata.get("language", "en") in ("en", "mix")]
    naming = sum(names_label(example.text, label) for example in english)
    if naming >= rules.label_words * len(english):
        said.append(f"{file}: {naming / max(1, len(english)):.0%} of the examples name the label")
    for key, values in (("register", REGISTERS), ("language", LANGUAGES)):
        missing = set(values) - {example.metadata.get(key, "") for example in examples}
        if missing:
            said.append(f"{file}: no examples with {key} {', '.join(sorted(missing))}")
    return said


def table(found: list[Example]) -> str:
    """Returns the count, label-word share, pattern share and register mix of each file, as text."""
    lines = [f"{'file':42}{'n':>6}{'label':>7}{'pattern':>9}  registers; languages"]
    for file in sorted({example.file for example in found}):
        examples = [example for example in found if example.file == file]
        label = file.rsplit("/", 1)[-1]
        naming = sum(names_label(example.text, label) for example in examples) / len(examples)
        share, _ = pattern_share([example.text for example in examples])
        registers = Counter(example.metadata.get("register", "?") for example in examples)
        languages = Counter(example.metadata.get("language", "?") for example in examples)
        mix = " ".join(f"{name} {count}" for name, count in registers.most_common())
        tongues = " ".join(f"{name} {count}" for name, count in languages.most_common())
        lines.append(f"{file:42}{len(examples):>6}{naming:>7.0%}{share:>9.0%}  {mix}; {tongues}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Writes the report; returns 1 where a rule is broken."""
    parser = argparse.ArgumentParser(prog="python -m bot.examples", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "nlu_data")
    options = parser.parse_args(arguments)
    found = read(options.data)
    said = problems(found, Rules())
    sys.stdout.write(table(found) + f"{len(found)} examples\n")
    sys.stdout.write("".join(f"BROKEN: {problem}\n" for problem in said))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
