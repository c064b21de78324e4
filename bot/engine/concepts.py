"""Concepts behind the many words people use for them: of the trade (concepts.txt) and of danger (danger.ini)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from configparser import ConfigParser
from functools import lru_cache
from itertools import combinations
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data/nlu/lexicon"
Lexicon = tuple[re.Pattern[str], dict[str, list[str]]]


def concepts(text: str) -> set[str]:
    """The concepts named in a normalised text; a longer word hides the shorter ones inside it.

    Danger is told by two things together (a line and a fall), so pairs of its concepts count too."""
    plain = text.lower()
    danger = _named(plain, _danger())
    return _named(plain, _trade()) | danger | {"&".join(pair) for pair in combinations(sorted(danger), 2)}


def _named(text: str, lexicon: Lexicon) -> set[str]:
    pattern, names = lexicon
    return {name for match in pattern.finditer(text) for name in names[match[0]]}


@lru_cache(maxsize=1)
def _trade() -> Lexicon:
    lines = (FOLDER / "concepts.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return _lexicon((name.strip(), words) for name, _, words in rows)


@lru_cache(maxsize=1)
def _danger() -> Lexicon:
    parser = ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.read_string((FOLDER / "danger.ini").read_text(encoding="utf-8"))
    return _lexicon((f"!{name}", words) for name, words in parser["words"].items())


def _lexicon(rows: Iterable[tuple[str, str]]) -> Lexicon:
    names: dict[str, list[str]] = {}
    for name, words in rows:
        for word in words.split():
            names.setdefault(word, []).append(name)
    longest_first = sorted(names, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first))), names
