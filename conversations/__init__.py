"""Turns of a conversation: stored, put in order, masked, and answered through Rasa in typed messages."""

from conversations.context import Consent, Context, Draft, Started
from conversations.kept import Kept, KeptPlan, UnknownPlan
from conversations.news import News, follow, wait_for_turns
from conversations.opinions import Opinions
from conversations.rasa import Parse, Rasa, RasaDown
from conversations.store import Conversation, Store, Turn, UnknownConversation
from conversations.talk import BadMessage, Reply, Talk
from conversations.undo import Undo
from conversations.words import Words

__all__ = [
    "BadMessage",
    "Consent",
    "Context",
    "Conversation",
    "Draft",
    "Kept",
    "KeptPlan",
    "News",
    "Opinions",
    "Parse",
    "Rasa",
    "RasaDown",
    "Reply",
    "Started",
    "Store",
    "Talk",
    "Turn",
    "Undo",
    "UnknownConversation",
    "UnknownPlan",
    "Words",
    "follow",
    "wait_for_turns",
]
