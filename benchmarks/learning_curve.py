"""How much more data would buy: accuracy on labelled sentences at shares of the training data.

`make learning-curve` runs it in the engine's environment on the frozen set; it prints Markdown. The intent model alone
is measured: no clauses, no danger rules.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from benchmarks import frozen
from bot.core.text import normalise
from bot.engine.features import Features, features
from bot.engine.intent_model import fit
from bot.engine.lessons import Lessons
from scripts.check_nlu import read

ROOT = Path(__file__).parents[1]
SHARES = (0.25, 0.5, 0.75, 1.0)
WEAKEST = 15
Labelled = tuple[str, str]


def main() -> int:
    """Print the tables. Returns the exit code."""
    rows = [(ex.intent, ex.text) for ex in read(sorted((ROOT / "data/nlu").glob("*.yml")))]
    tests = [(case.intent, case.text) for case in frozen.read()]
    print(table({share: correct(sample(rows, share), tests) for share in SHARES}, tests))
    return 0


def sample(rows: Sequence[Labelled], share: float) -> list[Labelled]:
    """The same share of every intent; a smaller sample is part of a larger one."""
    by_intent: dict[str, list[Labelled]] = defaultdict(list)
    for row in rows:
        by_intent[row[0]].append(row)
    chosen = []
    for intent in sorted(by_intent):
        texts = by_intent[intent]
        Random(intent).shuffle(texts)
        chosen += texts[: round(share * len(texts))]
    return chosen


def correct(rows: Sequence[Labelled], tests: Sequence[Labelled]) -> npt.NDArray[np.bool_]:
    """Which of the tests a model gets right that has learned from the rows."""
    intents = sorted({intent for intent, _ in rows})
    texts = [normalise(text) for _, text in rows]
    vocabulary, machine = fit(Lessons.of(texts, [intent for intent, _ in rows], intents))
    guesses = machine.predict(vocabulary.matrix(_features(tests)))
    return np.array([intents[at] == intent for at, (intent, _) in zip(guesses, tests, strict=True)])


def table(right: dict[float, npt.NDArray[np.bool_]], tests: Sequence[Labelled]) -> str:
    """All tests, then the weakest intents, in percent."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, (intent, _) in enumerate(tests):
        places[intent].append(at)
    weakest = sorted(places, key=lambda intent: right[1.0][places[intent]].mean())[:WEAKEST]
    lines = ["| data | " + " | ".join(f"{share:.0%}" for share in SHARES) + " |"]
    lines.append("|---" * (len(SHARES) + 1) + "|")
    for name, chosen in [("all", list(range(len(tests)))), *((name, places[name]) for name in weakest)]:
        shares = (f"{100 * right[share][chosen].mean():.1f}" for share in SHARES)
        lines.append(f"| {name} ({len(chosen)}) | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def _features(rows: Sequence[Labelled]) -> list[Features]:
    return [features(normalise(text)) for _, text in rows]


if __name__ == "__main__":
    sys.exit(main())
