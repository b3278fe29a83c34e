"""Reads rules, terms, acts, rates and facts from the catalogue's folder, and says where a mistake is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue import files
from catalogue import model as catalogue
from catalogue.rules import expressions as x
from catalogue.rules import kinds
from catalogue.rules import model as m

DATA = files.DATA

Origin = tuple[Path, kinds.Place]


@dataclass
class Content:
    """What the files hold, and where each thing stands in them."""

    folder: Path
    facts: Mapping[str, catalogue.Fact] = field(default_factory=dict)
    acts: list[m.Act] = field(default_factory=list)
    terms: list[m.Term] = field(default_factory=list)
    rules: list[m.Rule] = field(default_factory=list)
    rates: list[m.Rate] = field(default_factory=list)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)


def read(folder: Path = DATA) -> Content:
    """Everything below ``facts``, ``rates`` and ``rules`` in ``folder``.

    Raises:
        files.CatalogueError: with every problem in every file.
    """
    content = Content(folder)
    problems: list[str] = []
    facts: dict[str, catalogue.Fact] = {}
    for path in _paths(folder, "facts", problems):
        facts.update(
            (fact.id, fact)
            for fact in _read(catalogue.File, path, folder, problems, ("facts",), content).get("facts", ())
        )
    content.facts = facts
    for path in _paths(folder, "rates", problems):
        content.rates += _read(m.RateFile, path, folder, problems, ("rates",), content).get("rates", ())
    for path in _paths(folder, "rules", problems):
        found = _read(m.RuleFile, path, folder, problems, ("acts", "terms", "rules"), content)
        content.acts += found.get("acts", ())
        content.terms += found.get("terms", ())
        content.rules += found.get("rules", ())
    if problems:
        raise files.CatalogueError(problems)
    return content


def scope(content: Content, rule: m.Rule | None = None) -> kinds.Scope:
    """The names that a rule can use."""
    rates = {rate.id: rate for rate in content.rates}
    terms: dict[str, kinds.Kind] = {}
    whole = kinds.Scope(content.facts, rates, terms, [one.id for one in rule.criteria] if rule else ())
    for term in content.terms:
        kind = kinds.Checker(whole).kind(term.test, ())
        if kind is not None:
            terms[term.id] = kind
    return whole


def unit_of(content: Content, rule: m.Rule) -> str:
    """The unit of a rule's estimate."""
    kind = kinds.Checker(scope(content, rule)).kind(rule.estimate.value, ()) if rule.estimate else None
    return kind.unit or "" if kind else ""


def check(content: Content) -> None:
    """Finds names that clash or point nowhere, and kinds and units that do not fit.

    Raises:
        files.CatalogueError: with every problem, by file and line.
    """
    problems = [*_twice(content)]
    placed: list[tuple[Origin, str]] = [*_terms(content), *_rules(content), *_facts(content)]
    for (path, place), problem in placed:
        (line,) = files.lines(path, [place])
        problems.append(f"{path.relative_to(content.folder).as_posix()}:{line}: {problem}")
    if problems:
        raise files.CatalogueError(problems)


def _paths(folder: Path, part: str, problems: list[str]) -> list[Path]:
    paths = sorted((folder / part).rglob("*.yml"))
    if not paths:
        problems.append(f"{part}: no files (*.yml) here")
    return paths


def _read(
    kind: Any, path: Path, folder: Path, problems: list[str], lists: Iterable[str], content: Content
) -> dict[str, Any]:
    try:
        read = files.read_as(kind, path, folder)
    except files.CatalogueError as error:
        problems += error.problems
        return {}
    found = {name: getattr(read, name) for name in lists}
    for name, items in found.items():
        for number, item in enumerate(items):
            key = item.service if isinstance(item, m.Rule) else item.id
            if (name, key) in content.origins:
                other = content.origins[name, key][0].relative_to(folder).as_posix()
                where = f"{path.relative_to(folder).as_posix()}:{_line(path, (name, number))}"
                problems.append(f"{where}: `{key}` is in {other} too; take one out")
            content.origins[name, key] = (path, (name, number))
    return found


def _line(path: Path, place: kinds.Place) -> int:
    return files.lines(path, [place])[0]


def _twice(content: Content) -> Iterator[str]:
    for rule in content.rules:
        for name, count in Counter(criterion.id for criterion in rule.criteria).items():
            if count > 1:
                path, place = content.origins["rules", rule.service]
                where = f"{path.relative_to(content.folder).as_posix()}:{_line(path, place)}"
                yield f"{where}: the criterion `{name}` is there {count} times; give each its own id"


def _terms(content: Content) -> Iterator[tuple[Origin, str]]:
    known: dict[str, kinds.Kind] = {}
    for term in content.terms:
        path, place = content.origins["terms", term.id]
        checker = kinds.Checker(kinds.Scope(content.facts, {rate.id: rate for rate in content.rates}, known))
        kind = checker.kind(term.test, (*place, "test"))
        if kind is not None:
            known[term.id] = kind
        yield from (((path, where), problem) for where, problem in checker.problems)


def _rules(content: Content) -> Iterator[tuple[Origin, str]]:
    acts = {act.id for act in content.acts}
    for rule in content.rules:
        path, place = content.origins["rules", rule.service]
        checker = kinds.Checker(scope(content))
        for number, criterion in enumerate(rule.criteria):
            here = (*place, "criteria", number)
            checker.expect(criterion.test, (*here, "test"), "truth", None)
            if criterion.source is not None and criterion.source.act not in acts:
                checker.note((*here, "source"), f"there is no act `{criterion.source.act}`; add it to `acts`")
        checker.scope = scope(content, rule)
        if rule.requires is not None:
            checker.expect(rule.requires, (*place, "requires"), "truth", None)
            used = set(_criteria_in(rule.requires))
            for criterion in rule.criteria:
                if criterion.id not in used:
                    checker.note(
                        (*place, "requires"),
                        f"the criterion `{criterion.id}` is not in `requires`, so it decides nothing",
                    )
        for number, doubt in enumerate(rule.doubts):
            if doubt.when is not None:
                checker.expect(doubt.when, (*place, "doubts", number, "when"), "truth", None)
        if rule.estimate is not None:
            checker.expect(rule.estimate.value, (*place, "estimate", "value"), "number")
            for label, part in rule.estimate.working.items():
                checker.expect(part, (*place, "estimate", "working", label), "number")
        yield from (((path, where), problem) for where, problem in checker.problems)


def _criteria_in(node: Any) -> Iterator[str]:
    if isinstance(node, x.CriterionOf):
        yield node.criterion
    for _, part in x.parts(node):
        yield from _criteria_in(part)


def _truths_in(node: Any) -> Iterator[str]:
    """The facts that stand for themselves in a test, as yes-or-no facts do."""
    if isinstance(node, str | x.FactOf):
        yield node if isinstance(node, str) else node.fact
    for _, part in x.parts(node):
        yield from _truths_in(part)


def _facts(content: Content) -> Iterator[tuple[Origin, str]]:
    """The facts that gate others must be there, and it must be known which can be asked together."""
    used = {name for rule in content.rules for criterion in rule.criteria for name in _truths_in(criterion.test)}
    used |= {name for term in content.terms for name in _truths_in(term.test)}
    for fact in content.facts.values():
        if fact.type == "yes_no" and fact.id in used and not (fact.statement or fact.alone):
            yield (
                content.origins["facts", fact.id],
                f"rules ask for `{fact.id}`: give it a `statement` that can be ticked in a list, or say in `alone` why "
                "it is asked by itself",
            )
        for other in fact.only_if:
            if other not in content.facts:
                yield content.origins["facts", fact.id], f"`only_if` names the fact `{other}`, which is not there"
