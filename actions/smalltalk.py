"""The small things that people say, and steering the conversation."""

from __future__ import annotations

import re

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import cards
from actions.action import Action, Event, Scene
from actions.asking import pending
from actions.explain import explain
from actions.form import nothing_open
from actions.plan import show_plan
from cases import UnknownApplication
from catalogue.lines import fact_of
from conversations import Context
from conversations import messages as m
from conversations.cues import people


class Say(Action):
    """Answers a dialogue act that needs no more than words."""

    called = "action_say"

    def act(self, scene: Scene) -> list[Event] | None:
        """The words are those of the act's own name."""
        intent, context = scene.parse.intent, scene.context
        if intent == "greet":
            scene.say("greet_again" if context.life_events else "greet")
        elif intent == "goodbye":
            scene.show(m.Choices(choices=[scene.choice("come_back", "choose_come_back")]), intent)
        elif intent == "thank" and scene.value == "wait":
            scene.say("take_time")
        elif scene.value == "anger":
            choices = [scene.choice("browse", "choose_list"), scene.choice("person", "choose_person")]
            scene.show(m.Choices(choices=choices), "sorry_anger")
        elif scene.value == "privacy":
            link = m.Link(url="/privacy", label=scene.text("link_privacy"))
            scene.show(m.Words(links=[link]), "privacy_short")
        elif intent in ("affirm", "deny") or scene.value == "hum":
            # "Ok", "k" and "no" to nothing in particular: an open question is asked again by the form.
            scene.say("ok_question" if scene.is_in_form else "ok_plan" if context.life_events else "ok")
        elif intent == "thank" and scene.is_in_form:
            scene.say("thank_short")
        elif intent in ("thank", "help"):
            scene.say(intent)
        elif intent == "repeat":
            known = scene.rooms.catalogue.facts
            whys = [known[one].why for one in map(fact_of, context.on_table) if one in known]
            if any(whys):
                scene.say("why_asked", why=" ".join(dict.fromkeys(filter(None, whys))))
            else:
                self._again(scene)
        else:
            nothing_open(scene)
        return None

    def _again(self, scene: Scene) -> None:
        if scene.context.life_events:
            show_plan(scene, "plan_intro")
        else:
            scene.say("repeat_nothing")


class ChangePerson(Action):
    """It is about somebody else, or about the writer after all."""

    called = "action_change_person"

    def act(self, scene: Scene) -> list[Event] | None:
        """Each person keeps their own answers; what was asked last is answered for the one it is about now."""
        context = scene.context
        person = scene.value or people.find(scene.wrote)
        for_self = (
            scene.value is None and scene.parse.about == "self" and (person is None or _DENIED.search(scene.wrote))
        )
        was_open = context.draft is not None or bool(context.checking)
        context.role = people.role(scene.wrote) or (None if for_self else context.role)
        changed = context.turn_to("self") if for_self else context.turn_to("other", person)
        if not changed:
            scene.say("person_same")
            return None
        if context.person is not None:
            scene.say("person_named", person=people.name(context.person, scene.language))
        else:
            scene.say("person_self" if for_self else "person_other")
        if context.role is not None:
            scene.show(m.Words(**people.duty(context.role, scene.language)))
        if was_open:
            scene.say("person_form_waits")
        return self._on(scene)

    def _on(self, scene: Scene) -> list[Event] | None:
        """Goes on: with the form that waits for that person, with the question asked last, or with the plan."""
        context = scene.context
        if context.draft is not None or context.checking:
            return None if scene.is_in_form else [FollowupAction("action_resume")]
        if context.focus is not None and context.asked is not None:
            explain(scene, context.asked, context.focus)
        elif context.life_events:
            show_plan(scene, "plan_same")
        if scene.is_in_form:
            return [ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("action_listen")]
        return None


_DENIED = re.compile(r"\b(not(?!\s+((about|for)\s+)?me\b)|isn'?t|ehara)\b.*\b(my|our|taku|tōku)\b", re.IGNORECASE)


class StartAgain(Action):
    """Clears the plan and the answers of this conversation. What was sent stays sent."""

    called = "action_start_again"

    def act(self, scene: Scene) -> list[Event] | None:
        """Asks first where something would be lost; forgets all but what was started."""
        context = scene.context
        would_lose = bool(context.life_events or context.facts or context.draft or context.people)
        if scene.value == "no":
            scene.say("fresh_kept")
            return [SlotSet("awaiting", None), FollowupAction("action_resume")]
        if would_lose and scene.value != "yes" and scene.parse.intent != "affirm":
            choices = [
                scene.choice("start_again:yes", "choose_fresh", kind="warning"),
                scene.choice("start_again:no", "choose_not_fresh"),
            ]
            scene.show(m.Choices(choices=choices), "fresh_ask")
            context.asking = None
            return [SlotSet("awaiting", "fresh")]
        fresh = Context(started=context.started, code=context.code, offered=context.offered, tongue=context.tongue)
        for name in Context.model_fields:
            if name not in ("decision", "recognised"):
                setattr(context, name, getattr(fresh, name))
        scene.say("fresh_start")
        return [SlotSet("awaiting", None), SlotSet("answer", None)]


class KeepAll(Action):
    """Does not start again after all."""

    called = "action_keep_all"

    def act(self, scene: Scene) -> list[Event] | None:
        """Goes on where the conversation was."""
        scene.say("fresh_kept")
        return [SlotSet("awaiting", None), FollowupAction("action_resume")]


class Resume(Action):
    """Goes on with a form that was interrupted, or shows the plan."""

    called = "action_resume"

    def act(self, scene: Scene) -> list[Event] | None:
        """To the next question, to the check of the answers, to the notice: wherever it stopped."""
        context = scene.context
        if scene.is_in_form:
            # The form asks its question again by itself.
            return None
        if context.draft is None and context.checking:
            if not pending(scene):
                return [FollowupAction("action_check_answers")]
            return [SlotSet("answer", None), FollowupAction("application_form")]
        if context.draft is None:
            if context.life_events:
                show_plan(scene, "plan_intro")
            else:
                scene.say("repeat_nothing")
            return None
        if context.draft.consent is None:
            return [FollowupAction("action_start")]
        if not pending(scene):
            return [FollowupAction("action_check_answers")]
        return [SlotSet("answer", None), FollowupAction("application_form")]


class Track(Action):
    """Where the applications of this conversation are."""

    called = "action_track"

    def act(self, scene: Scene) -> list[Event] | None:
        """The one that was chosen or spoken of, else all."""
        started = scene.context.started
        wanted = [one for one in started if one.reference == scene.value]
        wanted = wanted or [one for one in started if one.service == scene.parse.service] or started[-4:]
        if not wanted:
            link = m.Link(url="/applications", label=scene.text("link_follow"))
            scene.show(m.Words(links=[link]), "status_none")
            return None
        scene.say("status_intro")
        for one in wanted:
            self._look(scene, one.reference)
            try:
                scene.show(cards.status(scene, scene.rooms.cases.get(one.reference)))
            except UnknownApplication:
                continue
        return None

    def _look(self, scene: Scene, reference: str) -> None:
        try:
            scene.rooms.delivery.refresh(reference)
        except Exception:  # noqa: BLE001 - what we know already is shown, whatever the agency's state
            return
