"""Services that a message names in a way that the model did not know: misspelt, or by half a name."""

from __future__ import annotations

from actions.action import Scene
from catalogue.finding import finder
from conversations import messages as m

_SURE = 0.75
"""How well a name must fit to be offered. Meaning is the model's part, and it has just said that it is none of ours."""

_MOST = 3


def offer(scene: Scene) -> bool:
    """Offers the services that the message may name; gives whether there are any."""
    catalogue = scene.rooms.catalogue
    found = [one for one in finder(catalogue).find(scene.wrote, limit=_MOST) if one.fit >= _SURE]
    if not found:
        return False
    choices = [
        m.Choice(id=f"about:{one.id}", label=catalogue.services[one.id].name.in_language(scene.language))
        for one in found
    ]
    scene.show(m.Choices(choices=[*choices, scene.choice("something_else", "choose_else")]), "answer_which")
    return True
