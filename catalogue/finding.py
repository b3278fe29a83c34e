"""Finding services, agencies and life events by what people call them, however they spell it, and by meaning."""

from __future__ import annotations

import functools
import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.catalogue import Catalogue
from catalogue.encoder import Encoder, Vectors, installed

Kind = Literal["life_event", "service", "agency"]

LONGEST = 200
"""Characters of a search that are read."""

_SMALL = frozenset(
    word
    for line in (
        "a about am an and are as at be but by can do does for from get give go has have how i if in into is it its",
        "just ll m me my need nz of off on or our s t that the their them there they this to too up ve want was we",
        "what when where which who will with wont you your",
    )
    for word in line.split()
)
"""Words that say nothing about what is looked for. If a search holds no others, they count after all."""

_NAME, _TEXT, _MEANING = 1.0, 0.35, 0.45
"""What a match in a name, in what is said of it, and in meaning are worth beside each other."""

_ENOUGH = 0.45
"""Below this, nothing was found: showing what fits badly helps nobody."""

_SAME = 0.8
"""How much of a word must be spelt alike to stand for one of a name, where the word is none that is known."""

_CLOSE = 0.7
"""How much of a word must be spelt alike for it to be the same word, misspelt."""


class Found(BaseModel):
    """Something found.

    ``called`` is the name that matched, where it is not the main one; ``fit`` how well it did, from 0 to 1 for a search
    that is that name. ``score`` is for ordering.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    id: str
    called: str | None = None
    fit: float
    score: float


@dataclass(frozen=True)
class Named:
    """A name that stands in a text, whole: whose it is, how many telling words it has, and what else the text says.

    ``called`` is the name, and ``rest`` the text's words that are no part of it, in order.
    """

    id: str
    called: str
    length: int
    rest: tuple[str, ...]


@dataclass
class _Entry:
    """What can be found: its names, each as words, and the words of what is said about it."""

    kind: Kind
    id: str
    names: list[str]
    text: str
    meaning: str
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    words: frozenset[str] = frozenset()


class Finder:
    """Finds in one catalogue. Made once: it reads all names, and all meanings when it is first asked."""

    def __init__(self, catalogue: Catalogue, encoder: Encoder | None = None) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._entries = list(_entries(catalogue))
        seen: Counter[str] = Counter()
        for entry in self._entries:
            entry.phrases = [tuple(words(name)) for name in entry.names]
            entry.words = frozenset(words(entry.text)).union(*entry.phrases)
            seen.update(entry.words)
        self._rarity = {word: math.log(1 + len(self._entries) / count) for word, count in seen.items()}
        self._known = list(self._rarity)
        self._unknown = math.log(1 + len(self._entries))

    def find(self, text: str, kinds: Iterable[Kind] = ("service",), limit: int = 10) -> list[Found]:
        """What ``text`` may mean, the likeliest first; nothing where nothing fits.

        Args:
            text: what somebody typed: a name, an abbreviation, a few words, a question. 200 characters are read.
            kinds: what to look for.
            limit: how many, at most.
        """
        text = text[:LONGEST]
        asked = words(text)
        if not asked:
            return []
        wanted = set(kinds)
        like = {word: self._like(word) for word in asked}
        meanings = self._meanings(text)
        found = []
        for number, entry in enumerate(self._entries):
            if entry.kind not in wanted:
                continue
            name, called = self._by_name(asked, like, entry)
            score = _NAME * name + _TEXT * self._covered(asked, like, entry.words) + _MEANING * meanings[number]
            if score >= _ENOUGH:
                first = words(called) == words(entry.names[0])
                found.append(
                    Found(
                        kind=entry.kind,
                        id=entry.id,
                        called=None if first else called,
                        fit=round(name, 4),
                        score=round(score, 4),
                    )
                )
        return sorted(found, key=lambda one: -one.score)[:limit]

    def named(self, text: str) -> list[Named]:
        """The services whose name or one of whose aliases stands whole in ``text``, the longest names first.

        Words may be misspelt and in any order; small words don't count. Unlike :meth:`find`, nothing is guessed from
        half a name.
        """
        asked = words(text[:LONGEST])
        found: dict[str, Named] = {}
        for entry in self._entries:
            if entry.kind != "service":
                continue
            for name, phrase in zip(entry.names, entry.phrases, strict=True):
                if not phrase or (len(phrase) == 1 and len(name.split()) > 1):
                    # Of a name such as "make a will", one word would be left that says nothing.
                    continue
                used = [self._standing(word, asked) for word in phrase]
                if None in used:
                    continue
                known = found.get(entry.id)
                if known is None or known.length < len(phrase):
                    rest = tuple(word for word in asked if word not in used)
                    found[entry.id] = Named(entry.id, name, len(phrase), rest)
        return sorted(found.values(), key=lambda one: (-one.length, len(one.rest)))

    def _standing(self, word: str, asked: list[str]) -> str | None:
        """The word among ``asked`` that is ``word``, perhaps misspelt."""
        if word in asked:
            return word
        if len(word) < 4:
            return None
        near = [one for one in asked if len(one) > 3 and one not in self._rarity]
        alike = {one: OSA.normalized_similarity(word, one) for one in near}
        best = max(alike, key=lambda one: alike[one], default=None)
        return best if best is not None and alike[best] >= _SAME else None

    def warm(self) -> None:
        """Reads what would be read at the first search."""
        self._meanings("warm")

    def _like(self, word: str) -> dict[str, float]:
        """The known words that ``word`` may be, and how surely (1 for the same)."""
        like = {word: 1.0}
        if len(word) > 3:
            for other, alike, _ in process.extract(
                word, self._known, scorer=OSA.normalized_similarity, score_cutoff=_CLOSE, limit=20
            ):
                if len(other) > 3:
                    like[other] = max(like.get(other, 0.0), alike**2)
            for other in self._known:
                if len(other) > 3 and other != word and (other.startswith(word) or word.startswith(other)):
                    like[other] = max(like.get(other, 0.0), 0.8)
        return like

    def _covered(self, asked: list[str], like: dict[str, dict[str, float]], among: Iterable[str]) -> float:
        """How much of what was asked is ``among`` some words, rare words counting more. 0 to 1."""
        among = among if isinstance(among, frozenset) else frozenset(among)
        whole = sum(self._weight(word) for word in asked)
        got = 0.0
        for word in asked:
            got += self._weight(word) * max((sure for other, sure in like[word].items() if other in among), default=0.0)
        return got / whole

    def _by_name(self, asked: list[str], like: dict[str, dict[str, float]], entry: _Entry) -> tuple[float, str]:
        """How well the best of an entry's names fits, and that name."""
        best, called = 0.0, entry.names[0]
        for name, phrase in zip(entry.names, entry.phrases, strict=True):
            if not phrase:
                continue
            covered = self._covered(asked, like, phrase)
            if not covered:
                continue
            whole = sum(self._weight(word) for word in phrase)
            used = sum(self._weight(word) * max(like[one].get(word, 0.0) for one in asked) for word in phrase) / whole
            # Both must fit: all that was asked, and all of the name.
            fits = 2 * covered * used / (covered + used) if covered + used else 0.0
            if fits > best:
                best, called = fits, name
        return best, called

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._unknown)

    def _meanings(self, text: str) -> Vectors | list[float]:
        if self._encoder is None:
            return [0.0] * len(self._entries)
        alike: Vectors = self._vectors @ self._encoder.encode([text])[0]
        return np.clip(alike, 0.0, 1.0)

    @property
    def _vectors(self) -> Vectors:
        with self._lock:
            return self._encoded

    @functools.cached_property
    def _encoded(self) -> Vectors:
        assert self._encoder is not None  # noqa: S101
        return self._encoder.encode([entry.meaning for entry in self._entries])


@functools.cache
def finder(catalogue: Catalogue) -> Finder:
    """The finder for a catalogue, with the encoder where it is installed. Made once, for everybody who searches."""
    return Finder(catalogue, installed())


def words(text: str) -> list[str]:
    """The words that matter in ``text``: without marks, capitals, plurals and small words, each once.

    >>> words("Te tiwhikete whānau o taku pēpi; and the babies' certificates")
    ['te', 'tiwhikete', 'whanau', 'o', 'taku', 'pepi', 'baby', 'certificate']
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    plain = re.sub(r"['’ʼ]", "", plain)
    every = [_one(word) for word in re.findall(r"[^\W_]+", plain)]
    telling = [word for word in every if word not in _SMALL]
    return list(dict.fromkeys(telling or every))


def _one(word: str) -> str:
    """A word without its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _entries(catalogue: Catalogue) -> Iterator[_Entry]:
    for service in catalogue.services.values():
        agency = catalogue.agency_of(service)
        yield _Entry(
            kind="service",
            id=service.id,
            names=[name for name in (service.name.en, service.name.mi, *service.aliases) if name],
            text=" ".join([service.what.en, *service.who, service.brand or "", agency.name.en, *agency.aliases]),
            meaning=f"{service.name.en}. {service.what.en}",
        )
    for agency in catalogue.agencies.values():
        names = (agency.name.en, agency.name.mi, agency.abbreviation, *agency.aliases)
        yield _Entry(
            kind="agency",
            id=agency.id,
            names=[name for name in names if name],
            text=" ".join(phone.label for phone in agency.phones),
            meaning=agency.name.en,
        )
    for event in catalogue.life_events.values():
        yield _Entry(
            kind="life_event",
            id=event.id,
            names=[name for name in (event.name.en, event.name.mi, event.choice.en) if name],
            text=event.covers,
            meaning=f"{event.choice.en}. {event.covers}",
        )
