"""The days that deadlines count from: heard in passing, noted, and offered to be given."""

from __future__ import annotations

import datetime as dt

import babel.dates

from actions.action import Scene
from catalogue.model import EventDate
from conversations import messages as m
from conversations.cues import dates

MOST = 2
"""Choices to give a day beneath one plan."""


def hear(scene: Scene, fresh: list[str]) -> None:
    """Notes the days of the plan's life events that the message tells, and says so.

    Args:
        fresh: the life events that the message brought; the only one's first day is the one of a date without a word.
    """
    wanted = [one.id for event in scene.context.life_events for one in scene.rooms.catalogue.life_events[event].dates]
    own = scene.rooms.catalogue.life_events[fresh[0]].dates if len(fresh) == 1 else ()
    default = own[0].id if own else None
    for name, found in dates.spoken(scene.wrote, wanted, scene.rooms.today(), default).items():
        if scene.context.dates.get(name) != found.day:
            note(scene, name, found)


def choices(scene: Scene) -> list[m.Choice]:
    """To give the days that deadlines of the plan count from and that are not known yet."""
    context, catalogue = scene.context, scene.rooms.catalogue
    open_ = [
        date
        for event in context.life_events
        for date in catalogue.life_events[event].dates
        if (date.id not in context.dates or date.id in context.rough)
        and any(
            date.id in (deadline.after, deadline.before)
            for service in catalogue.services_for(event)
            for deadline in service.deadline
        )
    ]
    return [
        scene.choice(f"date:{one.id}", "choose_date", question=one.question.in_language(scene.language))
        for one in open_[:MOST]
    ]


def show(scene: Scene, day: dt.date) -> str:
    """A day in words."""
    return str(babel.dates.format_date(day, "d MMMM y", locale="mi" if scene.language == "mi" else "en_NZ"))


def note(scene: Scene, name: str, found: dates.Found) -> None:
    """Keeps a day, and says what was understood."""
    context, date = scene.context, known_days(scene)[name]
    # Last in order: the one that a correction means.
    context.dates.pop(name, None)
    context.dates[name] = found.day
    context.rough = [one for one in context.rough if one != name] + ([name] if found.rough else [])
    key = "date_rough" if found.rough else "date_noted"
    scene.say(key, question=date.question.in_language(scene.language), day=show(scene, found.day))


def known_days(scene: Scene) -> dict[str, EventDate]:
    """The days of the plan's life events, those of the newest first."""
    events = scene.rooms.catalogue.life_events
    return {date.id: date for event in reversed(scene.context.life_events) for date in events[event].dates}
