"""Which reply of data/dialogue a text on a channel is: channels carry words, tests state names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

DIALOGUE = Path(__file__).parents[2] / "data" / "dialogue"


@cache
def patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every variant of every reply as a pattern, the most words of its own first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for path in sorted(DIALOGUE.glob("*.yml")):
        responses = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("responses", {})
        for name, variants in responses.items():
            said = {v["text"] for v in variants if "text" in v and v.get("channel") != "voice"}
            for text in said:
                parts = re.split(r"\{\w+\}", text)
                pattern = re.compile("(?s)" + ".+?".join(map(re.escape, parts)))
                if own := len("".join(parts)):
                    found.append((own, pattern, name))
    return tuple((pattern, name) for _, pattern, name in sorted(found, key=lambda one: -one[0]))


def name_of(text: str) -> str:
    """The name of a reply; `text` for words of the region, of the gateway or said before."""
    return next((name for pattern, name in patterns() if pattern.fullmatch(text)), "text")
