"""``catalogue preview`` and ``catalogue rehearse``: what people see of a service, and its start in the sandbox."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click
import uvicorn
import yaml

import catalogue
from actions import cards
from actions.speaker import Speaker
from cases import AnswersMissing, CannotStart, Consent
from catalogue import Fact, Service, answers, make_plan, rules
from catalogue.days import count, today
from connectors.agencies.sandbox.app import create
from connectors.channels.settings import Settings, variable
from connectors.channels.wiring import House, build

_LONGEST_WAIT = 30.0
"""Seconds until a rehearsal is given up."""


@contextlib.contextmanager
def house(*, with_agencies: bool = False) -> Iterator[House]:
    """A whole house on a folder of its own that is gone afterwards. Nothing of the real one is touched.

    Args:
        with_agencies: whether the sandbox agencies run beside it; they move applications along by themselves.
    """
    with (
        tempfile.TemporaryDirectory(prefix="aratohu-") as folder,
        socket.socket() as listening,
        contextlib.ExitStack() as running,
    ):
        listening.bind(("127.0.0.1", 0))
        settings = _settings(Path(folder), listening.getsockname()[1])
        # What goes on inside is no news to somebody who looks at a service.
        logging.disable(logging.ERROR)
        running.callback(logging.disable, logging.NOTSET)
        if with_agencies:
            running.enter_context(_sandbox(settings, listening))
        made = build(settings)
        running.callback(made.close)
        yield made


def _settings(folder: Path, sandbox_port: int) -> Settings:
    """The settings that a new installation in ``folder`` would have, whatever the surroundings set."""
    before = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(variable(name), None)
    os.environ |= {
        variable("data_dir"): str(folder),
        variable("sandbox_port"): str(sandbox_port),
        variable("follow_seconds"): "0.5",
    }
    try:
        return Settings.load()
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _sandbox(settings: Settings, listening: socket.socket) -> Iterator[None]:
    app = create(
        settings.data_dir / "agencies",
        settings.sandbox_client_secret.get_secret_value(),
        settings.webhook_secret.get_secret_value(),
        auto_seconds=0.5,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def preview(service: Service, life_event: str | None = None) -> str:
    """What the chat would say of a service, and where it stands in the plans of its life events."""
    with house() as here:
        whole, day = here.catalogue, here.rooms.today()
        lines = _card(here, service)
        for event in [life_event] if life_event else service.life_events:
            made = make_plan(whole, [event], today=day)
            place = next((number for number, one in enumerate(made.steps, 1) if one.service == service.id), None)
            if place is None:
                continue
            step = made.steps[place - 1]
            lines += [
                "",
                f"In the plan for “{whole.life_events[event].name.en}” it is step {place} of {len(made.steps)}:",
            ]
            lines.append(f"  {here.words.text(f'label_stage_{step.stage}', 'en')}. {step.reasons[0].why}")
            if step.reasons[0].only_if:
                lines.append(f"  Only if {step.reasons[0].only_if}.")
            if step.due_text:
                lines.append(f"  Deadline: {step.due_text}")
            waits = [whole.services[one].name.en for one in (*step.waits_for, *step.waits_for_one_of)]
            if waits:
                lines.append(f"  Comes after: {', '.join(waits)}")
        if service.id in rules.load().services:
            lines += ["", "“What may I get?” is asked for it:"]
            result = rules.check(service.id, {}, day)
            lines += [f"  {whole.facts[fact].question.en}" for fact in result.ask]
        if service.start.kind == "api":
            lines += ["", "Before anything is sent, people read:"]
            lines.append(f"  Why it is needed: {service.start.purpose}")
            lines.append(f"  If you don't want to give it: {service.start.refusal}")
            lines += ["", "Then they are asked:"]
            lines += [f"  {fact.question.en}" for fact in whole.form_of(service, {})]
        return "\n".join(lines)


def _card(here: House, service: Service) -> list[str]:
    card = cards.service(Speaker(here.rooms, "en"), service)

    def label(key: str) -> str:
        return here.words.text(key, "en")

    lines = [card.name, card.agency_name, "", card.what]
    for key, said in (
        ("label_who", card.who),
        ("label_amount", card.amount),
        ("label_ready", card.ready),
        ("label_cost", card.cost),
        ("label_time", card.time),
        ("label_deadline", card.deadline),
        ("label_where", card.where),
        ("label_phone", card.phones),
    ):
        if said:
            lines += ["", label(key)]
            for one in said:
                doubt = "" if isinstance(one, str) or one.checked else f"  [{label('label_unchecked')}]"
                lines.append(f"  - {one if isinstance(one, str) else one.text}{doubt}")
    if card.links:
        lines += ["", label("label_links"), *(f"  - {one.url}" for one in card.links)]
    if not card.checked:
        lines += ["", label("label_unchecked")]
    lines += ["", here.words.text("label_checked_on", "en", date=f"{card.assured_date.day} {card.assured_date:%B %Y}")]
    return [*lines, "", "Buttons: " + ", ".join(f"[{choice.label}]" for choice in card.choices)]


def example(fact: Fact, day: dt.date) -> answers.Value:
    """An invented answer to a question, of the kind that the fact asks for."""
    if fact.type == "date":
        return (count(day, "2 months") if fact.past is False else dt.date(1990, 2, 28)).isoformat()
    if fact.type == "choice":
        return fact.options[0].id
    if fact.type in ("number", "money"):
        return fact.minimum or 1
    invented: dict[str, answers.Value] = {
        "yes_no": True,
        "name": "Māia Example",
        "email": "maia@example.org",
        "phone": "+64 21 123 4567",
        "address": "1 Example Street, Exampleville, Wellington 6011",
        "country": "New Zealand",
        "ird_number": "049091850",
        "bank_account": "01-0242-0100194-00",
        "trips": "none",
    }
    return invented.get(fact.type, "an example")


def rehearse(service: Service, given: dict[str, Any]) -> Iterator[str]:
    """Starts a service in the sandbox for an invented person, and follows it to its end.

    Raises:
        click.ClickException: where it can't be started or does not come to an end.
    """
    with house(with_agencies=True) as here:
        yield f"Starting “{service.name.en}” at {here.catalogue.agency_of(service).name.en}, in the sandbox."
        known: dict[str, Any] = dict(given)
        # Questions can depend on answers, so they come one after another, as in the chat.
        while left := [one for one in here.catalogue.form_of(service, known) if one.id not in known]:
            known[left[0].id] = example(left[0], here.rooms.today())
        sent = {one.id: known[one.id] for one in here.catalogue.form_of(service, known)}
        for fact, value in sent.items():
            yield f"  {here.catalogue.facts[fact].question.en}  {answers.show(here.catalogue.facts[fact], value)}"
        consent = Consent(given_at=dt.datetime.now(dt.UTC), notice=service.assured_date.isoformat(), text="a rehearsal")
        try:
            application, _ = here.cases.start(service.id, sent, consent)
        except CannotStart:
            raise click.ClickException(
                f"`{service.id}` starts by `{service.start.kind}`, so there is nothing to send. Set `kind: api` in its "
                "`start`, with a `form`, a `purpose` and a `refusal`, to have it started here."
            ) from None
        except AnswersMissing as error:
            wrong = "; ".join(f"{fact}: {said}" for fact, said in error.problems.items())
            raise click.ClickException(f"these answers can't be sent ({wrong}). Give others with --answers.") from None
        yield f"Sent. Reference {application.reference}."
        told, end = 0, time.monotonic() + _LONGEST_WAIT
        while time.monotonic() < end:
            application = here.cases.get(application.reference)
            for past in application.history[told:]:
                yield f"  {here.words.text(f'state_{past.state}', 'en')}" + (
                    f": {past.message}" if past.message else ""
                )
            told = len(application.history)
            if application.is_final:
                if application.state != "completed":
                    raise click.ClickException(
                        f"it ended as `{application.state}`: {application.message or 'no reason'}"
                    )
                yield "Done."
                return
            time.sleep(0.1)
        raise click.ClickException("it did not come to an end in 30 seconds; look at the agency's side of it")


def read_answers(given: TextIO | None, whole: catalogue.Catalogue) -> dict[str, Any]:
    """Answers by fact from a YAML or JSON file, checked."""
    if given is None:
        return {}
    try:
        content = yaml.safe_load(given)
    except yaml.YAMLError as error:
        raise click.ClickException(f"{given.name} is neither JSON nor YAML: {error}") from None
    if not isinstance(content, dict):
        raise click.ClickException(f"{given.name} holds no answers. Write them like: full_name: Māia Example")
    found: dict[str, Any] = {}
    for name, value in content.items():
        fact = whole.facts.get(str(name))
        if fact is None:
            raise click.ClickException(f"{given.name}: there is no fact `{name}`; `./aratohu facts` lists them.")
        if isinstance(value, bool | int | float):
            found[fact.id] = value
            continue
        try:
            found[fact.id] = answers.read(fact, str(value), today())
        except answers.AnswerError as error:
            raise click.ClickException(f"{given.name}: `{name}`: {error}") from None
    return found
