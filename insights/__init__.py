"""Typed events about what happens, without anything personal, and the figures made of them."""

from insights.counts import BadCounts, Counts
from insights.events import Event, Ledger
from insights.measures import Count, Published, published

__all__ = ["BadCounts", "Count", "Counts", "Event", "Ledger", "Published", "published"]
