"""Reads CPSV-AP JSON-LD that another body wrote, without fetching anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib.term import Node

CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")

KNOWN = {"semiceu.github.io": Path(__file__).with_name("cpsv-ap.jsonld")}
"""The contexts that documents name by address, by host, and where they are kept here."""

_DEEPEST = 100


class ExchangeError(Exception):
    """A document that can't be read. The text says why, and what to do."""


class Document:
    """A CPSV-AP document as a graph, with the few questions that a reader has."""

    def __init__(self, text: str) -> None:
        try:
            content = json.loads(text)
        except ValueError as error:
            raise ExchangeError(f"this is not JSON ({error}); export it as JSON-LD and try again") from None
        except RecursionError:
            raise ExchangeError("the JSON is nested too deep to be a catalogue; export it again") from None
        self._graph = Graph()
        try:
            self._graph.parse(data=json.dumps(_at_home(content)), format="json-ld")
        except ExchangeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a parser makes of a strange document
            raise ExchangeError(f"this is not JSON-LD ({error}); check its @context and @graph") from None

    def services(self) -> list[Node]:
        """The public services, in the order of their addresses."""
        return sorted(self._graph.subjects(RDF.type, CPSV.PublicService), key=str)

    def organisations(self) -> list[Node]:
        """The public organisations, in the order of their addresses."""
        return sorted(self._graph.subjects(RDF.type, CV.PublicOrganisation), key=str)

    def all(self, subject: Node, *path: URIRef) -> list[Node]:
        """What stands at the end of any of the properties in ``path``."""
        return sorted({value for one in path for value in self._graph.objects(subject, one)}, key=str)

    def one(self, subject: Node, *path: URIRef) -> Node | None:
        """The first of :meth:`all`, or None."""
        return next(iter(self.all(subject, *path)), None)

    def words(self, subject: Node, *path: URIRef) -> dict[str, str]:
        """Texts by language; one without a language counts as English."""
        found: dict[str, str] = {}
        for value in self.all(subject, *path):
            if isinstance(value, Literal) and str(value).strip():
                found.setdefault((value.language or "en")[:2], " ".join(str(value).split()))
        return found

    def text(self, subject: Node, *path: URIRef) -> str | None:
        """A text, in English where there is one."""
        words = self.words(subject, *path)
        return words.get("en") or next(iter(words.values()), None)

    def name(self, subject: Node) -> str | None:
        """What something is called."""
        return self.text(subject, DCTERMS.title, SKOS.prefLabel)


def _at_home(content: Any) -> Any:
    """The document with the contexts that it names by address put into it."""
    if not isinstance(content, dict | list):
        raise ExchangeError("this is JSON and not JSON-LD: it should be an object with an @context and an @graph")
    return _inlined(content, 0)


def _inlined(content: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ExchangeError("the JSON is nested too deep to be a catalogue; export it again")
    if isinstance(content, list):
        return [_inlined(one, depth + 1) for one in content]
    if not isinstance(content, dict):
        return content
    return {
        key: list(_contexts(value)) if key == "@context" else _inlined(value, depth + 1)
        for key, value in content.items()
    }


def _contexts(named: Any) -> Iterator[Any]:
    for one in named if isinstance(named, list) else [named]:
        if not isinstance(one, str):
            if isinstance(one, dict) and "@import" in one:
                raise ExchangeError(f"it takes in the context {one['@import']}; put its terms into the document")
            yield one
            continue
        kept = next((file for host, file in KNOWN.items() if f"//{host}/" in one and "cpsv-ap" in one.lower()), None)
        if kept is None:
            raise ExchangeError(
                f"it names the context {one}, and nothing is fetched; put that context into the document instead"
            )
        yield json.loads(kept.read_text(encoding="utf-8"))["@context"]
