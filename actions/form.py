"""The form of a service: what an answer does, and going back, skipping, keeping.

Rasa's form ``application_form`` carries it: it asks as long as its one slot ``answer`` is empty. The answers
themselves stay in the conversation's context; Rasa only learns that there was one. A check of what someone may be able
to get is a form too, whose facts come from the rules. What is asked next is :mod:`actions.asking`.
"""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import checking, together
from actions.action import Action, Event, Scene
from actions.asking import is_needed, pending
from actions.off import leave_out
from actions.plan import show_plan
from catalogue import AnswerError, lines, ticks
from catalogue.lines import Line
from catalogue.rules import Missing
from conversations import messages as m

PATIENCE = 3
"""Answers that can't be read, one after the other, until the form is put aside."""


class Take(Action):
    """Takes an answer in, as Rasa's form wants it."""

    called = "validate_application_form"

    def act(self, scene: Scene) -> list[Event] | None:
        """Reads the answer. Without one it gives no event, so that Rasa's rules see to the interruption."""
        context, draft = scene.context, scene.context.draft
        given, context.given = context.given, None
        if draft is None and not context.checking:
            return [SlotSet("answer", "complete")]
        if given is None or context.asking is None:
            return [SlotSet("answer", None)] if "answer" in scene.tracker.slots_to_validate() else None
        asked = [lines.find(scene.rooms.catalogue.facts, one) for one in context.on_table]
        try:
            self._keep(scene, asked, given)
        except AnswerError as error:
            context.problem, context.tries = str(error), context.tries + 1
            if context.tries >= PATIENCE:
                # The same question over and over helps nobody.
                context.tries, context.problem = 0, None
                choices = [
                    scene.choice("continue", "choose_continue" if draft is not None else "choose_check_on"),
                    scene.choice("person", "choose_person"),
                ]
                scene.show(m.Choices(choices=choices), "stuck")
                context.asking = None
                return [SlotSet("requested_slot", None), ActiveLoop(None), FollowupAction("action_listen")]
            return [SlotSet("answer", None)]
        context.tries = 0
        if draft is not None and draft.changing == context.asking:
            draft.changing = None
        if draft is None and context.check_changing == lines.fact_of(context.asking):
            context.check_changing = None
        context.asking = None
        if leave_out(scene):
            return [SlotSet("requested_slot", None), ActiveLoop(None), FollowupAction("action_listen")]
        return settle(scene)

    def _keep(self, scene: Scene, asked: list[Line], given: str) -> None:
        """Keeps what was answered.

        Raises:
            AnswerError: where it is no answer; nothing is kept then.
        """
        context, today = scene.context, scene.rooms.today()
        if len(asked) > 1:
            context.note(ticks.read(asked, given, today, is_own=context.about == "self"))
        else:
            context.note(ticks.read_alone(asked[0], given, today))


def settle(scene: Scene) -> list[Event]:
    """What to tell Rasa after the answers changed: ask on, or done."""
    if not pending(scene):
        scene.context.asking = None
        return [SlotSet("answer", "complete")]
    return [SlotSet("answer", None)]


def nothing_open(scene: Scene) -> None:
    """There is nothing to answer, skip or go back to: what can be done instead."""
    choices = [scene.choice("show_plan", "choose_plan")] if scene.context.life_events else []
    choices += [scene.choice("browse", "choose_list"), scene.choice("person", "choose_person")]
    scene.show(m.Choices(choices=choices), "nothing_open")


class Back(Action):
    """Goes back to the question before."""

    called = "action_back"

    def act(self, scene: Scene) -> list[Event] | None:
        """Forgets the last answer of the draft or the check, so that the form asks for it again."""
        context, draft = scene.context, scene.context.draft
        if draft is None:
            return self._in_check(scene)
        draft.changing = None
        before = draft.questions
        if context.asking in before:
            before = before[: before.index(context.asking)]
        if not before:
            scene.say("nothing_before")
            return None
        last = before[-1]
        context.facts.pop(last, None)
        draft.skipped = [fact for fact in draft.skipped if fact != last]
        draft.questions = before
        scene.say("went_back")
        return None

    def _in_check(self, scene: Scene) -> list[Event] | None:
        context = scene.context
        if not context.checking:
            if context.life_events:
                show_plan(scene, "back_to_plan")
            else:
                nothing_open(scene)
            return None
        # The question on the table was asked too, and has no answer yet.
        before = checking.answered(context)
        if not before:
            scene.say("nothing_before")
            return None
        context.check_questions = before[:-1]
        for one in before[-1]:
            fact = lines.fact_of(one)
            context.facts.pop(fact, None)
            context.missing.pop(fact, None)
            context.lines.pop(one, None)
        scene.say("went_back")
        return None if scene.is_in_form else [SlotSet("answer", None), FollowupAction("application_form")]


class Skip(Action):
    """Leaves a question out, where the agency or the check can do without."""

    called = "action_skip"

    def act(self, scene: Scene) -> list[Event] | None:
        """Skips, or says why it can't be skipped."""
        context, draft = scene.context, scene.context.draft
        if context.dating is not None:
            context.dating = None
            scene.say("date_left")
            return None
        if context.asking is None or (draft is None and not context.checking):
            nothing_open(scene)
            return None
        if draft is None:
            unknown = scene.parse.intent == "dont_know"
            # Where it is asked again, what was answered before holds no longer.
            for one in context.on_table:
                fact = lines.fact_of(one)
                context.facts.pop(fact, None)
                context.lines.pop(one, None)
                context.missing[fact] = Missing.UNKNOWN.value if unknown else Missing.REFUSED.value
            context.check_changing = None
            scene.say("check_noted_unknown" if unknown else "check_noted_refused")
        elif draft.changing:
            draft.changing = None
        elif is_needed(scene, context.asking):
            names = together.goes_to(scene, draft.services, context.asking)
            names = names or together.agencies(scene, draft.services)
            key = "dont_know_needed" if scene.parse.intent == "dont_know" else "cannot_skip"
            scene.say(key, agency=", ".join(names))
            return None
        else:
            draft.skipped.append(context.asking)
            scene.say("skipped")
        context.asking = None
        return settle(scene)


class Keep(Action):
    """Keeps an answer that was about to be changed."""

    called = "action_keep"

    def act(self, scene: Scene) -> list[Event] | None:
        """Goes back to the check of the answers."""
        scene.context.check_changing = None
        if scene.context.draft is not None:
            scene.context.draft.changing = None
        scene.context.asking = None
        return settle(scene)
