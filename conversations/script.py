"""Scripts: conversations in YAML, to be played with the real assistant. ``docs/conversations.md`` tells how.

A script says what a person writes or chooses, turn by turn, and what must come of it. It is data that a content
designer can read and write; playing it is :mod:`conversations.stage`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from conversations.messages import Language


class ScriptError(ValueError):
    """A script that can't be read. The text names the file, the conversation and what to mend."""


class Line(BaseModel):
    """One turn: what the person does, and what must come of it.

    Attributes:
        person: what the person writes.
        chooses: the id or the label of a choice that was offered.
        fills: answers the open form to its end, with these answers by fact and plausible ones for the rest.
        if_asked: the choice to take where the assistant wants to know which life event is meant. The extra turn is
            counted in the report.
        twice: the same message is posted twice, as an impatient finger or a bad line does.
        has, has_not: words that the answer must hold, or must not, in whatever case.
        shows, shows_not: types of messages that the answer must have, or must not.
        offers, offers_not: choices (by id or by its beginning, such as ``start:``) that must be there, or must not.
        asks: the fact that is asked for when the answer ends, by itself or in a list; ``nothing`` where no question may
            be open.
        plan, plan_not: life events that the plan must have, or must not.
        services, services_not: services that the last plan shown must have, or must not.
        dates: the days that the conversation knows, by name.
        about: who it is about: ``self``, ``other``, or a person such as ``mother``.
        language: the language in which the assistant goes on.
        decision: one of these is what the model must have decided.
        refused: the message is not taken; words that the refusal must hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str | None = None
    chooses: str | None = None
    fills: dict[str, str] | None = None
    if_asked: str | None = None
    twice: bool = False
    has: list[str] = []
    has_not: list[str] = []
    shows: list[str] = []
    shows_not: list[str] = []
    offers: list[str] = []
    offers_not: list[str] = []
    asks: str | None = None
    plan: list[str] = []
    plan_not: list[str] = []
    services: list[str] = []
    services_not: list[str] = []
    dates: dict[str, dt.date | Literal["none"]] = {}
    about: str | None = None
    language: Language | None = None
    decision: list[str] = []
    refused: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        """Keys may be written with spaces, and a single word may stand without brackets."""
        if not isinstance(value, dict):
            return value
        listed = {name for name, field in cls.model_fields.items() if field.annotation == list[str]}
        spaced = {str(key).replace(" ", "_"): one for key, one in value.items()}
        return {key: [one] if key in listed and isinstance(one, str) else one for key, one in spaced.items()}

    @model_validator(mode="after")
    def _does_one_thing(self) -> Line:
        done = [one for one in (self.person, self.chooses, self.fills) if one is not None]
        if len(done) != 1:
            raise ValueError("a turn needs one of `person`, `chooses` or `fills`")
        return self

    @property
    def said(self) -> str:
        """What the person does, to be shown."""
        if self.person is not None:
            return self.person if len(self.person) < 300 else f"{self.person[:140]} … {self.person[-60:]}"
        return f"[{self.chooses}]" if self.chooses is not None else "[fills in the form]"


class Script(BaseModel):
    """A conversation from beginning to end.

    ``measures`` names a life event whose turns to the plan and to the start are counted in the report.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    language: Language = "en"
    measures: str | None = None
    turns: list[Line] = Field(min_length=1)
    file: str = ""


def read(path: Path) -> list[Script]:
    """The scripts in a YAML file.

    Raises:
        ScriptError: where one can't be read.
    """
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScriptError(f"{path.name} is no YAML: {error}") from None
    if not isinstance(listed, list):
        raise ScriptError(f"{path.name}: begin each conversation with `- name:`")
    scripts = []
    for number, one in enumerate(listed, start=1):
        name = one.get("name") if isinstance(one, dict) else None
        try:
            scripts.append(Script.model_validate({**one, "file": path.stem}))
        except (ValidationError, TypeError) as error:
            raise ScriptError(f"{path.name}, conversation {number} ({name or 'without a name'}): {error}") from None
    return scripts


def read_all(folder: Path) -> list[Script]:
    """The scripts of every YAML file in ``folder``, in order.

    Raises:
        ScriptError: where one can't be read, or two conversations of one file have the same name.
    """
    scripts = [script for path in sorted(folder.glob("*.yml")) for script in read(path)]
    names = [(script.file, script.name) for script in scripts]
    for name in names:
        if names.count(name) > 1:
            raise ScriptError(f"{name[0]}.yml has two conversations that are called “{name[1]}”: rename one")
    return scripts
