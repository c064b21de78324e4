"""Concepts of the trade behind the many words people use for them (data/nlu/lexicon/concepts.txt)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

LEXICON = Path(__file__).parents[2] / "data/nlu/lexicon/concepts.txt"


def concepts(text: str) -> set[str]:
    """The concepts named in a normalised text; a longer word hides the shorter ones inside it."""
    pattern, names = _lexicon()
    return {name for match in pattern.finditer(text.lower()) for name in names[match[0]]}


@lru_cache(maxsize=1)
def _lexicon() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    names: dict[str, list[str]] = {}
    for line in LEXICON.read_text(encoding="utf-8").splitlines():
        name, _, words = line.partition("=")
        for word in words.split() if words and not line.startswith("#") else ():
            names.setdefault(word, []).append(name.strip())
    longest_first = sorted(names, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first))), names
