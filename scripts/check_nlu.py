"""Check the training sentences of data/nlu: format, names, near copies, sentences under two intents.

Run with file names to check only those, without to check all. Exit status 1 when anything is found.
Two sentences of one intent are near copies when the Dice overlap of their character bigrams is above 0.6;
sentences of fewer than six characters are exempt, because two short ways of saying a thing must overlap.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
NEAR_COPY = 0.6
SHORT = 6
ANNOTATION = re.compile(r"\[([^\[\]]+)\](?:\(([a-z_]+)\)|\{([^{}]*)\})")


class Example(NamedTuple):
    """One training sentence: where it stands, its intent, its bare text and its entity spans."""

    file: Path
    line: int
    intent: str
    text: str
    entities: tuple[tuple[int, int, str], ...]


def parse(row: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Split an annotated sentence into its bare text and its entity spans (character offsets)."""
    text, spans, last = "", [], 0
    for match in ANNOTATION.finditer(row):
        text += row[last : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2] or ""))
        text += match[1]
        last = match.end()
    return text + row[last:], tuple(spans)


def read(files: Iterable[Path]) -> list[Example]:
    """Every example of the given NLU files, in file order."""
    found = []
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        intent = ""
        for number, line in enumerate(lines, 1):
            if match := re.match(r"- intent: (\w+)\s*$", line):
                intent = match[1]
            elif re.match(r"- (synonym|regex|lookup):", line):
                intent = ""
            elif intent and (match := re.match(r"    - (.*\S)\s*$", line)):
                found.append(Example(file, number, intent, *parse(match[1])))
    return found


def bare(text: str) -> str:
    """The text without spaces and punctuation, in lower case."""
    return re.sub(r"[\s\W_]+", "", text).lower()


def bigrams(text: str) -> frozenset[str]:
    """Character bigrams of the bare text."""
    plain = bare(text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def near_copies(examples: list[Example]) -> list[tuple[Example, Example, float]]:
    """Pairs within one intent whose bigram sets overlap by more than NEAR_COPY (Dice)."""
    pairs = []
    sizes: list[int] = []
    holding: defaultdict[tuple[str, str], list[int]] = defaultdict(
        list
    )  # by intent and bigram: which examples
    for number, example in enumerate(examples):
        grams = bigrams(example.text) if len(bare(example.text)) >= SHORT else frozenset()
        sizes.append(len(grams))
        shared = Counter(other for gram in grams for other in holding[example.intent, gram])
        for other, common in sorted(shared.items()):
            dice = 2 * common / (len(grams) + sizes[other])
            if dice > NEAR_COPY:
                pairs.append((examples[other], example, dice))
        for gram in grams:
            holding[example.intent, gram].append(number)
    return pairs


def registry() -> tuple[set[str], set[str]]:
    """Intents and entities of domain.yml; empty sets while there is none."""
    path = ROOT / "domain.yml"
    if not path.exists():
        return set(), set()
    domain = yaml.safe_load(path.read_text(encoding="utf-8"))

    def names(key: str) -> set[str]:
        return {next(iter(item)) if isinstance(item, dict) else item for item in domain.get(key, [])}

    return names("intents"), names("entities")


def findings(examples: list[Example]) -> list[str]:
    """All faults of the examples, each with file and line."""
    intents, entities = registry()
    faults = []
    seen: dict[str, Example] = {}
    for ex in examples:
        at = f"{ex.file.name}:{ex.line}"
        if intents and ex.intent not in intents:
            faults.append(f"{at} unknown intent {ex.intent}")
        for _, _, entity in ex.entities:
            if entities and entity not in entities:
                faults.append(f"{at} unknown entity {entity!r}")
        if re.search(r"[\[\]{}]", ex.text):
            faults.append(f"{at} stray bracket: {ex.text}")
        if not bare(ex.text):
            faults.append(f"{at} empty example")
        elif (first := seen.setdefault(bare(ex.text), ex)) is not ex:
            kind = "said twice" if first.intent == ex.intent else f"also under {first.intent}"
            faults.append(f"{at} {kind} ({first.file.name}:{first.line}): {ex.text}")
    for first, ex, dice in near_copies(examples):
        faults.append(f"{ex.file.name}:{ex.line} {dice:.0%} like line {first.line}: {first.text} | {ex.text}")
    return faults


def main(arguments: list[str]) -> int:
    files = [Path(a) for a in arguments] or sorted((ROOT / "data" / "nlu").glob("*.yml"))
    examples = read(files)
    faults = findings(examples)
    for fault in faults:
        print(fault)
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        counts[example.intent] += 1
    print(", ".join(f"{intent} {count}" for intent, count in sorted(counts.items())))
    print(f"{len(examples)} examples, {len(faults)} findings")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
