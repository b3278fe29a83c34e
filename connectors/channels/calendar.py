"""The last days of a plan as a calendar file that phones and computers read, with alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from icalendar import Alarm, Calendar, Event

from connectors.channels.marking import Labels
from conversations.messages import PlanStep
from storage.secrets import digest

BEFORE = (dt.timedelta(days=7), dt.timedelta(days=1))
"""How long before the day the alarms ring."""


def make(steps: Sequence[PlanStep], words: Labels, key: str, made_at: dt.datetime) -> bytes:
    """One entry for each step that has a last day.

    Args:
        key: keeps the entries of one plan apart from those of others: the same plan gives the same entries, so that
            reading the file in again changes them instead of doubling them.
        made_at: when the file was made, in UTC.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Aratohu//Plan//EN")
    calendar.add("version", "2.0")
    for step in steps:
        if step.due is None:
            continue
        event = Event()
        event.add("uid", f"{digest(f'{key} {step.service}')[:32]}@aratohu")
        event.add("dtstamp", made_at)
        event.add("dtstart", step.due)
        event.add("dtend", step.due + dt.timedelta(days=1))
        event.add("summary", words("calendar_title", service=step.name))
        event.add("description", f"{step.agency_name}. {step.due_text or ''}".strip())
        event.add("transp", "TRANSPARENT")
        for before in BEFORE:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", words("calendar_title", service=step.name))
            alarm.add("trigger", -before)
            event.add_component(alarm)
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
