"""Several services with one set of answers: which facts they ask for between them, and who gets which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions import acting, cards
from actions.action import Scene
from actions.speaker import Speaker
from catalogue import Catalogue, Fact, Service
from conversations import Draft
from conversations import messages as m


def chosen(scene: Scene, value: str | None) -> list[Service]:
    """The services that a choice stands for, without those that can't be started here or now, or run already."""
    catalogue = scene.rooms.catalogue
    named = [one for one in dict.fromkeys((value or "").split(cards.JOINT)) if one not in scene.off]
    running = {one.service for one in scene.context.started if _runs(scene, one.reference)}
    found = [catalogue.services[one] for one in named if one in catalogue.services and one not in running]
    return [one for one in found if one.start.kind == "api"][: cards.MOST]


def fields(catalogue: Catalogue, services: Iterable[str], known: Speaker) -> list[Fact]:
    """The facts that some services ask for between them, each once, in the order in which they are asked.

    What one of the services gives the person is not asked for by another, which waits for it.
    """
    found = [catalogue.services[one] for one in services]
    given = {fact for one in found for fact in one.start.gives}
    facts = {fact.id: fact for one in found for fact in catalogue.form_of(one, known.context.facts)}
    return [fact for fact in facts.values() if fact.id not in given]


def of_draft(scene: Scene, draft: Draft) -> list[Fact]:
    """The facts of a draft: who acts first, where somebody does, then those of its services."""
    return [*acting.fields(scene), *fields(scene.rooms.catalogue, draft.services, scene)]


def by_agency(catalogue: Catalogue, services: Iterable[str]) -> dict[str, list[Service]]:
    """The services by the agency that is answerable, in order."""
    found: dict[str, list[Service]] = {}
    for one in services:
        service = catalogue.services[one]
        found.setdefault(service.agency, []).append(service)
    return found


def card(scene: Scene, services: Sequence[Service]) -> m.Together:
    """What is started together: the services, who gets which answer, and how many questions that takes."""
    catalogue, ids = scene.rooms.catalogue, [one.id for one in services]
    facts = fields(catalogue, ids, scene)
    parts = [
        m.Part(
            service=one.id,
            name=one.name.in_language(scene.language),
            agency_name=cards.agency_name(scene, one),
            waits_for=[
                catalogue.services[other].name.in_language(scene.language)
                for other in (*one.after, *one.after_if_needed, *one.after_one_of)
                if other in ids
            ],
            fields=count(one),
        )
        for one in services
    ]
    return m.Together(
        services=parts,
        agencies=list(dict.fromkeys(one.agency_name for one in parts)),
        facts=[
            m.Share(
                label=fact.label.in_language(scene.language),
                agencies=goes_to(scene, ids, fact.id),
                known=fact.id in scene.context.facts,
            )
            for fact in facts
        ],
        questions=len(facts),
        fields=sum(one.fields for one in parts),
        choices=[
            scene.choice(
                f"start:{cards.JOINT.join(other for other in ids if other != one.service)}",
                "choose_leave_out",
                service=one.name,
            )
            for one in parts
            if len(parts) > 1
        ],
    )


def count(service: Service) -> int:
    """The fields on the service's own form: as counted on the agency's, else those of the form here."""
    return service.start.form_fields or len(service.start.form) + len(service.start.optional)


def goes_to(scene: Speaker, services: Iterable[str], fact: str) -> list[str]:
    """The names of the agencies that get a fact."""
    found = [scene.rooms.catalogue.services[one] for one in services]
    names = [cards.agency_name(scene, one) for one in found if fact in (*one.start.form, *one.start.optional)]
    return list(dict.fromkeys(names))


def agencies(scene: Speaker, services: Iterable[str]) -> list[str]:
    """The names of the agencies of some services, each once."""
    found = [scene.rooms.catalogue.services[one] for one in services]
    return list(dict.fromkeys(cards.agency_name(scene, one) for one in found))


def _runs(scene: Scene, reference: str) -> bool:
    return scene.rooms.cases.get(reference).state not in ("not_accepted", "withdrawn")
