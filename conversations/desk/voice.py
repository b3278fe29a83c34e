"""What the desk itself says in a conversation: that somebody joined, left, or would like to pass it on."""

from __future__ import annotations

from typing import Any

from catalogue import Catalogue
from conversations.desk.handover import Handover
from conversations.desk.teams import Team
from conversations.messages import Choices, Message
from conversations.store import Store, Turn
from conversations.words import Words
from storage import now


class Voice:
    """Speaks for the desk, in the language of the person."""

    def __init__(self, store: Store, catalogue: Catalogue, words: Words) -> None:
        self._store = store
        self._catalogue = catalogue
        self._words = words

    def tell(self, conversation: str, key: str, **values: Any) -> None:
        """Says the words for ``key``."""
        language = self._store.get(conversation).language
        self._say(conversation, [self._words.say(key, language, **values)])

    def ask_to_pass(self, handover: Handover, team: Team) -> None:
        """Asks the person whether the conversation may go to another agency's team."""
        language = self._store.get(handover.conversation).language
        agency = self._catalogue.agencies[team.agency or ""].name.in_language(language)
        choices = [
            self._words.choice("desk:agree", "desk_agree", language, "primary"),
            self._words.choice("desk:refuse", "desk_refuse", language),
        ]
        text = self._words.text("desk_may_pass", language, agency=agency)
        said = Choices(text=text, choices=choices, **self._words.marks("desk_may_pass", language))
        self._store.offer(handover.conversation, [one.id for one in choices])
        self._say(handover.conversation, [said])

    def _say(self, conversation: str, said: list[Message]) -> None:
        turn = Turn(number=0, by="adviser", at=now(), messages=said, decision="desk")
        self._store.add(conversation, turn, by_desk=True)
