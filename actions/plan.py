"""The plan: what joins it, in which tone, and showing it."""

from __future__ import annotations

from actions import cards, care, days
from actions.action import Action, Event, Scene
from conversations import messages as m
from conversations.cues import people

_TONES = ("safety", "sorrow", "plain", "warm")
_GRAVE = ("safety", "sorrow")


def is_delicate(scene: Scene, meant: list[str]) -> bool:
    """Whether the plan holds what must never be mixed up with ``meant``: then it is asked which of them it is."""
    known = scene.rooms.catalogue.life_events
    lost = [event for event in scene.context.life_events if known[event].tone == "sorrow"]
    held = [event for event in lost if any(other in meant for other in known[event].never_with)]
    if not held:
        return False
    asked = [*held, *(event for event in meant if event not in held)]
    choices = [m.Choice(id=f"event:{one}", label=known[one].choice.in_language(scene.language)) for one in asked]
    scene.show(m.Choices(choices=[*choices, scene.choice("something_else", "choose_else")]), "loss_or_baby")
    return True


def never_with(scene: Scene, held: list[str]) -> set[str]:
    """What must not stand beside the losses among ``held``."""
    events = scene.rooms.catalogue.life_events
    return {other for event in held if events[event].tone == "sorrow" for other in events[event].never_with}


def joins(scene: Scene, meant: list[str], key: str | None = None) -> None:
    """Adds life events to the plan and shows it, in the tone of the gravest: sorrow and safety before anything else.

    Args:
        key: the words for the plan, where they are not the usual ones.
    """
    context, known = scene.context, scene.rooms.catalogue.life_events
    had = bool(context.life_events)
    fresh = context.add_life_events(meant)
    context.added, context.asked = fresh, None
    for event in sorted(meant, key=lambda one: known[one].tone == "sorrow"):
        # Someone who lost a baby must never be shown what a newborn needs.
        context.life_events = [one for one in context.life_events if one not in known[event].never_with]
    fresh = [event for event in fresh if event in context.life_events]
    for event in fresh:
        scene.rooms.ledger.note("life_event_recognised", event)
    greet_event(scene, fresh)
    days.hear(scene, fresh)
    show_plan(scene, key or ("plan_same" if not fresh else "plan_added" if had else "plan_intro"))


def greet_event(scene: Scene, fresh: list[str]) -> None:
    """The openings of new life events, the gravest first. Beside sorrow or danger nobody is congratulated."""
    known = scene.rooms.catalogue.life_events
    grave = any(known[event].tone in _GRAVE for event in scene.context.life_events)
    for event in sorted(fresh, key=lambda one: _TONES.index(known[one].tone)):
        if grave and known[event].tone == "warm":
            continue
        if known[event].tone == "safety":
            care.safe(scene)
        opening = known[event].opening
        spoken = scene.language == "mi" and opening.mi is not None
        scene.show(
            m.Words(
                text=opening.in_language(scene.language),
                lang="mi" if spoken else "en",
                unreviewed=spoken and not opening.mi_reviewed,
            )
        )


def whose(scene: Scene, meant: list[str]) -> None:
    """Notes who it is about and in which role the writer acts, where the first message says so.

    Later on, and where somebody died, a person who is mentioned is not the one whom the services are for.
    """
    context, text = scene.context, scene.wrote
    role = people.role(text)
    if role is not None:
        context.role = role
    known = scene.rooms.catalogue.life_events
    first = not context.life_events and all(known[event].tone != "sorrow" for event in meant)
    if scene.parse.about == "other" and first:
        context.turn_to("other", people.find(text) or context.person)


class ShowPlan(Action):
    """Shows the plan as it stands."""

    called = "action_show_plan"

    def act(self, scene: Scene) -> list[Event] | None:
        """Or says that there is none yet."""
        if not scene.context.life_events:
            scene.say("plan_empty")
            return None
        show_plan(scene, "plan_intro")
        return None


def show_plan(scene: Scene, key: str) -> None:
    """Says the plan card with the words for ``key``."""
    context = scene.context
    context.dates |= scene.rooms.catalogue.dates_of(context.life_events, context.facts)
    card = cards.plan(scene)
    card.choices.extend(days.choices(scene))
    if key == "plan_intro" and card.agencies == 1:
        key = "plan_intro_one"
    scene.show(card, key, services=len(card.steps), agencies=card.agencies)
    if context.about == "other" and key != "plan_same":
        if context.person is not None:
            scene.say("plan_for", person=people.name(context.person, scene.language))
        else:
            scene.say("plan_for_other")
        if context.role is not None:
            scene.show(m.Words(**people.duty(context.role, scene.language)))
    scene.rooms.ledger.note("plan_made")
