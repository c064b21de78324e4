"""How well sentences were understood: pure counting over labelled sentences and what was read in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.engine.intent_model import OUT_OF_SCOPE, expected_calibration_error
from bot.engine.wishes import DANGER, FALLBACK

Span = tuple[str, int, int]


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence. `values`: the normal form of each entity that has one; `kind` may be "lookalike";
    `intents`: all its wishes where there are several, `intent` the first of them."""

    text: str
    intent: str
    entities: frozenset[Span] = frozenset()
    values: dict[Span, str] = field(default_factory=dict)
    kind: str = ""
    now: str | None = None
    intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What the pipeline read: the intent it acts on, the ranking behind it, entities, the time it took, more wishes."""

    intent: str
    ranking: tuple[tuple[str, float], ...]
    entities: dict[Span, str]
    seconds: float
    also: tuple[str, ...] = ()

    @property
    def best(self) -> str:
        """The likeliest intent, also where the bot asks back instead of acting on it."""
        return self.ranking[0][0] if self.intent == FALLBACK else self.intent


def intent_scores(truth: Sequence[str], best: Sequence[str]) -> dict[str, Any]:
    """Accuracy, macro F1, F1 of each intent, and the commonest confusions."""
    pairs = list(zip(truth, best, strict=True))
    per_intent = {
        name: _f1(Counter(truth)[name], best.count(name), pairs.count((name, name)))
        for name in sorted(set(truth))
    }
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    return {
        "accuracy": _share(sum(a == b for a, b in pairs), len(pairs)),
        "macro_f1": round(sum(per_intent.values()) / max(len(per_intent), 1), 4),
        "per_intent": per_intent,
        "confusions": [[a, b, count] for (a, b), count in wrong.most_common(20)],
    }


def scores(sentences: Sequence[Sentence], readings: Sequence[Reading]) -> dict[str, Any]:
    """Everything scripts/evaluate_nlu prints.

    A foreign sentence is falsely accepted when a business intent acts on it; a power sentence is kept unless it is
    turned away as out of scope."""
    rows = list(zip(sentences, readings, strict=True))
    foreign = [read for said, read in rows if said.intent == OUT_OF_SCOPE]
    ours = [read for said, read in rows if said.intent != OUT_OF_SCOPE]
    danger = [read for said, read in rows if said.intent == DANGER]
    alike = [read for said, read in rows if said.kind == "lookalike"]
    times = np.array([read.seconds for read in readings]) * 1e6
    confidence = np.array([read.ranking[0][1] for read in readings])
    right = np.array([read.ranking[0][0] == said.intent for said, read in rows])
    several = [(said, read) for said, read in rows if len(said.intents) > 1]
    single = [read for said, read in rows if len(said.intents) < 2]
    best = [read.best == said.intent for said, read in rows]
    return {
        **intent_scores([said.intent for said, _ in rows], [read.best for _, read in rows]),
        "accuracy_interval": interval(sum(best), len(best)),
        "per_kind": {
            kind: _share(
                sum(good for good, (said, _) in zip(best, rows, strict=True) if said.kind == kind), count
            )
            for kind, count in sorted(Counter(said.kind for said, _ in rows).items())
        },
        "all_wishes": _share(
            sum({read.intent, *read.also} >= set(said.intents) for said, read in several), len(several)
        ),
        "invented_wishes": _share(sum(bool(read.also) for read in single), len(single)),
        "top2_accuracy": _share(
            sum(said.intent in {read.best, *(name for name, _ in read.ranking[:2])} for said, read in rows),
            len(rows),
        ),
        "answered": _share(sum(read.intent != FALLBACK for read in readings), len(rows)),
        "oos_false_accept": _share(
            sum(read.intent not in (OUT_OF_SCOPE, FALLBACK) for read in foreign), len(foreign)
        ),
        "in_scope_kept": _share(sum(read.intent != OUT_OF_SCOPE for read in ours), len(ours)),
        "danger_recall": _share(sum(read.intent == DANGER for read in danger), len(danger)),
        "lookalike_false_alarms": _share(sum(read.intent == DANGER for read in alike), len(alike)),
        "ece": round(expected_calibration_error(confidence, right), 4) if rows else None,
        "us_p50": round(float(np.percentile(times, 50)), 1) if rows else None,
        "us_p95": round(float(np.percentile(times, 95)), 1) if rows else None,
        **_entity_scores(rows),
    }


def _entity_scores(rows: Sequence[tuple[Sentence, Reading]]) -> dict[str, Any]:
    told, found, hit = Counter[str](), Counter[str](), Counter[str]()
    valued, value_found, value_hit = 0, 0, 0
    for said, read in rows:
        told.update(label for label, _, _ in said.entities)
        found.update(label for label, _, _ in read.entities)
        hit.update(label for label, *_ in said.entities & read.entities.keys())
        labels = {label for label, *_ in said.values}
        wanted = {(span[0], value) for span, value in said.values.items()}
        got = {(span[0], value) for span, value in read.entities.items() if span[0] in labels}
        valued, value_found, value_hit = (
            valued + len(wanted),
            value_found + len(got),
            value_hit + len(wanted & got),
        )
    return {
        "entity_f1": _f1(told.total(), found.total(), hit.total()),
        "entity_value_f1": _f1(valued, value_found, value_hit),
        "per_entity": {label: _f1(told[label], found[label], hit[label]) for label in sorted(told | found)},
    }


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """Between which shares the true one lies with 95 % confidence (Wilson's score interval)."""
    if not whole:
        return None
    share, squared = part / whole, 1.96**2
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    reach = 1.96 * ((share * (1 - share) + squared / (4 * whole)) / whole) ** 0.5 / (1 + squared / whole)
    return round(middle - reach, 4), round(middle + reach, 4)


def _f1(told: int, found: int, hit: int) -> float:
    return round(2 * hit / (told + found), 4) if told + found else 0.0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
