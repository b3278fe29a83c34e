"""How a person reaches a person: the card that says so, and the choices on it, with or without the assistant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from catalogue import Catalogue, days
from conversations import messages as m
from conversations.context import Context
from conversations.desk.handover import Handover, Reason
from conversations.desk.handovers import Handovers
from conversations.desk.switches import Switches
from conversations.desk.teams import GENERAL, Team, Teams
from conversations.store import Conversation, Store
from conversations.words import Words
from storage import now

CHOICES = ("desk:ask", "desk:stop", "desk:agree", "desk:refuse")
"""Choices that the reception answers itself, so that they work whoever has the conversation and whatever is down."""

LOST_AFTER = 2
"""Messages in a row that the assistant could not answer before a person is asked to join."""


class Reception:
    """Offers people, and takes what was chosen."""

    def __init__(
        self,
        handovers: Handovers,
        teams: Teams,
        store: Store,
        catalogue: Catalogue,
        words: Words,
        switches: Switches,
        clock: Callable[[], dt.datetime] = now,
    ) -> None:
        self.handovers = handovers
        self.switches = switches
        self._teams = teams
        self._store = store
        self._catalogue = catalogue
        self._words = words
        self._clock = clock

    def takes(self, choice: str) -> bool:
        """Whether ``choice`` is the reception's to answer."""
        return choice in CHOICES

    def take(self, conversation: str, choice: str) -> list[m.Message]:
        """What to say to a choice. Being passed on is answered by the desk itself."""
        if choice == "desk:ask":
            return [self.card(conversation, "asked")]
        if choice == "desk:stop":
            language = self._store.get(conversation).language
            self.handovers.leave(conversation)
            return [self._words.say("desk_stopped", language)]
        self.handovers.passing.agree(conversation, agrees=choice == "desk:agree")
        return []

    def card(self, conversation: str, reason: Reason, **detail: Any) -> m.Handover:
        """Asks for an adviser where one is there, and says how a person can be reached in any case."""
        handover = self.handovers.ask(conversation, reason, **detail)
        found, context = self._store.get(conversation), self._store.context(conversation)
        live = "none" if handover is None or handover.channel == "call_back" else handover.state
        waiting = self.handovers.queue.place(handover) if handover is not None and live == "waiting" else None
        key = {"waiting": "desk_waiting", "held": "desk_held"}.get(live, "handover")
        if waiting is not None and waiting.minutes == 1:
            key = "desk_waiting_soon"
        values = {"place": waiting.place, "minutes": waiting.minutes} if waiting is not None else {}
        choices = [self._words.choice("desk:stop", "desk_stop", found.language)] if live == "waiting" else []
        card: dict[str, Any] = {
            "text": self._words.text(key, found.language, **values),
            **self._words.marks(key, found.language),
            "code": self._store.code(conversation),
            "open_now": live in ("waiting", "held"),
            "hours": self._hours(found),
            "live": live,
            "place": waiting.place if waiting else None,
            "minutes": waiting.minutes if waiting else None,
            "call_back": live in ("none", "waiting"),
            "phones": self._phones(context, found.language),
            "choices": choices,
        }
        return m.Handover.model_validate(card)

    def in_crisis(self, conversation: str) -> list[m.Message]:
        """Asks for an adviser at once where one is there. The person is told, and can say no."""
        handover = self.handovers.ask(conversation, "crisis", urgent=True)
        if handover is None or handover.state != "waiting" or handover.channel != "chat":
            return []
        language = self._store.get(conversation).language
        choice = self._words.choice("desk:stop", "desk_refuse_help", language)
        text = self._words.text("desk_crisis", language)
        return [m.Choices(text=text, choices=[choice], **self._words.marks("desk_crisis", language))]

    def failed(self, conversation: str) -> list[m.Message]:
        """What to add when the assistant can't answer: an adviser, asked for after the second time."""
        turns = [turn for turn in self._store.turns(conversation) if turn.by != "person"]
        lately = [turn.decision == "kept" for turn in turns[-(LOST_AFTER - 1) :]]
        if len(lately) == LOST_AFTER - 1 and all(lately) and self.handovers.queue.open_one(conversation) is None:
            if self.handovers.is_there(conversation):
                return [self.card(conversation, "failure", failed="assistant")]
        elif self.handovers.queue.open_one(conversation) is None and self.handovers.is_there(conversation):
            language = self._store.get(conversation).language
            choice = self._words.choice("desk:ask", "choose_person", language)
            text = self._words.text("desk_offer", language)
            return [m.Choices(text=text, choices=[choice], **self._words.marks("desk_offer", language))]
        return []

    def off(self, conversation: str) -> list[m.Message]:
        """What to say where the assistant is switched off, as a whole or for the agency whose site it is on."""
        found = self._store.get(conversation)
        off = {one.subject for one in self.switches.all() if one.kind in ("everything", "agency")}
        if "" not in off and (found.agency is None or found.agency not in off):
            return []
        if "" in off:
            said = self._words.say("desk_off_everything", found.language)
        else:
            agency = self._catalogue.agencies[found.agency or ""].name.in_language(found.language)
            said = self._words.say("desk_off_agency", found.language, agency=agency)
        return [said, self.card(conversation, "failure", failed="switched off")]

    def switched_off(self) -> dict[str, str]:
        """The services that the assistant leaves to people just now, by themselves, by their agency or with all others;
        with the reason that was given.
        """
        off = {(one.kind, one.subject): one.reason for one in self.switches.all()}
        found: dict[str, str] = {}
        for one in self._catalogue.services.values() if off else ():
            for key in (("service", one.id), ("agency", one.agency), ("everything", "")):
                if key in off:
                    found.setdefault(one.id, off[key])
        return found

    def is_off(self, service: str) -> bool:
        """Whether the assistant leaves ``service`` to people just now."""
        return service in self.switched_off()

    def where(self, conversation: str) -> Handover | None:
        """The handover that is not over, if any."""
        return self.handovers.queue.open_one(conversation)

    def _hours(self, found: Conversation) -> str:
        """When somebody can be reached here; the lines' own hours stand with their numbers."""
        teams = self._teams.all()
        team = next((one for one in teams.values() if found.agency and one.agency == found.agency), teams[GENERAL])
        lines = self._words.text("handover_hours", found.language)
        moment = self._clock()
        opens = team.opens(moment)
        if team.is_open(moment) or opens is None:
            return lines
        return f"{self._words.text('desk_opens', found.language, when=_when(opens))} {lines}"

    def _phones(self, context: Context, language: str) -> list[m.Said]:
        """The numbers of the agencies in the plan, with their hours."""
        services = [self._catalogue.services[context.focus]] if context.focus in self._catalogue.services else []
        services += [one for event in context.life_events for one in self._catalogue.services_for(event)]
        phones = []
        for agency in [self._catalogue.agencies[one] for one in dict.fromkeys(one.agency for one in services)][:4]:
            for phone in agency.phones[:1]:
                hours = f" ({phone.hours})" if phone.hours else ""
                said = f"{agency.name.in_language(language)}: {phone.number}{hours}"
                phones.append(m.Said(text=said, checked=phone.confidence != "unverified"))
        return phones


def _when(moment: dt.datetime) -> str:
    here = moment.astimezone(days.AOTEAROA)
    return f"{here:%A} {here.day} {here:%B}, {here.hour % 12 or 12}:{here:%M}{'am' if here.hour < 12 else 'pm'}"


def describe(team: Team) -> str:
    """A team's opening hours in words, Monday first."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    runs: list[tuple[int, int, str]] = []
    for day, (begin, end) in sorted((int(day), hours) for day, hours in team.hours.items()):
        hours = f"{begin}–{end}"
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    spans = [f"{names[first]}{f'–{names[last]}' if last > first else ''} {hours}" for first, last, hours in runs]
    return ", ".join(spans) or "closed"
