"""Typed events about what happens, without anything personal, and the figures made of them."""

from insights.events import Event, Ledger

__all__ = ["Event", "Ledger"]
