"""What people say around a wish: greetings and thanks, taken off; stories and the like, put around examples to learn from."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FRAMES = Path(__file__).parents[2] / "data/nlu/lexicon/frames.txt"
LEAST = 3
"""A rest of fewer characters is not a wish by itself; the text stays whole."""


def unframed(text: str) -> str:
    """The text without the greetings it begins with and the thanks it ends with, if they are not all it says."""
    before, after = _edges()
    rest = after.sub("", before.sub("", text))
    return rest if len(rest) >= LEAST else text


@lru_cache(maxsize=1)
def sayings() -> dict[str, list[str]]:
    """The sections of frames.txt."""
    found: dict[str, list[str]] = {}
    for line in FRAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return found


@lru_cache(maxsize=1)
def _edges() -> tuple[re.Pattern[str], re.Pattern[str]]:
    greeting, thanks = (
        "|".join(sorted(sayings()[name], key=len, reverse=True)) for name in ("greeting", "thanks")
    )
    gap = r"[\s,。!?~…]*"
    return re.compile(rf"^(?:{gap}(?:{greeting}){gap})+"), re.compile(rf"(?:{gap}(?:{thanks}))+{gap}$")
