"""How much more data would buy: accuracy on labelled sentences at shares of the training data, and the loss by mishearing.

`make learning-curve` writes the frozen set and calls `python -m bot.engine.learning_curve FILE.jsonl`, which prints
Markdown tables. The intent model alone is measured: no clauses, no danger rules.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.pinyin_dict import pinyin_dict

from bot.core.text import normalise
from bot.engine.intent_model import IntentModel, train
from scripts.check_nlu import read

ROOT = Path(__file__).parents[2]
SHARES = (0.25, 0.5, 0.75, 1.0)
NOISE = 0.1
WEAKEST = 15
Labelled = tuple[str, str]


def main(file: Path) -> int:
    """Print the tables. Returns the exit code."""
    rows = [(ex.intent, ex.text) for ex in read(sorted((ROOT / "data/nlu").glob("*.yml")))]
    said = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    tests = [(row["intent"], row["text"]) for row in said]
    right = {}
    for share in SHARES:
        model = _trained(sample(rows, share))
        right[share] = correct(model, tests)
    misheard = correct(model, [(intent, mishear(text, alike(rows))) for intent, text in tests])
    print(_table(right, tests))
    clean, noisy = (100 * sum(hits.values()) / len(tests) for hits in (right[1.0], misheard))
    print(f"\n{NOISE:.0%} of the characters replaced by homophones: {clean:.1f} → {noisy:.1f} %")
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


def alike(rows: Sequence[Labelled]) -> dict[str, str]:
    """Reading with tone → the characters of it that people write, the commonest ten."""
    seen = Counter(character for _, text in rows for character in text)
    groups: dict[str, str] = defaultdict(str)
    for character, _ in seen.most_common():
        reading = _reading(character)
        if reading and len(groups[reading]) < 10:
            groups[reading] += character
    return groups


def mishear(text: str, groups: dict[str, str], noise: float = NOISE) -> str:
    """The text with about `noise` of its characters replaced by others of exactly the same sound."""
    chance = Random(text)
    heard = []
    for character in text:
        others = groups.get(_reading(character), "").replace(character, "")
        heard.append(chance.choice(others) if others and chance.random() < noise else character)
    return "".join(heard)


def correct(model: IntentModel, tests: Sequence[Labelled]) -> Counter[str]:
    """Right answers of each intent."""
    best = [ranking[0][0] for ranking in model.rank([normalise(text) for _, text in tests])]
    return Counter(intent for (intent, _), name in zip(tests, best, strict=True) if intent == name)


def _reading(character: str) -> str:
    readings = pinyin_dict.get(ord(character))
    return to_tone3(readings.partition(",")[0]) if readings else ""


def _trained(rows: Sequence[Labelled]) -> IntentModel:
    return train([normalise(text) for _, text in rows], [intent for intent, _ in rows])[0]


def _table(right: dict[float, Counter[str]], tests: Sequence[Labelled]) -> str:
    count = Counter(intent for intent, _ in tests)
    weakest = sorted(count, key=lambda intent: right[1.0][intent] / count[intent])[:WEAKEST]
    lines = ["| data | " + " | ".join(f"{share:.0%}" for share in SHARES) + " |"]
    lines.append("|---" * (len(SHARES) + 1) + "|")
    whole = (f"{100 * right[share].total() / len(tests):.1f}" for share in SHARES)
    lines.append("| all | " + " | ".join(whole) + " |")
    for intent in weakest:
        shares = (f"{100 * right[share][intent] / count[intent]:.0f}" for share in SHARES)
        lines.append(f"| {intent} ({count[intent]}) | " + " | ".join(shares) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
