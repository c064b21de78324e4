"""Words by jieba with the words of the trade."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import jieba

DICTIONARY = Path(__file__).parents[2] / "data/nlu/lexicon/dictionary.txt"

jieba.setLogLevel(logging.ERROR)


def words(text: str) -> list[tuple[str, int]]:
    """The words of a normalised text with their offsets."""
    return [(word, start) for word, start, _ in _cutter().tokenize(text)]


def word_starts(text: str) -> tuple[int, ...]:
    """Where the words of a normalised text begin."""
    return tuple(start for _, start in words(text))


@lru_cache(maxsize=1)
def _cutter() -> jieba.Tokenizer:
    cutter = jieba.Tokenizer()
    cutter.initialize()
    for word in DICTIONARY.read_text(encoding="utf-8").split():
        cutter.add_word(word)
    return cutter
