"""What a form asks next, be it a service's or a check's: a question for one fact, or a list of statements to tick."""

from __future__ import annotations

from actions import acting, checking, files, together
from actions.action import Action, Event, Scene
from catalogue import Fact, answers
from catalogue.lines import Line
from conversations import Draft
from conversations import messages as m
from conversations.cues import people

_YES_NO = [m.Option(id="yes", label="Yes"), m.Option(id="no", label="No")]


def pending(scene: Scene) -> tuple[Line, ...]:
    """The next question of the draft or the check: a fact, the lines of a list, or nothing when all are there."""
    draft = scene.context.draft
    if draft is None:
        return next(iter(checking.to_ask(scene)), ())
    catalogue = scene.rooms.catalogue
    if draft.changing:
        return (Line(catalogue.facts[draft.changing]),)
    form = together.of_draft(scene, draft)
    left = (fact for fact in form if fact.id not in scene.context.facts and fact.id not in draft.skipped)
    return tuple(Line(fact) for fact in left)[:1]


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
        lines, context, draft = pending(scene), scene.context, scene.context.draft
        if not lines:
            return None
        fact, context.asking, context.listed = lines[0].fact, lines[0].id, [one.id for one in lines]
        if draft is None:
            number = checking.number(context)
        else:
            draft.questions += [fact.id] if fact.id not in draft.questions else []
            number = draft.questions.index(fact.id) + 1
        still = len(checking.to_ask(scene)) if draft is None else 1 if draft.changing else left(scene, draft)
        if len(lines) > 1:
            scene.show(self._list(scene, lines, number, still), "check_list")
            context.problem = None
            return None
        if lines[0].bound is not None:
            scene.show(self._one(scene, lines[0], number, still))
            context.problem = None
            return None
        known = context.facts.get(fact.id)
        options = [m.Option(id=one.id, label=one.label.in_language(scene.language)) for one in fact.options]
        if fact.type == "yes_no":
            options = _YES_NO
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

    def _list(self, scene: Scene, lines: tuple[Line, ...], number: int, still: int) -> m.Question:
        """Several lines in one question; its words are those of ``check_list``."""
        return m.Question(
            fact=lines[0].fact.id,
            fact_type="checklist",
            help=_whose(scene, "check_list_help", "check_list_other"),
            why=" ".join(dict.fromkeys(line.fact.why for line in lines if line.fact.why)) or None,
            lines=[_statement(scene, line) for line in lines],
            error=scene.context.problem,
            number=number,
            of=max(number, number - 1 + still),
            roughly=True,
            choices=self._choices(scene, lines[0].fact, number),
        )

    def _one(self, scene: Scene, line: Line, number: int, still: int) -> m.Question:
        """One line by itself, which is true or not."""
        said, before = _statement(scene, line), scene.context.lines.get(line.id)
        return m.Question(
            text=_whose(scene, "check_line", "check_line_other", statement=said.text),
            lang=scene.rooms.words.marks("check_line", scene.language)["lang"],
            fact=line.fact.id,
            fact_type="yes_no",
            help=said.help,
            why=line.fact.why,
            options=_YES_NO,
            error=scene.context.problem,
            known=None if before is None else "Yes" if before else "No",
            number=number,
            of=max(number, number - 1 + still),
            roughly=True,
            choices=self._choices(scene, line.fact, number),
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


def _person(scene: Scene) -> str:
    """Whom it is for, where that is not the writer."""
    person = scene.context.person
    return people.name(person, scene.language) if person else scene.text("someone_else")


def _whose(scene: Scene, own: str, others: str, **values: str) -> str:
    """The words for whom lines are about."""
    if scene.context.about == "self":
        return scene.text(own, **values)
    return scene.text(others, person=_person(scene), **values)


def _statement(scene: Scene, line: Line) -> m.Statement:
    said = line.text(scene.rooms.today())
    return m.Statement(
        id=line.id,
        fact=line.fact.id,
        text=said.in_language(scene.language),
        lang="mi" if scene.language == "mi" and said.mi else "en",
        help=line.help.in_language(scene.language) if line.help else None,
    )


def _question(scene: Scene, fact: Fact) -> str:
    """The question, with whom it is about where that is not the writer."""
    question, context = fact.question.in_language(scene.language), scene.context
    # Who fills it in is asked of the writer, whoever it is for.
    if context.about == "self" or fact.id in (acting.CAPACITY, acting.NAME):
        return question
    return scene.text("question_for", person=_person(scene), question=question)


def _help(scene: Scene, fact: Fact) -> str | None:
    """What helps to answer. Of a file, what kinds it may be, how large, and whether it can wait."""
    said = [fact.help.in_language(scene.language)] if fact.help else []
    if fact.type == "document":
        said.append(files.hint(fact, scene.text))
        if not is_needed(scene, fact.id):
            said.append(scene.text("help_document_later"))
    return " ".join(said) or None
