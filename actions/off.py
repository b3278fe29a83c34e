"""What supervisors have switched off: the assistant leaves it to people, at once."""

from __future__ import annotations

from actions import cards
from actions.action import Scene
from catalogue import Service


def is_off(scene: Scene, service: Service) -> bool:
    """Whether the assistant is switched off for ``service``; then it says so, and how the agency is reached."""
    if not scene.rooms.reception.is_off(service.id):
        return False
    scene.say("desk_off_service", service=service.name.in_language(scene.language))
    card = cards.service(scene, service, "how")
    # The ways to reach the agency, and nothing that could be wrong or started.
    scene.said.append(card.model_copy(update={"ready": [], "choices": [scene.choice("person", "choose_person")]}))
    return True
