"""The client of Rasa: one message in, what the actions said back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
from pydantic import BaseModel

from conversations.messages import Message, Words, messages

_FURTHER = 0.15
"""Below this confidence a life event beside a likelier one is none that the message tells of. In the accepted messages
of `nlu_data/evaluation/own.tsv` those below it were right 5 times and wrong 107 times, the others 21 and 14."""

_DANGER = {"crime_or_violence": 0.03}
"""Lower where somebody may be in danger: they are shown who can help, though it be needless. Of seven such messages
below 0.15, the two that were right had 0.03 or more."""


class RasaDown(Exception):
    """Rasa does not answer, or not in time. The message is not lost: it is stored, and can be sent again."""


class Parse(BaseModel):
    """What the model made of a text, without it becoming part of a conversation."""

    text: str
    decision: str
    life_events: list[dict[str, Any]] = []
    detected: list[str] = []
    choices: list[str] = []
    intent: str = ""
    confidence: float = 0.0
    service: str | None = None
    question: str | None = None
    about: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Parse:
        """From Rasa's parse data, where payloads of buttons have no decision."""
        intent = data.get("intent") or {}
        picked = {
            name: data[name] for name in cls.model_fields if name in data and name not in ("intent", "confidence")
        }
        chances = {str(one["id"]): float(one["confidence"]) for one in picked.get("life_events") or []}
        found = picked.get("detected") or []
        return cls(
            **{
                "text": "",
                "decision": "dialogue",
                **{key: value for key, value in picked.items() if value is not None},
                "detected": [
                    one for one in found if one == found[0] or chances.get(one, 1.0) >= _DANGER.get(one, _FURTHER)
                ],
            },
            intent=intent.get("name") or "",
            confidence=intent.get("confidence") or 0.0,
        )


class Word(BaseModel):
    """Part of a text, and how much less likely the life event is without it (0 to 1)."""

    text: str
    weight: float


class Explained(BaseModel):
    """What the model made of some texts: the first one's parse, for each the probability of each label, and the words
    of the first one by life event, the strongest first.
    """

    read: Parse
    chances: list[dict[str, float]]
    words: dict[str, list[Word]] = {}


class Rasa:
    """Rasa at its private address.

    Args:
        token: what both the HTTP API and the message channel ask for.
        timeout: seconds for one turn.
    """

    def __init__(
        self, url: str, token: str, timeout: float = 15.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._token = token
        self._http = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(timeout, connect=2.0),
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
            transport=transport,
        )

    def say(self, conversation: str, text: str, language: str) -> list[Message]:
        """Sends ``text`` as the next message of ``conversation``; gives what the actions said.

        Raises:
            RasaDown: where no answer came.
        """
        body = {"sender": conversation, "message": text, "metadata": {"language": language}}
        said = self._post("/webhooks/aratohu/messages", body)
        return messages.validate_python(
            [one["custom"] if "custom" in one else Words(text=one.get("text") or "").model_dump() for one in said]
        )

    def parse(self, text: str) -> Parse:
        """What the model makes of ``text``.

        Raises:
            RasaDown: where no answer came.
        """
        return Parse.of(self._post("/model/parse", {"text": text}))

    def explain(self, texts: list[str]) -> Explained:
        """What the model makes of ``texts``, and which words of the first one spoke for its life events.

        Raises:
            RasaDown: where no answer came.
        """
        said = self._post("/webhooks/aratohu/explain", {"texts": texts})
        return Explained(read=Parse.of(said["read"]), chances=said["chances"], words=said["words"])

    def replace(self, model: str, seconds: float = 120.0) -> None:
        """Lets Rasa go on with another model file. What is said meanwhile waits for it; nothing is refused.

        Raises:
            RasaDown: where it could not be loaded; the model of before goes on.
        """
        try:
            answer = self._http.put(
                "/model", json={"model_file": model}, params={"token": self._token}, timeout=seconds
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise RasaDown(type(error).__name__) from error

    def rewind(self, conversation: str, since: dt.datetime) -> None:
        """Forgets the last message of ``conversation`` and what came of it, if it was said at ``since`` or later.

        Raises:
            RasaDown: where no answer came.
        """
        at = f"/conversations/{conversation}/tracker"
        try:
            known = self._http.get(at, params={"token": self._token, "include_events": "AFTER_RESTART"})
            known.raise_for_status()
            said = [event["timestamp"] for event in known.json().get("events") or [] if event["event"] == "user"]
        except (httpx.HTTPError, ValueError) as error:
            raise RasaDown(type(error).__name__) from error
        if said and said[-1] >= since.timestamp():
            # Rasa takes back the listening before the message, too; without it, it would not hear the next one.
            self._post(f"{at}/events", [{"event": "rewind"}, {"event": "action", "name": "action_listen"}])

    def is_ready(self) -> bool:
        """Whether Rasa answers and has a model."""
        try:
            answer = self._http.get("/status", params={"token": self._token}, timeout=2.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def _post(self, path: str, body: Any) -> Any:
        try:
            answer = self._http.post(
                path, json=body, params={"token": self._token}, headers={"Authorization": f"Bearer {self._token}"}
            )
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaDown(type(error).__name__) from error
