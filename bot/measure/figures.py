"""Figures of recognition over a labelled set."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from bot.measure.sets import Utterance
from bot.model.calibration import expected_error
from bot.model.reading import Reading

LOSS: Final = ("losing_a_baby", "having_a_baby")
"""Never to be confused, in either direction."""


def share(hits: int, of: int) -> float | None:
    """Returns `hits` / `of`, None where there is nothing to share."""
    return round(hits / of, 4) if of else None


def top(reading: Reading) -> str:
    """Returns the likeliest life event, empty if there is none."""
    return reading.decided.events[0][0] if reading.decided.events else ""


def is_wrong(utterance: Utterance, reading: Reading) -> list[str]:
    """Returns what is wrong with a reading, in words; empty if nothing is."""
    wrong: list[str] = []
    decision = reading.decided.decision
    if utterance.events and top(reading) not in utterance.events:
        wrong.append("top event")
    if utterance.in_scope and decision == "out_of_scope":
        wrong.append("refused")
    if decision == "accept" and accepted_wrong(utterance, reading):
        wrong.append("accepted")
    if (utterance.wanted == "crisis") != (decision == "crisis"):
        wrong.append("crisis")
    if utterance.wanted in ("human", "dialogue") and decision != utterance.wanted:
        wrong.append("decision")
    if len(utterance.events) > 1 and not set(utterance.events[:2]) <= set(reading.decided.detected):
        wrong.append("not both")
    if utterance.service and reading.attributes.get("service") != utterance.service:
        wrong.append("service")
    return wrong


def accepted_wrong(utterance: Utterance, reading: Reading) -> bool:
    """Returns whether accepting this was wrong: nothing to accept, or another event than those expressed."""
    return not utterance.in_scope or (bool(utterance.events) and top(reading) not in utterance.events)


def headline(rows: list[Utterance], readings: list[Reading]) -> dict[str, float | int | None]:
    """Returns the figures that have a goal, each a share in [0, 1] or, for `loss_confused`, a count."""
    pairs = list(zip(rows, readings, strict=True))
    scope = [(u, r) for u, r in pairs if u.in_scope and u.events]
    outside = [(u, r) for u, r in pairs if u.wanted == "out_of_scope"]
    accepted = [(u, r) for u, r in pairs if r.decided.decision == "accept"]
    several = [(u, r) for u, r in pairs if len(u.events) > 1]
    crisis = [(u, r) for u, r in pairs if u.wanted == "crisis"]
    calm = [(u, r) for u, r in pairs if u.wanted != "crisis"]
    in_scope = [(u, r) for u, r in pairs if u.in_scope]
    maori = [(u, r) for u, r in scope if u.language in ("mi", "mix")]
    notes = [(u, r) for u, r in scope if u.register == "agent_note"]
    asked = [(u, r) for u, r in pairs if u.service]
    confidence = np.array([r.decided.events[0][1] if r.decided.events else 0.0 for _, r in pairs])
    right = np.array([top(r) in u.events for u, r in pairs])
    confused = sum(
        1
        for u, r in pairs
        for one, other in (LOSS, LOSS[::-1])
        if one in u.events
        and other not in u.events
        and (other in r.decided.detected or (r.decided.decision == "accept" and top(r) == other))
    )
    loss_on_top = sum(
        one in u.events and other not in u.events and top(r) == other
        for u, r in pairs
        for one, other in (LOSS, LOSS[::-1])
    )
    return {
        "rows": len(rows),
        "top_1": share(sum(top(r) in u.events for u, r in scope), len(scope)),
        "top_3": share(sum(any(e in u.events for e, _ in r.decided.events[:3]) for u, r in scope), len(scope)),
        "outside_not_accepted": share(sum(r.decided.decision != "accept" for _, r in outside), len(outside)),
        "refused": share(sum(r.decided.decision == "out_of_scope" for _, r in in_scope), len(in_scope)),
        "accepted_wrong": share(sum(accepted_wrong(u, r) for u, r in accepted), len(accepted)),
        "accepted_of_scope": share(sum(r.decided.decision == "accept" for _, r in in_scope), len(in_scope)),
        "both_found": share(sum(set(u.events[:2]) <= set(r.decided.detected) for u, r in several), len(several)),
        "several_f1": detected_f1(several),
        "events_f1": detected_f1(scope),
        "crisis_recall": share(sum(r.decided.decision == "crisis" for _, r in crisis), len(crisis)),
        "crisis_false_alarms": share(sum(r.decided.decision == "crisis" for _, r in calm), len(calm)),
        "maori_or_mixed_top_1": share(sum(top(r) in u.events for u, r in maori), len(maori)),
        "notes_top_1": share(sum(top(r) in u.events for u, r in notes), len(notes)),
        "calibration_error": round(expected_error(confidence, right), 4),
        "human_found": share(
            sum(r.decided.decision == "human" for u, r in pairs if u.wanted == "human"),
            sum(u.wanted == "human" for u in rows),
        ),
        "dialogue_found": share(
            sum(r.decided.decision == "dialogue" for u, r in pairs if u.wanted == "dialogue"),
            sum(u.wanted == "dialogue" for u in rows),
        ),
        "service_found": share(sum(r.attributes.get("service") == u.service for u, r in asked), len(asked)),
        "loss_confused": confused,
        "loss_on_top": loss_on_top,
    }


def detected_f1(pairs: list[tuple[Utterance, Reading]]) -> float | None:
    """Returns F1 of the detected events against those expressed, counted over all of them together."""
    hits = sum(len(set(u.events) & set(r.decided.detected)) for u, r in pairs)
    total = sum(len(u.events) + len(r.decided.detected) for u, r in pairs)
    return round(2 * hits / total, 4) if total else None


def by_event(rows: list[Utterance], readings: list[Reading]) -> dict[str, dict[str, float | int | None]]:
    """Returns precision, recall and F1 of the detected events, for each event that is expressed or detected."""
    hits: Counter[str] = Counter()
    expressed: Counter[str] = Counter()
    detected: Counter[str] = Counter()
    for utterance, reading in zip(rows, readings, strict=True):
        expressed.update(utterance.events)
        detected.update(reading.decided.detected)
        hits.update(set(utterance.events) & set(reading.decided.detected))
    return {
        event: {
            "precision": share(hits[event], detected[event]),
            "recall": share(hits[event], expressed[event]),
            "f1": share(2 * hits[event], expressed[event] + detected[event]),
            "rows": expressed[event],
        }
        for event in sorted(expressed | detected)
    }


def by_group(rows: list[Utterance], readings: list[Reading], of: str) -> dict[str, dict[str, Any]]:
    """Returns top-1 for each value of a column ("register", "language", "kind") over rows that express an event."""
    found: dict[str, list[bool]] = {}
    for utterance, reading in zip(rows, readings, strict=True):
        if utterance.events:
            found.setdefault(getattr(utterance, of), []).append(top(reading) in utterance.events)
    return {name: {"top_1": share(sum(hits), len(hits)), "rows": len(hits)} for name, hits in sorted(found.items())}


def confusions(rows: list[Utterance], readings: list[Reading]) -> list[tuple[str, str, int]]:
    """Returns (expressed, taken for, how often), the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for utterance, reading in zip(rows, readings, strict=True):
        if utterance.events and top(reading) not in utterance.events:
            counts[utterance.events[0], top(reading)] += 1
    return [(one, other, count) for (one, other), count in counts.most_common()]
