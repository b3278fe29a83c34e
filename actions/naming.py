"""Messages that name a service outright: its card comes first, and what else there is stays a choice."""

from __future__ import annotations

from actions.action import Scene
from actions.explain import asked_in, explain
from actions.plan import greet_event, is_delicate, never_with
from catalogue.finding import finder
from conversations import messages as m
from conversations.cues import any_of, load

_LIKELY = 0.3
"""Below this confidence a life event that the service does not belong to is not offered beside it."""

_MOST = 3
"""Life events that are offered beside a service."""

_GRAVE = ("safety", "sorrow")


def outright(scene: Scene) -> str | None:
    """The service that the message names and does little else: no word is left that tells of something happening.

    The name or an alias must stand in the message whole, however spelt. A name of one word ("passport", "divorce") is a
    word of everyday life, so the model must have read the same service.
    """
    text = scene.wrote
    if not text or any_of("naming", "refused").search(text):
        return None
    named = [one for one in finder(scene.rooms.catalogue).named(text) if not _tells(one.rest)]
    named = [one for one in named if one.length > 1 or one.id == scene.parse.service]
    if not named:
        return None
    longest = [one for one in named if one.length == named[0].length]
    if len(longest) > 1:
        # The same words name several services; the model may say which.
        return next((one.id for one in longest if one.id == scene.parse.service), None)
    return longest[0].id


def _refused(scene: Scene) -> bool:
    """Whether a service is named only to say that it is not wanted."""
    rest = any_of("naming", "refused").sub(" ", scene.wrote)
    if rest == scene.wrote:
        return False
    named = [one for one in finder(scene.rooms.catalogue).named(rest) if not _tells(one.rest)]
    return any(one.length > 1 or one.id == scene.parse.service for one in named)


def _tells(rest: tuple[str, ...]) -> bool:
    """Whether words beside a service's name tell of something else than a wish or a question."""
    cues = load("naming")
    known = {str(word) for word in (*cues["beside"], *cues["people"])}
    return any(word not in known for word in rest)


def tell(scene: Scene) -> bool:
    """Shows the card of the service that the message names, with its question answered; gives whether there was one.

    A message of grief or danger begins with what is said then, and with who can help now.
    """
    name = outright(scene)
    if name is None:
        if _refused(scene):
            scene.say("left_it")
            return True
        return False
    catalogue, context = scene.rooms.catalogue, scene.context
    service = catalogue.services[name]
    if is_delicate(scene, list(service.life_events)):
        return True
    known = catalogue.life_events
    chances = {str(one["id"]): float(one["confidence"]) for one in scene.parse.life_events}
    near = [event for event in chances if event in known and event not in context.life_events]
    own = [event for event in near if event in service.life_events and chances[event] >= _LIKELY]
    fresh = own or [event for event in near if chances[event] >= _LIKELY and event in scene.parse.detected]
    greet_event(scene, [event for event in fresh if known[event].tone in _GRAVE])
    explain(scene, _asked(scene), name)
    if scene.parse.question == "status" and not any(one.service == name for one in context.started):
        link = m.Link(url="/applications", label=scene.text("link_follow"))
        scene.show(m.Words(links=[link]), "status_none")
    offer_events(scene, fresh)
    return True


def _asked(scene: Scene) -> str | None:
    """The question that the model sees, where there are words for it. Who says no more than "passport" asks nothing."""
    asked = asked_in(scene)
    if asked is None and any_of("naming", "price").search(scene.wrote):
        return "cost"
    if asked is None or asked not in load("naming"):
        return None
    return asked if any_of("naming", asked).search(scene.wrote) else None


def offer_events(scene: Scene, events: list[str]) -> None:
    """Offers the whole plan for some life events, none that must not stand beside a loss."""
    known, language = scene.rooms.catalogue.life_events, scene.language
    spared = never_with(scene, [*events, *scene.context.life_events])
    choices = [
        scene.choice(f"event:{one}", "choose_everything", event=known[one].name.in_language(language))
        for one in events
        if one not in spared
    ]
    if choices:
        scene.show(m.Choices(choices=choices[:_MOST]), "plan_offer")
