"""Starting a service: notice, consent, the check of the answers, sending."""

from __future__ import annotations

import hashlib

from rasa_sdk.events import FollowupAction, SlotSet

from actions import acting, cards, checking, together
from actions.action import Action, Event, Scene
from actions.asking import left, pending
from actions.off import leave_out, tell_off
from cases import AgencyUnavailable, AnswersMissing, NotAccepted, Order
from cases import Consent as SentConsent
from catalogue import Service, on
from conversations import Consent, Draft, Started
from conversations import messages as m
from storage import now

NOTICE = "2026-11"
"""The version of the notice's wording that people agree to."""


class Start(Action):
    """Begins a service: the notice for one that can be sent from here, the way to it for any other."""

    called = "action_start"

    def act(self, scene: Scene) -> list[Event] | None:
        """Finds out which service is meant, and begins it."""
        if cards.JOINT in (scene.value or ""):
            return self._together(scene)
        chosen = self._chosen(scene)
        if chosen is None:
            return self._which(scene)
        scene.context.focus = chosen.id
        if tell_off(scene, [chosen.id]):
            return None
        scene.context.checking, scene.context.asking = [], None
        running = next((one for one in reversed(scene.context.started) if one.service == chosen.id), None)
        if running is not None:
            application = scene.rooms.cases.get(running.reference)
            if application.state not in ("not_accepted", "withdrawn"):
                scene.say("start_again_already", service=chosen.name.in_language(scene.language))
                scene.show(cards.status(scene, application))
                return None
        if not chosen.start.form:
            return self._hand_over(scene, chosen)
        draft = scene.context.draft
        if draft is None or draft.services != [chosen.id]:
            draft = scene.context.draft = Draft(service=chosen.id)
        # Whoever starts it anew is shown the notice anew.
        draft.consent, draft.consents = None, {}
        scene.show(notice(scene, draft, chosen.agency), "notice")
        return [SlotSet("awaiting", "consent"), SlotSet("answer", None)]

    def _together(self, scene: Scene) -> list[Event] | None:
        services = together.chosen(scene, scene.value)
        tell_off(scene, (scene.value or "").split(cards.JOINT))
        if not services:
            scene.say("together_none")
            return [SlotSet("awaiting", None)]
        context = scene.context
        context.focus, context.checking, context.asking = services[0].id, [], None
        draft = context.draft = Draft(service=services[0].id, others=[one.id for one in services[1:]])
        if draft.others:
            scene.show(together.card(scene, services), "together")
        scene.show(notice(scene, draft, services[0].agency), "notice")
        return [SlotSet("awaiting", "consent"), SlotSet("answer", None)]

    def _chosen(self, scene: Scene) -> Service | None:
        services = scene.rooms.catalogue.services
        name = scene.value or scene.parse.service or scene.context.focus
        return services.get(name) if name else None

    def _which(self, scene: Scene) -> list[Event] | None:
        if not scene.context.life_events:
            scene.say("start_nothing")
            return None
        steps = cards.plan(scene).steps
        startable = [step for step in steps if step.application is None and step.service not in scene.off][:4]
        if not startable:
            scene.say("together_none")
            return None
        choices = [m.Choice(id=f"start:{step.service}", label=step.name) for step in startable]
        scene.show(m.Choices(choices=choices), "start_which")
        return None

    def _hand_over(self, scene: Scene, chosen: Service) -> list[Event] | None:
        key = {"link": "start_link", "phone": "start_phone", "in_person": "start_in_person"}[chosen.start.kind]
        code = None
        if chosen.start.kind == "phone":
            # The code is written to the stored context, and this one must know it too.
            scene.rooms.store.save(scene.conversation, scene.context)
            code = scene.context.code = scene.rooms.store.code(scene.conversation)
        scene.say(key, service=chosen.name.in_language(scene.language))
        scene.show(cards.service(scene, chosen, "how", code=code))
        return [SlotSet("awaiting", None)]


def notice(scene: Scene, draft: Draft, agency: str) -> m.Notice:
    """What would be sent to one agency, and why: for all services of the draft that are its own."""
    catalogue, groups = scene.rooms.catalogue, together.by_agency(scene.rooms.catalogue, draft.services)
    mine = groups[agency]
    costs = [(one, on(scene.rooms.today(), one.cost)) for one in mine]
    needed = {fact for one in mine for fact in one.start.form}
    facts = dict.fromkeys(fact for one in mine for fact in (*one.start.form, *one.start.optional))
    labels = {fact: catalogue.facts[fact].label.in_language(scene.language) for fact in facts}
    return m.Notice(
        service=mine[0].id,
        name="; ".join(one.name.in_language(scene.language) for one in mine),
        agency_name=cards.agency_name(scene, mine[0]),
        purpose=_each(scene, [(one, one.start.purpose) for one in mine]),
        recipients=_each(scene, [(one, one.start.recipients) for one in mine]) or None,
        refusal=_each(scene, [(one, one.start.refusal) for one in mine]),
        # What can be skipped is sent too, where it is given, so it is told before anybody agrees.
        facts=[one if fact in needed else scene.text("notice_skip", label=one) for fact, one in labels.items()],
        cost=_each(scene, [(one, cards.cost_text(cost)) for one, cost in costs if cost]) or None,
        number=list(groups).index(agency) + 1,
        of=len(groups),
        choices=[
            scene.choice("agree", "choose_agree", kind="primary"),
            scene.choice("decline", "choose_not_now"),
        ],
    )


def _each(scene: Scene, said: list[tuple[Service, str | None]]) -> str:
    """What is said of each service, with its name where there are several."""
    told = [(one, text) for one, text in said if text]
    if len(said) == 1:
        return " ".join(text for _, text in told)
    return " ".join(f"{one.name.in_language(scene.language)}: {text}" for one, text in told)


def _asked_next(scene: Scene, draft: Draft) -> str | None:
    """The agency whose notice is on the table, or comes next."""
    groups = together.by_agency(scene.rooms.catalogue, draft.services)
    return next((agency for agency in groups if agency not in draft.consents), None)


def _go_on(scene: Scene, draft: Draft) -> list[Event]:
    """To the next agency's notice, or to the questions."""
    agency = _asked_next(scene, draft)
    if agency is not None:
        scene.show(notice(scene, draft, agency), "together_next")
        return [FollowupAction("action_listen"), SlotSet("awaiting", "consent")]
    draft.consent = max(draft.consents.values(), key=lambda one: one.given_at)
    number = left(scene, draft)
    if number == 0:
        scene.say("agreed_none")
        return [FollowupAction("action_check_answers"), SlotSet("awaiting", None), SlotSet("answer", None)]
    scene.say("agreed_one" if number == 1 else "agreed", number=number)
    return [SlotSet("awaiting", None), SlotSet("answer", None)]


class Agree(Action):
    """Notes the consent with the words that were shown; the form follows."""

    called = "action_agree"

    def act(self, scene: Scene) -> list[Event] | None:
        """Goes on to the questions, or straight to the check where nothing is left to ask."""
        draft = scene.context.draft
        if draft is None:
            scene.say("not_ready_to_send")
            return [FollowupAction("action_listen"), SlotSet("awaiting", None)]
        if leave_out(scene):
            return [FollowupAction("action_listen"), SlotSet("awaiting", None)]
        agency = _asked_next(scene, draft)
        if agency is not None:
            shown = notice(scene, draft, agency)
            draft.consents[agency] = Consent(
                given_at=now(), notice=NOTICE, text=shown.model_dump_json(exclude={"choices", "lang", "unreviewed"})
            )
        return _go_on(scene, draft)


class Decline(Action):
    """No consent: the draft goes, nothing was sent."""

    called = "action_decline"

    def act(self, scene: Scene) -> list[Event] | None:
        """Puts the draft aside, or the part of it that is this agency's."""
        draft = scene.context.draft
        refused = _asked_next(scene, draft) if draft is not None else None
        if draft is not None and refused is not None:
            services = scene.rooms.catalogue.services
            rest = [one for one in draft.services if services[one].agency != refused]
            if rest:
                name = scene.rooms.catalogue.agencies[refused].name.in_language(scene.language)
                scene.say("together_dropped", agency=name)
                draft.service, draft.others = rest[0], rest[1:]
                events = _go_on(scene, draft)
                asks = not any(one.get("event") == "followup" for one in events)
                return [*events, FollowupAction("application_form")] if asks else events
        scene.context.draft, scene.context.asking = None, None
        scene.say("not_agreed")
        return [SlotSet("awaiting", None)]


class CheckAnswers(Action):
    """Shows everything that will be sent, or what a check found."""

    called = "action_check_answers"

    def act(self, scene: Scene) -> list[Event] | None:
        """Lists the answers, each with a way to change it."""
        context, catalogue = scene.context, scene.rooms.catalogue
        if checking.is_running(context):
            checking.show(scene)
            return [SlotSet("awaiting", None)]
        if leave_out(scene):
            return [SlotSet("awaiting", None)]
        if context.draft is None or context.draft.consent is None or pending(scene):
            scene.say("not_ready_to_send")
            return [SlotSet("awaiting", None)]
        draft = context.draft
        names = [catalogue.services[one].name.in_language(scene.language) for one in draft.services]
        form = together.of_draft(scene, draft)
        given = [fact.id for fact in form if fact.id in context.facts]
        listed = cards.answered(scene, cards.told(scene, context, given))
        everybody = together.agencies(scene, draft.services)
        if len(everybody) > 1:
            for one in listed:
                one.goes_to = together.goes_to(scene, draft.services, one.fact) or everybody
        agency = ", ".join(everybody)
        card = m.CheckAnswers(
            service=draft.service,
            name="; ".join(names),
            agency_name=agency,
            answers=listed,
            choices=[scene.choice("send", "choose_send", kind="primary"), scene.choice("stop", "choose_stop")],
        )
        scene.show(card, "check_answers", service=card.name, agency=agency)
        return [SlotSet("awaiting", "sending")]


class Change(Action):
    """Asks for one answer again."""

    called = "action_change"

    def act(self, scene: Scene) -> list[Event] | None:
        """Marks the fact; the form asks for it and nothing else is lost."""
        context = scene.context
        known = scene.value in scene.rooms.catalogue.facts
        if known and checking.is_running(context):
            context.check_changing = scene.value
        elif known and context.draft is not None:
            context.draft.changing = scene.value
        else:
            scene.say("not_ready_to_send")
            return [FollowupAction("action_listen"), SlotSet("awaiting", None)]
        return [SlotSet("awaiting", None), SlotSet("answer", None)]


class Send(Action):
    """Sends what was checked. From here on it is a case, and is delivered whatever happens."""

    called = "action_send"

    def act(self, scene: Scene) -> list[Event] | None:
        """Starts the application and gives the receipt."""
        context, catalogue = scene.context, scene.rooms.catalogue
        draft = context.draft
        if draft is None or draft.consent is None or pending(scene):
            scene.say("not_ready_to_send")
            return [SlotSet("awaiting", None)]
        agreed = draft.services
        if leave_out(scene):
            return [SlotSet("awaiting", None)]
        if draft.services != agreed:
            # What is left is looked at again before it goes.
            return [FollowupAction("action_check_answers"), SlotSet("awaiting", None)]
        chosen = catalogue.services[draft.service]
        form = [fact for fact in together.fields(catalogue, draft.services, scene) if fact.id in context.facts]
        if chosen.start.kind == "link":
            return self._pass_on(scene, chosen, draft.consent, [fact.id for fact in form])
        # A draft of the last release holds one consent only, as it had one service.
        consents = draft.consents or {chosen.agency: draft.consent}
        try:
            made, access = scene.rooms.cases.start_together(
                draft.services,
                {fact.id: context.facts[fact.id] for fact in form},
                {agency: SentConsent.model_validate(one.model_dump()) for agency, one in consents.items()},
                # A second press of the button is the same consent, and so the same applications.
                key=f"{scene.conversation}:{draft.service}:{draft.consent.given_at.isoformat()}",
                conversation=scene.conversation,
                language=scene.language,
                acting=acting.who(scene),
            )
        except AnswersMissing as error:
            fact = next(iter(error.problems))
            draft.changing, context.problem = fact, error.problems[fact]
            return [SlotSet("awaiting", None), SlotSet("answer", None), FollowupAction("application_form")]
        started = [Started(reference=one.reference, access_code=access, service=one.service) for one in made]
        context.started = [*context.started, *started]
        context.draft, context.asking, context.focus = None, None, draft.service
        for application in made:
            choices = [scene.choice(f"status:{application.reference}", "choose_status", kind="primary")]
            if application is made[-1]:
                choices.append(scene.choice("show_plan", "choose_plan"))
            card = cards.receipt(scene, application, access, choices)
            if application is made[0]:
                scene.show(card, "sent", agency=", ".join(together.agencies(scene, draft.services)))
            else:
                scene.show(card)
        return [SlotSet("awaiting", None)]

    def _pass_on(self, scene: Scene, chosen: Service, consent: Consent, form: list[str]) -> list[Event] | None:
        """Gives the answers to the agency's own form, against a link that opens once. That is no application."""
        context, key = scene.context, f"{scene.conversation}:{chosen.id}:{consent.given_at.isoformat()}"
        order = Order(
            # The same consent gives the same link, however often the button is pressed.
            reference=f"ARA-{hashlib.sha256(key.encode()).hexdigest()[:20]}",
            service=chosen.id,
            answers={fact: context.facts[fact] for fact in form},
            consent=SentConsent.model_validate(consent.model_dump()),
            language=scene.language,
        )
        agency = cards.agency_name(scene, chosen)
        try:
            made = scene.rooms.delivery.hand_over(chosen.agency, order)
        except AgencyUnavailable:
            scene.say("hand_over_later", agency=agency)
            scene.show(cards.service(scene, chosen, "how"))
            return [SlotSet("awaiting", "sending")]
        except NotAccepted as error:
            fact = next((one for one in error.problems if one in form), None)
            if fact is None:
                scene.say("hand_over_refused", agency=agency)
                scene.show(cards.service(scene, chosen, "how"))
                return [SlotSet("awaiting", None)]
            if context.draft is not None:
                context.draft.changing, context.problem = fact, error.problems[fact]
            return [SlotSet("awaiting", None), SlotSet("answer", None), FollowupAction("application_form")]
        scene.rooms.ledger.note("handed_over", chosen.id)
        context.draft, context.asking, context.focus = None, None, chosen.id
        link = m.Link(url=made.url, label=scene.text("hand_over_open", agency=agency))
        scene.show(m.Words(links=[link]), "handed_over", agency=agency, service=chosen.name.in_language(scene.language))
        return [SlotSet("awaiting", None)]


class Stop(Action):
    """Puts the form aside. The answers stay in the conversation; a check shows what it knows."""

    called = "action_stop"

    def act(self, scene: Scene) -> list[Event] | None:
        """Says what became of it."""
        context = scene.context
        if checking.is_running(context) and scene.is_in_form:
            checking.show(scene)
            return [SlotSet("awaiting", None)]
        if context.draft is None:
            # "Never mind" where nothing is open asks for no list of what could be done instead.
            scene.say("left_it")
            return [SlotSet("awaiting", None)]
        services, context.draft, context.asking = context.draft.services, None, None
        service = cards.JOINT.join(services)
        choices = [scene.choice("show_plan", "choose_plan")]
        if not scene.off.intersection(services):
            choices.insert(0, scene.choice(f"start:{service}", "choose_continue"))
        scene.show(m.Choices(choices=choices), "stopped")
        return [SlotSet("awaiting", None)]
