"""From the catalogue and the cases to typed messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TypeVar

from actions.speaker import Speaker
from cases import Application
from catalogue import Plan, Service, Step, answers, make_plan, on, rules
from catalogue.lines import is_known
from catalogue.model import Channel, Cost, Statement
from catalogue.plan import Against, NotForYou
from catalogue.ways import way as find_way
from conversations import Context
from conversations import messages as m

_Statement = TypeVar("_Statement", bound=Statement)


JOINT = "+"
"""Stands between the services in a choice: ``start:register-birth+child-ird-number``."""

MOST = 8
"""Services that can be started together, at most."""


def plan(speaker: Speaker) -> m.PlanCard:
    """The plan for the conversation's life events, as it stands today."""
    context, catalogue = speaker.context, speaker.rooms.catalogue
    made = make_plan(
        catalogue,
        context.life_events,
        context.dates,
        today=speaker.rooms.today(),
        answers={**context.lines, **context.facts},
        rulebook=rules.load(),
        first_agency=context.agency,
    )
    steps = [_step(speaker, made, step) for step in made.steps]
    return m.PlanCard(
        life_events=list(made.life_events),
        names=[catalogue.life_events[event].name.in_language(speaker.language) for event in made.life_events],
        steps=steps,
        not_for_you=[_ruled_out(speaker, one) for one in made.not_for_you],
        agencies=len(made.agencies),
        choices=[
            *([speaker.choice("check", "choose_check_plan")] if checkable(speaker, context.life_events) else []),
            *offer(speaker, steps),
        ],
    )


def offer(speaker: Speaker, steps: Iterable[m.PlanStep]) -> list[m.Choice]:
    """The choice to start what a plan offers here, together; none where there are not two services.

    Only what is for everybody in this life event: a service that is for some is started by itself.
    """
    services = speaker.rooms.catalogue.services
    ready = [one.service for one in steps if one.application is None and not one.only_if]
    ready = [one for one in ready if services[one].start.kind == "api" and one not in speaker.off][:MOST]
    if len(ready) < 2:
        return []
    return [speaker.choice(f"start:{JOINT.join(ready)}", "choose_together", kind="primary", number=len(ready))]


def checkable(speaker: Speaker, life_events: list[str]) -> list[str]:
    """The services of some life events that pay something and have a rule to check it by."""
    ruled = rules.load().services
    services = [one for event in life_events for one in speaker.rooms.catalogue.services_for(event)]
    return list(dict.fromkeys(one.id for one in services if one.amount and one.id in ruled))


def _step(speaker: Speaker, made: Plan, step: Step) -> m.PlanStep:
    catalogue = speaker.rooms.catalogue
    service = catalogue.services[step.service]
    name = service.name.in_language(speaker.language)
    started = next((one for one in reversed(speaker.context.started) if one.service == service.id), None)
    state = speaker.rooms.cases.get(started.reference).state if started else None
    cost = on(made.made_on, service.cost)
    choices = [speaker.choice(f"about:{service.id}", "choose_about")]
    is_off = service.id in speaker.off and not started
    if started:
        choices.insert(0, speaker.choice(f"status:{started.reference}", "choose_status"))
    elif not is_off:
        kind = "primary" if service.start.kind == "api" else "secondary"
        choices.insert(0, speaker.choice(f"start:{service.id}", "choose_start", kind=kind))
    return m.PlanStep(
        service=service.id,
        name=name,
        what=service.what.in_language(speaker.language),
        agency=service.agency,
        agency_name=agency_name(speaker, service),
        stage=step.stage,
        why=" ".join(dict.fromkeys(reason.why for reason in step.reasons)),
        only_if=next((reason.only_if for reason in step.reasons if reason.only_if), None),
        due=step.due,
        due_text=step.due_text,
        overdue=step.overdue,
        waits_for=[catalogue.services[other].name.in_language(speaker.language) for other in step.waits_for],
        waits_for_one_of=[
            catalogue.services[other].name.in_language(speaker.language) for other in step.waits_for_one_of
        ],
        not_with=[catalogue.services[other].name.in_language(speaker.language) for other in step.not_with],
        not_with_why=step.not_with_why,
        cost=cost_text(cost) if cost else None,
        checked=step.checked and service.confidence == "seen" and (not cost or service.confidence_of(cost) == "seen"),
        application=started.reference if started else None,
        state=speaker.text(f"state_{state}") if state else None,
        choices=choices,
        way=other_way(speaker, service) if is_off else None,
    )


def _why_not(speaker: Speaker, why: Against) -> str:
    """A criterion is a sentence; for whom alone something is there is the end of one."""
    text = why.text.in_language(speaker.language)
    return text if why.criterion else f"{speaker.text('label_only_if')} {text}"


def _ruled_out(speaker: Speaker, one: NotForYou) -> m.RuledOut:
    service = speaker.rooms.catalogue.services[one.service]
    return m.RuledOut(
        service=service.id,
        name=service.name.in_language(speaker.language),
        agency_name=agency_name(speaker, service),
        why=[m.Said(text=_why_not(speaker, why), checked=why.confirmed) for why in one.why],
    )


def service(
    speaker: Speaker,
    chosen: Service,
    asked: str | None = None,
    day: dt.date | None = None,
    *,
    code: str | None = None,
) -> m.ServiceCard:
    """A service explained as it holds on ``day`` (today); with ``asked``, only what answers that question.

    ``code`` is for whoever has to call.
    """
    day = day or speaker.rooms.today()
    every = asked is None
    costs, amounts = _holding(chosen.cost, day), _holding(chosen.amount, day)
    times, deadlines = _holding(chosen.time, day), _holding(chosen.deadline, day)
    ways = _holding(chosen.channels, day)
    is_off = chosen.id in speaker.off
    start = way(speaker, chosen, code=code) if is_off or asked in (None, "how") else None
    # What the way says is not said a second time.
    number = start.phone.text if start and start.phone else None
    pages = [one for one in links(speaker, chosen, day) if not (start and start.page and one.url == start.page.url)]
    return m.ServiceCard.model_validate(
        {
            "service": chosen.id,
            "name": chosen.name.in_language(speaker.language),
            "agency_name": agency_name(speaker, chosen),
            "asked": asked,
            "what": chosen.what.in_language(speaker.language),
            "who": list(chosen.who) if every or asked == "eligibility" else [],
            "ready": list(chosen.ready) if every or asked == "documents" else [],
            "cost": [_said(chosen, one, cost_text(one)) for one in costs] if every or asked == "cost" else [],
            "amount": [_said(chosen, one, one.text) for one in amounts] if every or asked == "eligibility" else [],
            "time": [_said(chosen, one, one.text) for one in times] if every or asked == "time" else [],
            "deadline": [_said(chosen, one, one.text) for one in deadlines]
            if every or asked in ("time", "deadline")
            else [],
            "where": [
                _said(chosen, one, one.text)
                for one in ways
                if one.text and not (start and one.text in [place.text for place in start.places])
            ]
            if every or asked in ("where", "how")
            else [],
            "phones": [_said(chosen, one, one.phone) for one in ways if one.phone and one.phone != number]
            if every or asked in ("where", "how")
            else [],
            "links": pages[: None if every else int(start is None or start.page is None)],
            "way": start and start.model_copy(update={"ready": [] if every else start.ready}),
            "checked": chosen.confidence == "seen",
            "assured_date": chosen.assured_date,
            "choices": _service_choices(speaker, chosen, asked),
        }
    )


def _service_choices(speaker: Speaker, chosen: Service, asked: str | None) -> list[m.Choice]:
    if chosen.id in speaker.off:
        choices = [speaker.choice("person", "choose_person")]
    else:
        choices = [speaker.choice(f"start:{chosen.id}", "choose_start_named", kind="primary", service=chosen.name.en)]
    if chosen.id in rules.load().services:
        choices.append(speaker.choice(f"check:{chosen.id}", "choose_check"))
    if asked is not None:
        choices.append(speaker.choice(f"about:{chosen.id}", "choose_about"))
    if speaker.context.life_events:
        choices.append(speaker.choice("show_plan", "choose_plan"))
    return choices


def way(speaker: Speaker, chosen: Service, *, code: str | None = None) -> m.Way:
    """How a service starts, or can be reached while it is switched off; ``code`` is quoted by whoever calls."""
    found = find_way(speaker.rooms.catalogue, chosen, speaker.rooms.today(), off=chosen.id in speaker.off)
    label = speaker.text("way_go", agency=chosen.brand or agency_name(speaker, chosen))
    is_link = found.url is not None and (found.kind == "link" or found.off)
    return m.Way(
        kind=found.kind,
        go=f"/go/{chosen.id}" if is_link else None,
        page=m.Link(url=found.url, label=label, checked=found.url_checked) if is_link and found.url else None,
        phone=m.Said(text=found.phone, checked=found.phone_checked) if found.phone else None,
        code=code if found.phone else None,
        places=[m.Said(text=place, checked=found.places_checked) for place in found.places],
        ready=found.ready,
        off=speaker.text("desk_off_step") if found.off else None,
    )


def other_way(speaker: Speaker, chosen: Service) -> m.Way:
    """How to get a service that is switched off here; without what to have at hand, which its own card says."""
    return way(speaker, chosen).model_copy(update={"ready": []})


def links(speaker: Speaker, chosen: Service, day: dt.date) -> list[m.Link]:
    """The service's own pages that hold on ``day``."""
    label = speaker.text("link_agency", agency=chosen.brand or agency_name(speaker, chosen))
    return [
        m.Link(url=one.url, label=label, checked=chosen.confidence_of(one) == "seen")
        for one in _holding(chosen.channels, day)
        if one.url
    ]


def status(speaker: Speaker, application: Application) -> m.Status:
    """Where an application is."""
    chosen = speaker.rooms.catalogue.services[application.service]
    known = speaker.rooms.catalogue.facts
    has_next = f"next_{application.state}" in speaker.rooms.words.texts
    return m.Status(
        reference=application.reference,
        service=chosen.id,
        name=chosen.name.in_language(speaker.language),
        agency_name=agency_name(speaker, chosen),
        state=application.state,
        label=speaker.text(f"state_{application.state}"),
        message=application.message,
        next=application.next or (speaker.text(f"next_{application.state}") if has_next else None),
        reason=application.reason,
        wanted=[
            known[fact].label.in_language(speaker.language) if fact in known else speaker.text("inform_words")
            for fact in application.wanted
        ],
        pages=_pages(speaker, application),
        agency_reference=application.agency_reference,
        expected_by=application.expected_by,
        payment=bill(application),
        updated_at=application.updated_at,
        history=[
            m.Past(state=one.state, label=speaker.text(f"state_{one.state}"), at=one.at, message=one.message)
            for one in application.history
        ],
        final=application.is_final,
        choices=[] if application.is_final else [speaker.choice(f"status:{application.reference}", "choose_status")],
    )


def bill(application: Application) -> m.Bill | None:
    """What an application costs, with the way to pay it while that is due."""
    payment = application.payment
    if payment is None:
        return None
    return m.Bill(
        state=payment.state,
        amount=answers.money(payment.amount),
        what=payment.what,
        receipt=payment.receipt,
        pay=f"/applications/{application.reference}/pay" if payment.state == "due" else None,
    )


def _pages(speaker: Speaker, application: Application) -> list[m.Link]:
    """The application's own pages: its receipt, and what the person can do about it now."""
    here = f"/applications/{application.reference}"
    pages = [m.Link(url=f"{here}/receipt", label=speaker.text("label_receipt_page"))]
    if application.state == "more_information_needed":
        pages.insert(0, m.Link(url=f"{here}/information", label=speaker.text("inform_title")))
    if not application.is_final and not application.withdrawing:
        pages.append(m.Link(url=f"{here}/withdraw", label=speaker.text("label_take_back")))
    return pages


def receipt(speaker: Speaker, application: Application, access: str, choices: list[m.Choice]) -> m.Receipt:
    """The receipt of an application: what was sent or will be, to whom, and what opens it."""
    catalogue, cases = speaker.rooms.catalogue, speaker.rooms.cases
    chosen = catalogue.services[application.service]
    facts, _ = cases.sent(application.reference)
    waits = [catalogue.services[cases.get(other).service] for other in application.waits_for]
    who = application.acting
    return m.Receipt(
        service=chosen.id,
        name=chosen.name.in_language(speaker.language),
        agency_name=agency_name(speaker, chosen),
        reference=application.reference,
        access_code=access,
        sent_at=application.created_at,
        sent=[catalogue.facts[fact].label.in_language(speaker.language) for fact in facts],
        waits_for=[one.name.in_language(speaker.language) for one in waits],
        acting=f"{who.name}, {speaker.text(f'capacity_{who.capacity}')}" if who else None,
        page=f"/applications/{application.reference}/receipt",
        choices=choices,
    )


def told(speaker: Speaker, context: Context, facts: Iterable[str]) -> dict[str, str]:
    """What is known of ``facts``, in words: their values, or where they lie."""
    catalogue = speaker.rooms.catalogue
    known = {name: value for name, value in context.known.items() if is_known(catalogue.facts, name)}
    return rules.told(catalogue.facts, known, speaker.rooms.today(), facts)


def answered(speaker: Speaker, told: Mapping[str, str]) -> list[m.Answer]:
    """What was answered, in words, each with a way to change it."""
    known = speaker.rooms.catalogue.facts
    return [
        m.Answer(
            fact=name,
            label=known[name].label.in_language(speaker.language),
            value=words,
            choice=speaker.choice(f"change:{name}", "choose_change"),
        )
        for name, words in told.items()
    ]


def agency_name(speaker: Speaker, chosen: Service) -> str:
    """The name of the agency that is answerable, in the conversation's language."""
    return speaker.rooms.catalogue.agency_of(chosen).name.in_language(speaker.language)


def cost_text(cost: Cost) -> str:
    """What something costs, in words."""
    if cost.amount is None:
        return cost.text or ""
    if cost.amount == 0:
        return cost.text or "Free."
    dollars = answers.money(cost.amount)
    return f"{dollars}. {cost.text}" if cost.text else f"{dollars}."


def _said(chosen: Service, statement: Statement, text: str | None) -> m.Said:
    source = chosen.source_of(statement)
    return m.Said(
        text=" ".join(filter(None, (text, statement.note))),
        checked=chosen.confidence_of(statement) == "seen",
        source=m.Link(url=source.url, label=source.title)
        if source and source.url.startswith("https://") and chosen.confidence_of(statement) == "seen"
        else None,
        as_of=source.as_of if source else None,
    )


def _holding(statements: tuple[_Statement, ...], day: dt.date) -> list[_Statement]:
    return [one for one in statements if one.holds_on(day)]


def phone_of(chosen: Service, day: dt.date) -> Channel | None:
    """The first number to call for a service, one that a source shows before any other."""
    phones = [one for one in _holding(chosen.channels, day) if one.phone]
    return min(phones, key=lambda one: chosen.confidence_of(one) != "seen", default=None)
