"""Which words of a sentence are entities: a conditional random field over characters.

It sees each character with its neighbours, the words jieba cuts, the intent, and what the rules hit; so it learns from the
examples when a hit is meant (十度 as energy, not as temperature) and finds what no list holds (places, names).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite

from bot.engine.codes import LABELS, codes
from bot.engine.span_rules import Hit, hits

ITERATIONS = 15
PLAIN_EVERY = 2
"""Of the examples without entities every second teaches enough."""

FILE = "entities.crfsuite"


@dataclass(frozen=True)
class Labelled:
    """A training text (normalised), its words as start offsets, its intent, and its entities as (start, end, label)."""

    text: str
    words: tuple[int, ...]
    intent: str
    entities: tuple[tuple[int, int, str], ...]


class EntityModel:
    """Tags a normalised text. The model is one CRFsuite file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(content)

    def find(self, text: str, words: Sequence[int], intent: str) -> list[tuple[int, int, str]]:
        """Entities as (start, end, label), in order, not overlapping. What names something is found by rule."""
        named = codes(text)
        tagged = spans(self._tagger.tag(features(text, words, intent, hits(text)))) if text else []
        free = [
            (start, end, label)
            for start, end, label in tagged
            if label not in LABELS and not any(start < last and first < end for first, last, _ in named)
        ]
        return sorted([*named, *free])

    def save(self, folder: Path) -> None:
        """Write the model's file."""
        (folder / FILE).write_bytes(self._content)

    @classmethod
    def load(cls, folder: Path) -> EntityModel:
        """Read what `save` wrote."""
        return cls((folder / FILE).read_bytes())


def train(examples: Sequence[Labelled]) -> EntityModel:
    """Learn from examples with and without entities; deterministic."""
    trainer = pycrfsuite.Trainer(algorithm="pa", params={"max_iterations": ITERATIONS}, verbose=False)
    for at, example in enumerate(examples):
        if example.text and (example.entities or at % PLAIN_EVERY == 0):
            seen = features(example.text, example.words, example.intent, hits(example.text))
            trainer.append(seen, tags(len(example.text), example.entities))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        trainer.train(str(path))
        return EntityModel(path.read_bytes())


def tags(length: int, entities: Sequence[tuple[int, int, str]]) -> list[str]:
    """B-, I- and O tags, one for each character."""
    row = ["O"] * length
    for start, end, label in entities:
        row[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return row


def spans(row: Sequence[str]) -> list[tuple[int, int, str]]:
    """The entities that a row of tags means."""
    found: list[tuple[int, int, str]] = []
    for at, tag in enumerate(row):
        label = tag[2:]
        if tag[0] == "I" and found and found[-1][1] == at and found[-1][2] == label:
            found[-1] = (found[-1][0], at + 1, label)
        elif tag != "O":
            found.append((at, at + 1, label))
    return found


def features(text: str, words: Sequence[int], intent: str, candidates: Sequence[Hit]) -> list[list[str]]:
    """What the model sees at each character."""
    ruled: list[list[str]] = [[] for _ in text]
    for hit in sorted(candidates, key=lambda hit: (hit.start - hit.end, hit.label)):
        if hit.label not in {seen[2:] for seen in ruled[hit.start]}:
            ruled[hit.start].append(f"B-{hit.label}")
            for at in range(hit.start + 1, hit.end):
                ruled[at].append(f"{'I' if at < hit.end - 1 else 'E'}-{hit.label}")
    starts = set(words)
    kinds = [_kind(character) for character in text]
    padded = f"  {text.lower()}  "
    return [_at(at, padded, kinds, ruled, starts, intent) for at in range(len(text))]


def _at(
    at: int, padded: str, kinds: list[str], ruled: list[list[str]], starts: set[int], intent: str
) -> list[str]:
    here = at + 2
    seen = [
        "c0" + padded[here],
        "c-1" + padded[here - 1],
        "c+1" + padded[here + 1],
        "c-2" + padded[here - 2],
        "c+2" + padded[here + 2],
        "b-" + padded[here - 1 : here + 1],
        "b+" + padded[here : here + 2],
        "b--" + padded[here - 2 : here],
        "b++" + padded[here + 1 : here + 3],
        "k" + kinds[at],
        "w" + str(at in starts) + str(at + 1 in starts),
    ]
    seen += ["r" + rule for rule in ruled[at]]
    seen += [f"{intent} {rule}" for rule in ruled[at]] or [intent]
    seen += ["r-" + rule for rule in (ruled[at - 1] if at else ())]
    seen += ["r+" + rule for rule in (ruled[at + 1] if at + 1 < len(ruled) else ())]
    return seen


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit" if character.isascii() else "number"
    return (
        "number"
        if character in "零一二两三四五六七八九十百千万半几"
        else "latin"
        if character.isascii()
        else "han"
    )
