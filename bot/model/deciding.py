"""From probabilities of labels to one decision, with thresholds learned from out-of-fold predictions."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from bot.model.thresholds import NEVER, best_f, lowest

ACCEPT: Final = "accept"
CLARIFY: Final = "clarify"
MOST: Final = 4
"""The most labels that one message is taken to express, and the most that it may be asked back about."""

NO_LEAD: Final = 24.0
"""Twice the furthest log odds: more than one label can lead another by."""


def log_odds(chances: np.ndarray) -> np.ndarray:
    """Returns the log odds of probabilities, none beyond 12 either way."""
    inside = np.clip(chances, 6e-6, 1 - 6e-6)
    odds: np.ndarray = np.log(inside / (1 - inside))
    return odds


def leading(labels: list[str], chances: np.ndarray, target: np.ndarray, apart: list[list[str]], rival: float) -> float:
    """Returns by how much the log odds of one label of a pair `apart` must lead the other's, at or above `rival`.

    It is a half more than the wrong one ever led by among `chances` [rows, labels] with `target` of the same shape;
    NO_LEAD, more than there can be, where no wrong one ever led.
    """
    most = -NO_LEAD
    for pair in apart:
        for wrong, right in (pair, pair[::-1]):
            one, other = labels.index(wrong), labels.index(right)
            rows = (target[:, other] > 0) & (target[:, one] == 0) & (chances[:, other] >= rival)
            led = log_odds(chances[rows, one]) - log_odds(chances[rows, other])
            most = max(most, float(led.max(initial=-NO_LEAD)))
    return most + 0.5 if most > 0 else NO_LEAD


def leaning(chances: np.ndarray, best: np.ndarray, right: np.ndarray, several: np.ndarray) -> tuple[float, float]:
    """Returns how much two things tell that a further label is `right`, beside its own log odds.

    The first is the log odds of the likeliest label, the second those of there being `several`. All are of one length;
    `chances` are those of the second likeliest. Both are 0 where nothing can be learned.
    """
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        return 0.0, 0.0
    features = np.stack([log_odds(chances), log_odds(best), log_odds(several)], axis=1)
    own, lean, heed = LogisticRegression(C=1e4, max_iter=200).fit(features, right).coef_[0]
    return (float(lean / own), float(heed / own)) if own > 0 else (0.0, 0.0)


@dataclass(frozen=True)
class Rates:
    """The rule: which share of errors each threshold may let through. `deviates` are those of the upper bound.

    `accepted`: wrong among accepted. `outside`: accepted among the examples of the `refusing` decision.
    `refused`: refused among the examples that should be accepted. `alarms`: false alarms among the rest, for each of
    the `urgent` decisions. `named`: wrong among those that any other decision takes. `several`: the share of messages
    taken to express more than one label, and `finding`: how many times as much finding the second label counts as not
    naming a wrong one; `later` is the same for those after it; all for the thresholds of further labels. `apart`: from
    which probability on the other one of two labels that must not be confused keeps the first from being accepted.
    """

    accepted: float = 0.02
    outside: float = 0.05
    refused: float = 0.02
    alarms: float = 0.01
    named: float = 0.1
    several: float = 0.2
    finding: float = 1.5
    later: float = 1.0
    apart: float = 0.1
    deviates: float = 1.0
    refusing: str = "out_of_scope"
    urgent: tuple[str, ...] = ("crisis",)


@dataclass(frozen=True)
class Decided:
    """What one message comes to; confidences are calibrated probabilities."""

    decision: str
    label: str
    confidence: float
    events: list[tuple[str, float]] = field(default_factory=list)
    detected: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


@dataclass
class Decisions:
    """The learned part: what each label is for, and the thresholds.

    `decision_of` maps a label to its decision; labels in `default` never named one: they are what is to be recognised.
    `thresholds` maps a decision to the lowest probability that calls for it; `first` is the lowest probability at which
    the likeliest label counts as expressed. The second does where its log odds and, times `lean`, those of the
    likeliest and, times `heed`, those of there being several come to `detect`; later ones where the first two of these
    come to `more`: a likelier rival brings a label's probability down, which is right where one label is expressed and
    too much where several are. Of two labels that stand together in `apart` only the likelier is ever detected, and
    only if the other one is far less likely; it is not accepted while that one is as likely as `rival` and its log odds
    lead that one's by less than `lead`.
    """

    FILE: ClassVar[str] = "decisions.json"

    decision_of: dict[str, str]
    default: list[str]
    thresholds: dict[str, float]
    detect: float
    first: float = 0.5
    lean: float = 0.0
    heed: float = 0.0
    more: float = NO_LEAD
    urgent: tuple[str, ...] = ("crisis",)
    apart: list[list[str]] = field(default_factory=list)
    rival: float = 0.1
    lead: float = NO_LEAD

    @classmethod
    def fit(
        cls,
        labels: list[str],
        chances: np.ndarray,
        target: np.ndarray,
        named: dict[str, str],
        usable: np.ndarray,
        rates: Rates,
        apart: list[list[str]] | None = None,
        several: np.ndarray | None = None,
    ) -> Decisions:
        """Learns the thresholds from `chances` and `target`, both [rows, labels], using the rows `usable` [rows].

        `several` [rows] is the probability that a row expresses several labels (0.5 each where it is not known).
        `named` maps those labels to their decision that name one; `apart` are pairs that must not be confused.
        """
        decision_of = {label: named.get(label, ACCEPT) for label in labels}
        default = [label for label in labels if label not in named]
        many = np.full(len(chances), 0.5) if several is None else several
        chances, target, many = chances[usable], target[usable] > 0, many[usable]
        kind = np.array([decision_of[label] for label in labels])
        top = chances.argmax(axis=1)
        right = target[np.arange(len(top)), top]
        is_a = {name: target[:, kind == name].any(axis=1) for name in set(kind)}
        urgent_row = np.zeros(len(top), dtype=bool)
        thresholds: dict[str, float] = {}
        for name in rates.urgent:
            if name in is_a:
                values = chances[:, kind == name].max(axis=1)
                others = int((~is_a[name]).sum())
                thresholds[name] = lowest(values, ~is_a[name], rates.alarms, rates.deviates, of=others)
                urgent_row |= values >= thresholds[name]
        calm = ~urgent_row
        for name in sorted(set(kind) - set(rates.urgent)):
            here = calm & (kind[top] == name)
            values = chances[here].max(axis=1) if here.any() else np.zeros(0)
            if name == rates.refusing:
                wanted = is_a.get(ACCEPT, np.zeros(len(top), dtype=bool))
                bad = wanted[here] & ~is_a[name][here]
                limit = int(wanted.sum())
                thresholds[name] = lowest(values, bad, rates.refused, rates.deviates, of=limit) if limit else 0.0
            elif name == ACCEPT:
                thresholds[name] = lowest(values, ~right[here], rates.accepted, rates.deviates)
                if rates.refusing in is_a and is_a[rates.refusing].any():
                    outside = is_a[rates.refusing]
                    bound = lowest(values, outside[here], rates.outside, rates.deviates, of=int(outside.sum()))
                    thresholds[name] = max(thresholds[name], bound)
            else:
                thresholds[name] = lowest(values, ~is_a[name][here], rates.named, rates.deviates)
        # Few rows can forbid every threshold; a decision that nothing could ever call for would be a silent loss.
        thresholds = {name: 0.9 if value >= NEVER else value for name, value in thresholds.items()}
        columns = [index for index, label in enumerate(labels) if label in default]
        expressed = is_a.get(ACCEPT, np.zeros(len(top), dtype=bool)) & calm
        detect, more, first, lean, heed = 0.0, NO_LEAD, 0.5, 0.0, 0.0
        if columns and expressed.any():
            found = chances[np.ix_(expressed, columns)]
            truth = target[np.ix_(expressed, columns)]
            order = np.argsort(-found, axis=1, kind="stable")
            found, truth = np.take_along_axis(found, order, axis=1), np.take_along_axis(truth, order, axis=1)
            pairs = truth.sum(axis=1) > 1
            number = many[expressed]
            # Examples with several labels are fewer than messages with several: they count as many times as it takes.
            share = pairs.mean()
            odds = rates.several * (1 - share) / ((1 - rates.several) * share) if 0 < share < 1 else 1.0
            weight = np.where(pairs, max(1.0, odds), 1.0)[:, np.newaxis] * np.ones(truth.shape)
            first = best_f(found[:, 0], truth[:, 0], weight[:, 0], rates.finding)
            if len(columns) > 1:
                # Where the likeliest is right: elsewhere the second is most often the one that should have come first.
                rows = np.flatnonzero(truth[:, 0])
                lean, heed = leaning(found[rows, 1], found[rows, 0], truth[rows, 1], number[rows])
                evidence = log_odds(found) + lean * log_odds(found[:, :1])
                second = evidence[:, 1] + heed * log_odds(number)
                detect = best_f(second, truth[:, 1], weight[:, 1], rates.finding, least=0.0)
                # Once there are two, that there are several tells no more of a third.
                later = np.s_[:, 2:MOST]
                more = best_f(
                    evidence[later].ravel(), truth[later].ravel(), weight[later].ravel(), rates.later, least=NO_LEAD
                )
        apart = apart or []
        lead = leading(labels, chances, target, apart, rates.apart)
        return cls(
            decision_of, default, thresholds, detect, first, lean, heed, more, rates.urgent, apart, rates.apart, lead
        )

    def decide(
        self, chances: dict[str, float], forced: str | None = None, empty: bool = False, several: float | None = None
    ) -> Decided:
        """Returns the decision on one message from the probability of each label, and that it expresses `several`.

        `forced` is a decision that a rule has already taken; an `empty` message says nothing, so it asks to clarify.
        """
        ranking = sorted(chances.items(), key=lambda pair: -pair[1])
        label, confidence = ranking[0] if ranking else ("", 0.0)
        of_default = set(self.default)
        events = [(name, chance) for name, chance in ranking if name in of_default]
        decision = forced or (CLARIFY if empty else self._decision(ranking))
        if decision == ACCEPT and any(self._rivals_it(label, name, chances) for name in self._rivals(label)):
            decision = CLARIFY
        detected = self._detected(events, chances, 0.5 if several is None else several)
        choices: list[str] = []
        if decision == ACCEPT and label in of_default:
            detected = detected if label in detected else [label, *detected]
        elif decision == CLARIFY:
            detected = [] if empty else detected
            choices = [name for name, chance in events[:MOST] if chance >= 0.02]
            if len(choices) < 2:
                choices = [name for name, _ in events[:2]]
        elif decision not in (ACCEPT, CLARIFY, *self.urgent):
            detected = []
        return Decided(decision, label, confidence, events[:5], detected[:MOST], choices)

    def _rivals(self, label: str) -> set[str]:
        return {name for pair in self.apart if label in pair for name in pair if name != label}

    def _rivals_it(self, label: str, other: str, chances: dict[str, float]) -> bool:
        chance, of_other = chances[label], chances.get(other, 0.0)
        return of_other >= self.rival and float(log_odds(np.array(chance)) - log_odds(np.array(of_other))) < self.lead

    def _detected(self, events: list[tuple[str, float]], chances: dict[str, float], several: float) -> list[str]:
        found: list[str] = []
        odds = log_odds(np.array([chance for _, chance in events])).tolist()
        heard = self.heed * float(log_odds(np.array(several)))
        for place, (name, chance) in enumerate(events):
            rivals = self._rivals(name)
            doubtful = any(chances.get(rival, 0.0) >= min(self.rival, chance / 3) for rival in rivals)
            evidence = odds[place] + self.lean * odds[0]
            if place == 0:
                expressed = chance >= self.first
            else:
                expressed = evidence + heard >= self.detect if place == 1 else evidence >= self.more
            if expressed and not doubtful and not rivals & set(found):
                found.append(name)
        return found

    def _decision(self, ranking: list[tuple[str, float]]) -> str:
        for name, chance in ranking:
            if self.decision_of[name] in self.urgent and chance >= self.thresholds[self.decision_of[name]]:
                return self.decision_of[name]
        calm = [(name, chance) for name, chance in ranking if self.decision_of[name] not in self.urgent]
        if not calm:
            return CLARIFY
        name, chance = calm[0]
        wanted = self.decision_of[name]
        return wanted if chance >= self.thresholds.get(wanted, 0.5) else CLARIFY

    def save(self, folder: Path) -> None:
        """Writes everything learned into `folder`."""
        (folder / self.FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Decisions:
        """Reads what `save` wrote."""
        content = json.loads((folder / cls.FILE).read_text(encoding="utf-8"))
        return cls(**{**content, "urgent": tuple(content["urgent"])})
