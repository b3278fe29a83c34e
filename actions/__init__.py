"""Rasa's custom actions: thin, from the conversation to the rooms below.

>>> from actions import ACTIONS
>>> all(action.called.startswith(("action_", "validate_")) for action in ACTIONS)
True
"""

from actions.action import Action, Scene
from actions.asking import Ask
from actions.can_get import CanGet
from actions.care import Crisis, HandOver
from actions.explain import About
from actions.form import Back, Keep, Skip, Take
from actions.making import MakePlan
from actions.plan import ShowPlan
from actions.question import Explain
from actions.rooms import Rooms
from actions.smalltalk import ChangePerson, KeepAll, Resume, Say, StartAgain, Track
from actions.start import Agree, Change, CheckAnswers, Decline, Send, Start, Stop
from actions.steer import AskDate, ComeBack, Correct, NoteDate, Speak
from actions.understand import Browse, Clarify, OutOfScope, SomethingElse

ACTIONS: tuple[type[Action], ...] = (
    About,
    Agree,
    Ask,
    AskDate,
    Back,
    Browse,
    CanGet,
    Change,
    ChangePerson,
    CheckAnswers,
    Clarify,
    ComeBack,
    Correct,
    Crisis,
    Decline,
    Explain,
    HandOver,
    Keep,
    KeepAll,
    MakePlan,
    NoteDate,
    OutOfScope,
    Resume,
    Say,
    Send,
    ShowPlan,
    Skip,
    SomethingElse,
    Speak,
    Start,
    StartAgain,
    Stop,
    Take,
    Track,
)
"""Every action, to be made with the rooms and registered at the webhook."""

__all__ = ["ACTIONS", "Action", "Rooms", "Scene"]
