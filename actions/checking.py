"""The check of what someone may be able to get: what is asked next, and the card that says how it stands.

A check takes its questions from the rules of all services in it at once (:mod:`catalogue.rules`). Rasa's form carries
it just as it carries the form of a service, see :mod:`actions.form`.
"""

from __future__ import annotations

from actions import cards
from actions.action import Scene
from catalogue import answers, lines, rules
from catalogue.lines import Line, fact_of
from catalogue.rules import CriterionResult, Result, Results, Working, checklists
from conversations import Context
from conversations import messages as m

LIMIT = 15
"""Questions in one check, at most. What is open then is said to be open."""

_SHORT = ("yes_no", "choice", "number", "money", "date")
"""Types of facts that one short answer settles."""

_LONG = ("trips",)
"""Types of facts that take some looking up. They are asked for only where a check is about one service."""

_ORDER = ("yes", "unknown", "no")


def is_running(context: Context) -> bool:
    """Whether the form is about a check. A service that is being prepared goes before."""
    return bool(context.checking) and context.draft is None


def results(scene: Scene) -> Results:
    """How the services of the check stand, by what is known now."""
    book, context = rules.load(), scene.context
    # A conversation may be older than the catalogue, and remember facts that are no more.
    known = {name: value for name, value in context.known.items() if lines.is_known(book.facts, name)}
    chosen = [service for service in context.checking if service in book.services]
    alone = scene.rooms.catalogue.alone_in(context.life_events)
    return book.check_all(chosen, known, scene.rooms.today(), alone)


def answered(context: Context) -> list[list[str]]:
    """The questions of the check that were answered, in order, each by its facts or lines."""
    facts = context.facts.keys() | context.missing.keys()
    return [
        question
        for question in context.check_questions
        if any(one in context.lines or fact_of(one) in facts for one in question)
    ]


def number(context: Context) -> int:
    """Which question is on the table, from 1. One that is asked for the first time is noted as asked."""
    asked = context.check_questions
    for place, question in enumerate(asked, start=1):
        if context.asking in question:
            return place
    asked.append(context.on_table)
    return len(asked)


def to_ask(scene: Scene) -> list[tuple[Line, ...]]:
    """The questions that can still matter, the most useful first, as many as there is patience for. One of several
    lines is a list.
    """
    context, facts = scene.context, scene.rooms.catalogue.facts
    if not is_running(context):
        return []
    changing = context.check_changing
    if changing in facts:
        ticked = () if changing in context.facts else (one for one in context.lines if fact_of(one) == changing)
        # Who said on which side of a threshold it lies is not asked for more than that.
        return [tuple(lines.find(facts, one) for one in ticked) or (Line(facts[changing]),)]
    askable = _SHORT if len(context.checking) > 1 else _SHORT + _LONG
    found = results(scene)
    wanted = [name for name in found.ask if facts[name].type in askable]
    return list(checklists.questions(facts, wanted, found.lines))[: max(0, LIMIT - len(answered(context)))]


def begin(scene: Scene, services: list[str]) -> None:
    """Makes ``services`` the ones that are checked. Facts that are known stay known; a draft is put aside."""
    context = scene.context
    context.checking, context.check_questions, context.check_changing = services, [], None
    context.draft, context.asking, context.problem = None, None, None


def show(scene: Scene) -> None:
    """Says the card with what is known so far, the likeliest services first."""
    scene.context.asking = None
    for service in scene.context.checking:
        scene.rooms.ledger.note("check_made", service)
    found = sorted(results(scene).results, key=lambda one: _ORDER.index(one.verdict))
    choices = [scene.choice("continue", "choose_check_on", kind="primary")] if to_ask(scene) else []
    if is_running(scene.context) and scene.context.check_questions:
        choices.append(scene.choice("back", "choose_check_back"))
    if scene.context.life_events:
        choices.append(scene.choice("show_plan", "choose_plan"))
    asked = dict.fromkeys(fact_of(one) for question in scene.context.check_questions for one in question)
    card = m.CheckCard(
        services=[_service(scene, one) for one in found],
        answers=cards.answered(scene, cards.told(scene, scene.context, asked)),
        choices=choices,
    )
    scene.show(card, "check_so_far" if any(one.verdict == "unknown" for one in found) else "check_result")


def _service(scene: Scene, result: Result) -> m.CheckService:
    service = scene.rooms.catalogue.services[result.service]
    pages = cards.links(scene, service, scene.rooms.today())
    by_form = service.start.kind == "api" and service.id not in scene.off
    choices = [scene.choice(f"about:{service.id}", "choose_about")]
    if by_form and result.verdict != "no":
        kind = "primary" if result.verdict == "yes" else "secondary"
        choices.insert(0, scene.choice(f"start:{service.id}", "choose_start", kind=kind))
    met, not_met, not_known = _sorted(scene, result)
    return m.CheckService(
        service=service.id,
        name=service.name.in_language(scene.language),
        verdict=result.verdict,
        met=met,
        not_met=not_met,
        not_known=not_known,
        estimate=_estimate(scene, result.estimate),
        rates_as_of=result.rates_as_of,
        choices=choices,
        link=pages[0] if pages and not by_form else None,
    )


def _sorted(scene: Scene, result: Result) -> tuple[list[m.Said], list[m.Said], list[m.Said]]:
    """What fits, what does not, and what is not known: only what still bears on the verdict."""
    by: dict[str, list[CriterionResult]] = {"yes": [], "no": [], "unknown": []}
    for one in result.criteria:
        by[one.verdict].append(one)
    # Where one of several ways is enough, another that is closed is no reason against.
    against = [one for one in by["no"] if result.verdict == "unknown" or one.id in result.decided_by]
    unknown = by["unknown"] if result.verdict == "unknown" else []
    doubts = [m.Said(text=doubt.in_language(scene.language), checked=False) for doubt in result.doubts]
    return (
        [_said(scene, one) for one in by["yes"]],
        [_said(scene, one) for one in against] if result.verdict != "yes" else [],
        [*(_said(scene, one) for one in unknown), *doubts],
    )


def _estimate(scene: Scene, found: Working | None) -> m.Estimate | None:
    """An estimate with its working; nothing where it comes to nothing."""
    if found is None or found.value <= 0:
        return None
    return m.Estimate(
        text=found.text.in_language(scene.language),
        value=f"{answers.money(found.value)} {found.unit.removeprefix('NZD').strip()}".strip(),
        steps=[m.Figure(label=label, value=answers.money(value)) for label, value in found.steps],
    )


def _said(scene: Scene, one: CriterionResult) -> m.Said:
    source = one.source
    return m.Said(
        text=one.text.in_language(scene.language),
        checked=one.confirmed,
        source=m.Link(url=source.url, label=str(source)) if source and source.url else None,
    )
