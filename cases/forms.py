"""The forms of services as cases see them: which facts go to which agency, and whether the answers will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalogue import AnswerError, Catalogue, answers, days
from catalogue.answers import Value

FREE_WORDS = 2000
"""Characters of free words to an agency, at most."""


class CannotStart(Exception):
    """This can't be sent to an agency from here. The text says what the person can do instead."""


class AnswersMissing(Exception):
    """``problems`` says by fact id which answers are missing or wrong."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def form_of(catalogue: Catalogue, service: str) -> list[str]:
    """The facts of a service's form, those that it can do without too.

    Raises:
        CannotStart: where the service has no form here.
    """
    found = catalogue.services[service]
    if found.start.kind != "api":
        raise CannotStart(f"{found.name.en} can't be sent from here yet. Use the agency's own page.")
    return [*found.start.form, *found.start.optional]


def check(
    catalogue: Catalogue, forms: Mapping[str, Sequence[str]], given: Mapping[str, Value]
) -> dict[str, dict[str, Value]]:
    """The answers for each service.

    Raises:
        AnswersMissing: where one is missing, wrong, or asked for by none.
    """
    asked = {fact for form in forms.values() for fact in form}
    problems = {fact: "This service does not ask for it. Leave it out." for fact in given if fact not in asked}
    required = {fact for service in forms for fact in catalogue.services[service].start.form}
    read: dict[str, Value] = {}
    for name in asked:
        fact, value = catalogue.facts[name], given.get(name)
        if value is None or value == "":
            if name in required:
                problems[name] = f"{fact.label.en} is missing."
            continue
        try:
            read[name] = value if isinstance(value, bool) else answers.read(fact, str(value), days.today())
        except AnswerError as error:
            problems[name] = str(error)
    if problems:
        raise AnswersMissing(problems)
    return {service: {name: read[name] for name in form if name in read} for service, form in forms.items()}


def check_wanted(catalogue: Catalogue, wanted: Iterable[str], given: Mapping[str, Value]) -> dict[str, Value]:
    """The answers to what an agency asked for after the start. What is no fact is free words.

    Raises:
        AnswersMissing: where one is missing, wrong, or was not asked for.
    """
    names = list(wanted)
    problems = {fact: "The agency did not ask for it. Leave it out." for fact in given if fact not in names}
    clean: dict[str, Value] = {}
    for name in names:
        fact, value = catalogue.facts.get(name), str(given.get(name, "")).strip()
        if not value:
            problems[name] = f"{fact.label.en} is missing." if fact else "Write what the agency asked for."
        elif fact is None:
            clean[name] = value[:FREE_WORDS]
        else:
            try:
                clean[name] = answers.read(fact, value, days.today())
            except AnswerError as error:
                problems[name] = str(error)
    if problems:
        raise AnswersMissing(problems)
    return clean
