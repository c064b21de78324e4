"""Examples once more with other names and addresses: the model shall learn where they stand, not which they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from bot.engine.entity_model import Labelled
from bot.engine.names import person, place
from bot.engine.span_rules import gazetteer

COPIES = {"person_name": 6, "address": 6}

Cut = Callable[[str], tuple[int, ...]]


def swapped(examples: Sequence[Labelled], cut: Cut) -> list[Labelled]:
    """Copies of the examples that hold a name or an address. `cut`: where the words of a text begin. Deterministic."""
    known = gazetteer()
    counties, towns = sorted(known.counties), sorted(known.towns)
    copies = []
    for example in examples:
        chance = Random(example.text)
        number = max((COPIES.get(label, 0) for _, _, label in example.entities), default=0)
        for _ in range(number):
            pieces: list[str] = []
            entities: list[tuple[int, int, str]] = []
            done = length = 0
            for start, end, label in sorted(example.entities):
                said = example.text[start:end]
                if label == "person_name":
                    said = person(chance)
                elif label == "address":
                    said = place(chance, counties, towns)
                pieces += [example.text[done:start], said]
                length += start - done
                entities.append((length, length + len(said), label))
                length += len(said)
                done = end
            text = "".join([*pieces, example.text[done:]])
            copies.append(Labelled(text, cut(text), example.intent, tuple(entities)))
    return copies
