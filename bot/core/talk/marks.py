"""What the form of a sentence says beside its wish: that a person despairs, asks, calls for somebody, gives up …

Each mark is a section of data/nlu/lexicon/marks.ini, where anyone can add words: one regular expression a line. Lines
that begin with ! are read first and taken out of the sentence (愁死了 is a figure of speech)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.core.text import normalise

LEXICON = Path(__file__).parents[3] / "data/nlu/lexicon/marks.ini"
_SECTION = re.compile(r"\[([a-z_]+)\]")
DISTRESS = ("despair", "violence", "child", "trapped", "ill", "gas")
"""The marks of a person who needs help now, the one that is answered in front."""
HURT = frozenset(DISTRESS[:3])
"""Those after which nobody is led back to business."""


@dataclass(frozen=True)
class _Mark:
    means: re.Pattern[str]
    unless: re.Pattern[str] | None


@lru_cache(maxsize=256)  # a turn asks for several
def marks_of(text: str) -> frozenset[str]:
    """The marks of a text as it was written; any text is accepted."""
    plain = normalise(text).lower()
    return frozenset(name for name, mark in _marks().items() if _has(mark, plain))


def has(name: str, text: str) -> bool:
    """Whether a text has this one mark; KeyError when there is no such section."""
    if name not in _marks():
        raise KeyError(name)
    return name in marks_of(text)


def distress(text: str) -> str | None:
    """Which distress a sentence tells of (one of DISTRESS), or None."""
    return next((name for name in DISTRESS if has(name, text)), None)


def _has(mark: _Mark, plain: str) -> bool:
    return mark.means.search(mark.unless.sub("□", plain) if mark.unless else plain) is not None


@lru_cache(maxsize=1)
def _marks() -> dict[str, _Mark]:
    found: dict[str, tuple[list[str], list[str]]] = {}
    for line in LEXICON.read_text(encoding="utf-8").splitlines():
        if section := _SECTION.fullmatch(line):
            means, unless = found.setdefault(section[1], ([], []))
        elif line.startswith("!"):
            unless.append(line[1:].strip())
        elif line and not line.startswith("#"):
            means.append(line)
    return {
        name: _Mark(_any(means), _any(unless) if unless else None) for name, (means, unless) in found.items()
    }


def _any(lines: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))
