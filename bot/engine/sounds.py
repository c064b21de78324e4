"""How Mandarin sounds: characters as syllables, pinyin as syllables, and which syllables are mistaken for each other."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin.contrib.tone_convert import to_normal, to_tone3
from pypinyin.pinyin_dict import pinyin_dict

HAN = range(0x4E00, 0x9FA6)
_LIKE = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n(?=[aeiou])"), "l"),
    (re.compile("ng$"), "n"),
)
"""Pairs that many speakers do not tell apart: zh/z ch/c sh/s, n/l, and -ng/-n."""


def reading(character: str) -> str:
    """The commonest reading with its tone as a digit, or nothing."""
    readings = pinyin_dict.get(ord(character))
    return to_tone3(readings.partition(",")[0]) if readings else ""


@lru_cache(maxsize=65_536)
def syllable(character: str) -> str:
    """The commonest reading without its tone (停 and 亭 alike: ting), or the character itself."""
    readings = pinyin_dict.get(ord(character))
    return to_normal(readings.partition(",")[0]) if readings else character


@lru_cache(maxsize=4096)
def blurred(sound: str) -> str:
    """What is left of a syllable where similar sounds fall together (zheng → zen)."""
    for pattern, left in _LIKE:
        sound = pattern.sub(left, sound)
    return sound


@lru_cache(maxsize=4096)
def spelt(word: str) -> tuple[str, ...]:
    """The syllables a lower-case Latin word is made of (tingdian → ting dian), the fewest that fill it; none for
    what is not pinyin."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end - 1):
            before = best[start]
            if before is not None and word[start:end] in _syllables():
                longer = (*before, word[start:end])
                if best[end] is None or len(longer) < len(best[end] or ()):
                    best[end] = longer
    return best[-1] or ()


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """All syllables of two letters or more that hold a vowel."""
    readings = {pinyin_dict[code].partition(",")[0] for code in HAN if code in pinyin_dict}
    return frozenset(
        sound for sound in map(to_normal, readings) if len(sound) > 1 and set(sound) & set("aeiouv")
    )
