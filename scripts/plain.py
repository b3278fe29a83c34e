"""Reports how plainly Aratohu speaks: python -m scripts.plain [--worst N].

Every text that people can be shown is measured: what the assistant and the pages say, and what the catalogue holds.
The reading grade is Flesch-Kincaid's (years of school). Syllables are the larger of two counts, hyphenation points
(pyphen, whose patterns come with it) and groups of vowels; both need no download, and the larger errs on the safe side.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyphen
import yaml

import catalogue
from catalogue.model import Text
from catalogue.rules import files as rule_files
from conversations.words import load as load_words

GRADE = 8.0
"""Years of school that a text may ask for."""
LONGEST = 25
"""Words in one sentence, at most."""
FEWEST = 6
"""Words from which on a text has a grade at all; a formula says nothing about two words."""

_LISTS: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "plain.yml").read_text(encoding="utf-8"))
_SYLLABLES = pyphen.Pyphen(lang="en_GB")


@dataclass(frozen=True)
class Measured:
    """One text: where it stands, its grade (None where it is too short for one), its longest sentence in words."""

    where: str
    text: str
    grade: float | None
    longest: int
    faults: tuple[str, ...]


def texts() -> Iterator[tuple[str, str]]:
    """Every English text that people can be shown, with where it stands."""
    for key, words in load_words().texts.items():
        yield f"words/{key}", words.en
    book = catalogue.load()
    for event in book.life_events.values():
        yield f"life event/{event.id}/choice", event.choice.en
        yield f"life event/{event.id}/opening", event.opening.en
        if event.safety:
            yield f"life event/{event.id}/safety", event.safety
        yield from ((f"life event/{event.id}/{date.id}", date.question.en) for date in event.dates)
    for service in book.services.values():
        yield from ((f"service/{service.id}/{part}", text) for part, text in _of_service(service))
    for fact in book.facts.values():
        yield f"fact/{fact.id}/question", fact.question.en
        if fact.statement:
            yield f"fact/{fact.id}/statement", fact.statement.en + "."
        if fact.lines:
            yield from ((f"fact/{fact.id}/lines.{kind}", f"{line}.") for kind, line in fact.lines.sentences.items())
            if fact.lines.help:
                yield f"fact/{fact.id}/lines.help", fact.lines.help
        yield from ((f"fact/{fact.id}/help", text) for text in (fact.help.en if fact.help else None, fact.why) if text)
    content = rule_files.read()
    for rule in content.rules:
        yield from ((f"rule/{rule.service}", one) for one in _of_rule(rule))


def measure(where: str, text: str) -> Measured:
    """How plain a text is."""
    clean = _without_names(text)
    sentences = [one for one in re.split(r"(?<=[.!?:;])\s+", clean) if re.search(r"\w", one)]
    lengths = [len(_words(one)) for one in sentences]
    words = _words(clean)
    grade = None
    if len(words) >= FEWEST:
        syllables = sum(_syllables(word) for word in words)
        grade = 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / len(words) - 15.59
    return Measured(where, text, grade, max(lengths, default=0), tuple(_faults(text)))


def _faults(text: str) -> Iterator[str]:
    for word, better in _LISTS["banned"].items():
        if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
            yield f"“{word}”: {better}"
    for pattern, ours in _LISTS["spelling"].items():
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            yield f"“{found.group()}” is not New Zealand's spelling: {ours}"
    for short in re.findall(r"\b[A-Z]{3,6}\b", text):
        if short not in _LISTS["meanings"] and short not in _known_short():
            yield f"“{short}” has no meaning in scripts/plain.yml"


@functools.cache
def _known_short() -> frozenset[str]:
    """Short forms that are an agency's name, or that everybody knows."""
    book = catalogue.load()
    known = {one.abbreviation for one in book.agencies.values() if one.abbreviation}
    known |= {word for one in book.agencies.values() for name in one.aliases for word in name.upper().split()}
    return frozenset(
        {*known, "IRD", "ID", "PDF", "TXT", "HELP", "NZ", "RNZ", "DVD", "NZQA", "VTNZ", "CPSV", "CSV", "SMS"}
    )


@functools.cache
def _names() -> re.Pattern[str]:
    """Names of agencies and services: people know them or not, whatever their letters count."""
    book = catalogue.load()
    names = [one.name.en for one in book.agencies.values()] + [one.name.en for one in book.services.values()]
    names += [*_LISTS["meanings"], "New Zealand", "Work and Income", "Inland Revenue", "te reo Māori", "Aratohu"]
    return re.compile("|".join(re.escape(one) for one in sorted(names, key=len, reverse=True)))


def _without_names(text: str) -> str:
    plain = re.sub(r"\{\w+\}|https?://\S+|\S+@\S+", "it", text)
    plain = re.sub(r"\$?\d[\d,.]*\d|\$?\d", "ten", plain)
    return _names().sub("it", plain)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text)


@functools.cache
def _syllables(word: str) -> int:
    low = word.casefold().replace("’", "'")
    vowels = len(re.findall(r"[aeiouyāēīōū]+", re.sub(r"(?<=[^aeiouy])(es|ed|e)$", "", low)))
    return max(1, vowels, len(_SYLLABLES.inserted(low).split("-")))


def _of_service(service: Any) -> Iterator[tuple[str, str]]:
    yield "what", service.what.en
    for part in ("who", "ready"):
        yield from ((part, one) for one in getattr(service, part))
    for part in ("cost", "amount", "time", "deadline", "channels"):
        for one in getattr(service, part):
            yield from ((part, text) for text in (one.text, one.note) if text)
    for turn in service.life_events.values():
        yield "why", turn.why
    yield from (
        ("notice", one) for one in (service.start.purpose, service.start.recipients, service.start.refusal) if one
    )


def _of_rule(value: Any) -> Iterator[str]:
    """The sentences of a rule, wherever they stand in it."""
    if isinstance(value, Text):
        yield value.en
    elif isinstance(value, dict):
        for one in value.values():
            yield from _of_rule(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _of_rule(one)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from _of_rule(getattr(value, name))


def report(worst: int) -> str:
    """The figures by kind of text, and the worst texts."""
    all_ = [measure(where, text) for where, text in texts()]
    lines = [f"{'':14} {'texts':>6} {'graded':>7} {'median':>7} {'over 8':>7} {'long':>5} {'faults':>7}"]
    for kind in dict.fromkeys(one.where.split("/")[0] for one in all_):
        own = [one for one in all_ if one.where.startswith(f"{kind}/")]
        grades = sorted(one.grade for one in own if one.grade is not None)
        over = sum(grade > GRADE for grade in grades)
        long = sum(one.longest > LONGEST for one in own)
        faults = sum(len(one.faults) for one in own)
        middle = grades[len(grades) // 2] if grades else 0
        lines.append(f"{kind:14} {len(own):6} {len(grades):7} {middle:7.1f} {over:7} {long:5} {faults:7}")
    lines.append("")
    hardest = sorted(all_, key=lambda one: one.grade or 0, reverse=True)[:worst]
    lines += [f"{one.grade or 0:5.1f}  {one.where}: {one.text}" for one in hardest]
    lines += [f"       {one.where}: {fault}" for one in all_ for fault in one.faults]
    lines += [f"       {one.where}: a sentence of {one.longest} words" for one in all_ if one.longest > LONGEST]
    return "\n".join(lines)


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m scripts.plain", description=__doc__)
    options.add_argument("--worst", type=int, default=20, help="how many of the worst texts to list")
    sys.stdout.write(report(options.parse_args().worst) + "\n")
