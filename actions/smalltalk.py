"""The small things that people say, and steering the conversation."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions import cards
from actions.action import Action, Event, Scene
from actions.form import pending
from actions.plan import show_plan
from cases import UnknownApplication
from conversations import Context
from conversations import messages as m


class Say(Action):
    """Answers a dialogue act that needs no more than words."""

    called = "action_say"

    def act(self, scene: Scene) -> list[Event] | None:
        """The words are those of the act's own name."""
        intent, context = scene.parse.intent, scene.context
        if intent == "greet":
            scene.say("greet_again" if context.life_events else "greet")
        elif intent in ("goodbye", "thank", "help"):
            scene.say(intent)
        elif intent == "repeat":
            fact = scene.rooms.catalogue.facts.get(context.asking or "")
            if fact is not None and fact.why:
                scene.say("why_asked", why=fact.why)
            else:
                self._again(scene)
        else:
            self._open(scene)
        return None

    def _again(self, scene: Scene) -> None:
        if scene.context.life_events:
            show_plan(scene, "plan_intro")
        else:
            scene.say("repeat_nothing")

    def _open(self, scene: Scene) -> None:
        context = scene.context
        choices = [scene.choice("show_plan", "choose_plan")] if context.life_events else []
        choices += [scene.choice("browse", "choose_list"), scene.choice("person", "choose_person")]
        scene.show(m.Choices(choices=choices), "nothing_open")


class ChangePerson(Action):
    """It is about somebody else, or about the writer after all."""

    called = "action_change_person"

    def act(self, scene: Scene) -> list[Event] | None:
        """Changes who it is about; nothing else is lost."""
        scene.context.about = "self" if scene.parse.about == "self" else "other"
        scene.say("changed_person_self" if scene.context.about == "self" else "changed_person")
        return None


class StartAgain(Action):
    """Clears the plan and the answers of this conversation. What was sent stays sent."""

    called = "action_start_again"

    def act(self, scene: Scene) -> list[Event] | None:
        """Forgets all but what was started."""
        fresh = Context(started=scene.context.started, code=scene.context.code, offered=scene.context.offered)
        for name in Context.model_fields:
            if name not in ("decision", "recognised"):
                setattr(scene.context, name, getattr(fresh, name))
        scene.say("fresh_start")
        return [SlotSet("awaiting", None), SlotSet("answer", None)]


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
            if pending(scene) is None:
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
        if pending(scene) is None:
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
