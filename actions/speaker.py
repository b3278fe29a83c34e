"""Who speaks: the words of one language, and what the conversation knows."""

from __future__ import annotations

import functools
from typing import Any

from actions.rooms import Rooms
from conversations import Context
from conversations.messages import Choice


class Speaker:
    """Makes texts and choices in one language. Cards need no more than this, in a conversation or on a page."""

    def __init__(self, rooms: Rooms, language: str, context: Context | None = None) -> None:
        self.rooms = rooms
        self.language = language
        self.context = context or Context()

    @functools.cached_property
    def off(self) -> frozenset[str]:
        """The services that are switched off; looked up once for all that is said in one go."""
        return frozenset(self.rooms.reception.switched_off())

    def text(self, key: str, **values: Any) -> str:
        """The words for ``key`` in the conversation's language."""
        return self.rooms.words.text(key, self.language, **values)

    def choice(self, id: str, key: str, kind: str = "secondary", **values: Any) -> Choice:
        """A choice with the words for ``key``."""
        return self.rooms.words.choice(id, key, self.language, kind, **values)
