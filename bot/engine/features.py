"""What the intent model looks at: characters, sounds and concepts of the normalised text."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.engine.codes import codes
from bot.engine.concepts import concepts
from bot.engine.frames import unframed
from bot.engine.sounds import spelt, syllable
from bot.engine.span_rules import hits

GROUPS = ("characters", "sounds", "concepts")
Features = tuple[list[str], list[str], list[str]]
"""One list for each of GROUPS."""

_BREAKS = re.compile(r"[\s,。!?;:.~…\-]+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"([a-z]+)[1-5]?(?!\d)")
"""A Latin word, with the tone if it is pinyin (tian2)."""


def features(text: str) -> Features:
    """The features of a normalised text, one list for each of GROUPS. Pinyin has sounds and no characters."""
    text = unframed(text)
    lowered = text.lower()
    edged = f"^{_plain(_WORD.sub(lambda word: '' if spelt(word[1]) else word[0], lowered))}$"
    sounds = _sounds(lowered)
    return [*edged, *_pairs(edged)], [*sounds, *_pairs(sounds)], [*sorted(concepts(text)), *_shape(text)]


def said(row: Features) -> Features:
    """The features of the words themselves, without those that any text has: its edges, its signs and its length."""
    characters, sounds, _ = row
    inside = [item for item in characters if not {"^", "$", " "} & set(item)]
    return [item for item in inside if _is_word(item)], [item for item in sounds if _is_word(item)], []


def _is_word(item: str) -> bool:
    return any(character.isalnum() for character in item)


def _plain(text: str) -> str:
    return _DIGITS.sub("0", _BREAKS.sub(" ", text)).strip()


def _sounds(text: str) -> list[str]:
    sounds: list[str] = []
    done = 0
    for word in _WORD.finditer(text):
        if pinyin := spelt(word[1]):
            sounds += [*map(syllable, _plain(text[done : word.start()]).replace(" ", "")), *pinyin]
            done = word.end()
    return [*sounds, *map(syllable, _plain(text[done:]).replace(" ", ""))]


def _shape(text: str) -> list[str]:
    """What kinds of things are named, and how long the text is."""
    found = hits(text)
    kinds = {f"<{hit.label}>" for hit in found} | {f"<{label}>" for _, _, label in codes(text)}
    whole = {f"<={hit.label}>" for hit in found if hit.end - hit.start == len(text)}
    return [*sorted(kinds), *sorted(whole), f"<{min(len(text) // 4, 7)}>"]


def _pairs(items: str | list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(items)]
