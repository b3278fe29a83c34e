"""The form of a service: which fact is asked next, and what an answer does.

Rasa's form ``application_form`` carries it: it asks as long as its one slot ``answer`` is empty. The answers
themselves stay in the conversation's context; Rasa only learns that there was one. A check of what someone may be able
to get is a form too, whose facts come from the rules.
"""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions import acting, checking, files, together
from actions.action import Action, Event, Scene
from actions.off import leave_out
from actions.plan import show_plan
from catalogue import AnswerError, Fact, answers, ticks
from catalogue.rules import Missing
from conversations import Draft
from conversations import messages as m
from conversations.cues import people

PATIENCE = 3
"""Answers that can't be read, one after the other, until the form is put aside."""


def pending(scene: Scene) -> tuple[Fact, ...]:
    """The facts of the next question of the draft or the check: one, several in a list, or none when all are there."""
    draft = scene.context.draft
    if draft is None:
        return next(iter(checking.to_ask(scene)), ())
    catalogue = scene.rooms.catalogue
    if draft.changing:
        return (catalogue.facts[draft.changing],)
    form = together.of_draft(scene, draft)
    return tuple(fact for fact in form if fact.id not in scene.context.facts and fact.id not in draft.skipped)[:1]


def is_needed(scene: Scene, fact: str) -> bool:
    """Whether an agency of the draft must have ``fact``."""
    draft, services = scene.context.draft, scene.rooms.catalogue.services
    if draft is None:
        return False
    return fact in (acting.CAPACITY, acting.NAME) or any(fact in services[one].start.form for one in draft.services)


def left(scene: Scene, draft: Draft) -> int:
    """How many questions are left, as far as can be told now."""
    context, form = scene.context, together.of_draft(scene, draft)
    return sum(fact.id not in context.facts and fact.id not in draft.skipped for fact in form)


class Ask(Action):
    """Asks for the next fact, as Rasa's form wants it."""

    called = "action_ask_application_form_answer"

    def act(self, scene: Scene) -> list[Event] | None:
        """Says the question."""
        facts, context, draft = pending(scene), scene.context, scene.context.draft
        if not facts:
            return None
        fact, context.asking, context.listed = facts[0], facts[0].id, [one.id for one in facts]
        if draft is None:
            number = checking.number(context)
        else:
            draft.questions += [fact.id] if fact.id not in draft.questions else []
            number = draft.questions.index(fact.id) + 1
        still = len(checking.to_ask(scene)) if draft is None else 1 if draft.changing else left(scene, draft)
        if len(facts) > 1:
            scene.show(self._list(scene, facts, number, still), "check_list")
            context.problem = None
            return None
        known = context.facts.get(fact.id)
        options = [m.Option(id=one.id, label=one.label.in_language(scene.language)) for one in fact.options]
        if fact.type == "yes_no":
            options = [m.Option(id="yes", label="Yes"), m.Option(id="no", label="No")]
        spoken = scene.language == "mi" and fact.question.mi is not None
        scene.show(
            m.Question(
                text=_question(scene, fact),
                lang="mi" if spoken else "en",
                unreviewed=spoken and not fact.question.mi_reviewed,
                fact=fact.id,
                fact_type=fact.type,
                help=_help(scene, fact),
                accept=files.endings(fact),
                why=fact.why,
                options=options,
                error=context.problem,
                known=answers.show(fact, known) if known is not None else None,
                number=number,
                of=max(number, number - 1 + still),
                roughly=draft is None,
                choices=self._choices(scene, fact, number),
            )
        )
        context.problem = None
        return None

    def _list(self, scene: Scene, facts: tuple[Fact, ...], number: int, still: int) -> m.Question:
        """Several facts in one question; its words are those of ``check_list``."""
        return m.Question(
            fact=facts[0].id,
            fact_type="checklist",
            help=_whose(scene, "check_list_help", "check_list_other"),
            why=" ".join(dict.fromkeys(fact.why for fact in facts if fact.why)) or None,
            lines=[
                m.Statement(
                    fact=fact.id,
                    text=fact.statement.in_language(scene.language),
                    lang="mi" if scene.language == "mi" and fact.statement.mi else "en",
                    help=fact.help.in_language(scene.language) if fact.help else None,
                )
                for fact in facts
                if fact.statement is not None
            ],
            error=scene.context.problem,
            number=number,
            of=max(number, number - 1 + still),
            roughly=True,
            choices=self._choices(scene, facts[0], number),
        )

    def _choices(self, scene: Scene, fact: Fact, number: int) -> list[m.Choice]:
        draft = scene.context.draft
        is_list = len(scene.context.on_table) > 1
        back = [scene.choice("back", "choose_back")] if number > 1 else []
        if draft is None and scene.context.check_changing:
            return [scene.choice("keep", "choose_keep"), scene.choice("dont_know", "choose_dont_know")]
        if draft is None:
            none = [scene.choice("tick:none", "tick_none")] if is_list else []
            unsure = scene.choice("dont_know", "tick_unsure" if is_list else "choose_dont_know")
            return [
                *none,
                unsure,
                scene.choice("skip", "choose_refuse"),
                *back,
                scene.choice("stop", "choose_check_stop"),
            ]
        if draft.changing:
            back = [scene.choice("keep", "choose_keep")]
        elif not is_needed(scene, fact.id):
            back.append(scene.choice("skip", "choose_skip"))
        return [*back, scene.choice("stop", "choose_stop")]


def _whose(scene: Scene, own: str, others: str) -> str:
    """The words for whom a list is about."""
    context = scene.context
    if context.about == "self":
        return scene.text(own)
    named = people.name(context.person, scene.language) if context.person else scene.text("someone_else")
    return scene.text(others, person=named)


def _question(scene: Scene, fact: Fact) -> str:
    """The question, with whom it is about where that is not the writer."""
    question, context = fact.question.in_language(scene.language), scene.context
    # Who fills it in is asked of the writer, whoever it is for.
    if context.about == "self" or fact.id in (acting.CAPACITY, acting.NAME):
        return question
    named = people.name(context.person, scene.language) if context.person else scene.text("someone_else")
    return scene.text("question_for", person=named, question=question)


def _help(scene: Scene, fact: Fact) -> str | None:
    """What helps to answer. Of a file, what kinds it may be, how large, and whether it can wait."""
    said = [fact.help.in_language(scene.language)] if fact.help else []
    if fact.type == "document":
        said.append(files.hint(fact, scene.text))
        if not is_needed(scene, fact.id):
            said.append(scene.text("help_document_later"))
    return " ".join(said) or None


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
        facts = [scene.rooms.catalogue.facts[one] for one in context.on_table]
        try:
            self._keep(scene, facts, given)
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
        if draft is None and context.check_changing == context.asking:
            context.check_changing = None
        context.asking = None
        if leave_out(scene):
            return [SlotSet("requested_slot", None), ActiveLoop(None), FollowupAction("action_listen")]
        return settle(scene)

    def _keep(self, scene: Scene, facts: list[Fact], given: str) -> None:
        """Keeps what was answered.

        Raises:
            AnswerError: where it is no answer; nothing is kept then.
        """
        if len(facts) > 1:
            scene.context.note(ticks.read(facts, given))
        else:
            scene.context.note({facts[0].id: answers.read(facts[0], given, scene.rooms.today())})


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
        for fact in before[-1]:
            context.facts.pop(fact, None)
            context.missing.pop(fact, None)
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
            for fact in context.on_table:
                context.facts.pop(fact, None)
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
