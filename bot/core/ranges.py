"""Values with two ends (一百到一百五, 上周, 最近7天), and which words say that a value is only about right.

One rule holds for all kinds: the normal form keeps both ends, `low/high` as ISO 8601 writes intervals; who needs one
number takes `low` and says 约. Neighbouring digits (两三天, 七八百) are one rough number, their lower.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TO = re.compile(r"\s*(?:到|至|~|-{1,2}|—+|–)\s*")
_ABOUT = re.compile(
    r"[来多几余约近]|把|大[概约]|差不多|左右|上下|前后|出头|开外|[以之][上下内外]|不[到足止]|超过|至[少多]|最[少多]|起码|少说"
    r"|快|好像|可能|估[计摸]|[一两二三四五六七八](?=[二三四五六七八九])(?!五[百千]?$)"
)


@dataclass(frozen=True)
class Range:
    """Both ends in the normal form of their kind; a plain value has the same twice."""

    low: str
    high: str

    @classmethod
    def of(cls, value: str) -> Range:
        """From a normal form."""
        low, _, high = value.partition("/")
        return cls(low, high or low)

    def __str__(self) -> str:
        return self.low if self.low == self.high else f"{self.low}/{self.high}"


def is_rough(words: str) -> bool:
    """True when the words give a value only roughly (八十多块, 近三百, 两三天)."""
    return bool(_ABOUT.search(words))


def between(
    text: str, read: Callable[[str], str | None], lend: str, order: Callable[[str], Any] = str
) -> str | None:
    """Both ends of 甲到乙 by `read`, or None, also when the first is beyond the second in their `order`. `lend` is a
    pattern of the words that the second end lends to the first where it makes sense: 三到五千瓦, not 一百五到两百."""
    first, *rest = _TO.split(text, maxsplit=2)
    if len(rest) != 1 or not first or not rest[0]:
        return None
    unit = re.search(lend, rest[0])
    own = re.search(lend, first)
    lent = first + unit[0] if unit and not (own and own[0]) else first
    low, high = read(lent) or read(first), read(rest[0])
    return None if low is None or high is None or order(low) > order(high) else str(Range(low, high))
