"""What the intent model looks at: characters, sounds and concepts of the normalised text."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from pypinyin.contrib.tone_convert import to_normal
from pypinyin.pinyin_dict import pinyin_dict

from bot.engine.codes import codes
from bot.engine.concepts import concepts
from bot.engine.span_rules import hits

GROUPS = ("characters", "sounds", "concepts")
Features = tuple[list[str], list[str], list[str]]
"""One list for each of GROUPS."""

_BREAKS = re.compile(r"[\s,。!?;:.~…\-]+")
_DIGITS = re.compile(r"\d+")


def features(text: str) -> Features:
    """The features of a normalised text, one list for each of GROUPS."""
    plain = _DIGITS.sub("0", _BREAKS.sub(" ", text.lower()))
    edged = f"^{plain.strip()}$"
    sounds = [syllable(character) for character in plain if character != " "]
    return [*edged, *_pairs(edged)], [*sounds, *_pairs(sounds)], [*sorted(concepts(text)), *_shape(text)]


def _shape(text: str) -> list[str]:
    """What kinds of things are named, and how long the text is."""
    kinds = {f"<{hit.label}>" for hit in hits(text)} | {f"<{label}>" for _, _, label in codes(text)}
    return [*sorted(kinds), f"<{min(len(text) // 4, 7)}>"]


def _pairs(items: str | list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(items)]


@lru_cache(maxsize=65_536)
def syllable(character: str) -> str:
    """The commonest reading without its tone (停 and 亭 alike: ting), or the character itself."""
    readings = pinyin_dict.get(ord(character))
    return to_normal(readings.partition(",")[0]) if readings else character
