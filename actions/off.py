"""What supervisors have switched off: the assistant leaves it to people, at once, and offers to start it nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions import cards
from actions.action import Scene
from actions.speaker import Speaker
from conversations import Turn
from conversations import messages as m


def tell_off(scene: Scene, services: Iterable[str]) -> bool:
    """Says of each of ``services`` that is switched off that it is, and how the agency is reached; whether any is."""
    off = [one for one in services if one in scene.off]
    for name in off:
        service = scene.rooms.catalogue.services[name]
        scene.say("desk_off_service", service=service.name.in_language(scene.language))
        card = cards.service(scene, service, "how")
        # The ways to reach the agency, and nothing that could be wrong or started.
        scene.said.append(card.model_copy(update={"ready": [], "choices": [scene.choice("person", "choose_person")]}))
    return bool(off)


def leave_out(scene: Scene) -> bool:
    """Takes what is switched off out of what is being prepared, and says so; whether nothing of it is left then."""
    context = scene.context
    draft = context.draft
    if draft is None or not tell_off(scene, draft.services):
        return False
    rest = [one for one in draft.services if one not in scene.off]
    if rest:
        draft.service, draft.others = rest[0], rest[1:]
        return False
    context.draft, context.asking, context.problem = None, None, None
    return True


def shown(speaker: Speaker, turns: Sequence[Turn]) -> list[Turn]:
    """What was said before, as it is shown now: what was switched off since then can't be started from there."""
    if not speaker.off:
        return list(turns)
    return [turn.model_copy(update={"messages": [_now(speaker, one) for one in turn.messages]}) for turn in turns]


def _now(speaker: Speaker, message: m.Message) -> m.Message:
    changes: dict[str, object] = {}
    for part in ("choices", "steps", "services"):
        found = getattr(message, part, None)
        if not found:
            continue
        kept = [_part(speaker, one) for one in found if not _starts(speaker, one)]
        changes[part] = kept
    return message.model_copy(update=changes) if changes else message


def _part(speaker: Speaker, part: object) -> object:
    """A step of a plan, or a service of a check, without its way to start what is off."""
    if not isinstance(part, m.PlanStep | m.CheckService):
        return part
    kept = [one for one in part.choices if not _starts(speaker, one)]
    if len(kept) == len(part.choices):
        return part
    if isinstance(part, m.CheckService):
        return part.model_copy(update={"choices": kept})
    service = speaker.rooms.catalogue.services[part.service]
    return part.model_copy(update={"choices": kept, "way": cards.other_way(speaker, service)})


def _starts(speaker: Speaker, one: object) -> bool:
    """Whether this is a choice that starts something that is off."""
    if not isinstance(one, m.Choice) or not one.id.startswith("start:"):
        return False
    return bool(speaker.off.intersection(one.id.removeprefix("start:").split(cards.JOINT)))
