"""Beginning a check: can I get it, and what can I get."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions import cards, checking
from actions.action import Action, Event, Scene
from actions.explain import answer
from actions.form import settle
from catalogue import rules
from conversations import messages as m


class CanGet(Action):
    """What someone may be able to get: one service, or all that pay in the life events of the plan."""

    called = "action_can_get"

    def act(self, scene: Scene) -> list[Event] | None:
        """Asks as long as an answer can matter. In the middle of a service's form it shows what is known already."""
        context = scene.context
        services = self._services(scene)
        if not services:
            self._without(scene)
            return None if scene.is_in_form else [FollowupAction("action_listen"), SlotSet("awaiting", None)]
        if scene.is_in_form and context.draft is not None:
            # The form goes on with its question, so the check must not ask one of its own.
            context.checking, context.check_questions = services, []
            checking.show(scene)
            context.checking = []
            return None
        checking.begin(scene, services)
        number = len(checking.to_ask(scene))
        if number:
            scene.say("check_begin_one" if number == 1 else "check_begin", number=number)
        if scene.is_in_form:
            return settle(scene)
        events = [SlotSet("awaiting", None), SlotSet("answer", None)]
        return events if number else [FollowupAction("action_check_answers"), *events]

    def _services(self, scene: Scene) -> list[str]:
        """The one that was chosen or named; else those of the life events that are spoken of, or of the plan."""
        context, catalogue, ruled = scene.context, scene.rooms.catalogue, rules.load().services
        named = scene.value or scene.parse.service
        if named in catalogue.services:
            context.focus = named
            return [named] if named in ruled else []
        events = [event for event in scene.parse.detected if event in catalogue.life_events]
        return cards.checkable(scene, events or context.life_events)

    def _without(self, scene: Scene) -> None:
        """No rule: who may get it can at least be read."""
        context, catalogue = scene.context, scene.rooms.catalogue
        named = catalogue.services.get(scene.value or scene.parse.service or "")
        if named is not None:
            scene.say("check_no_rule", service=named.name.in_language(scene.language))
            answer(scene, named, "eligibility")
            return
        events = [event for event in scene.parse.detected if event in catalogue.life_events] or context.life_events
        paying = {one.id: one for event in events for one in catalogue.services_for(event) if one.amount}
        if not paying:
            scene.say("check_nothing")
            return
        choices = [
            m.Choice(id=f"about:{one.id}/eligibility", label=one.name.in_language(scene.language))
            for one in paying.values()
        ]
        scene.show(m.Choices(choices=choices), "check_how")
