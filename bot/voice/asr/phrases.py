"""What was heard, mapped to the phrases the own recogniser knows. It knows no others, so the rest is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_ROOT = Path(__file__).resolve().parents[3]
_PHRASES = _ROOT / "data" / "voice" / "phrases.yml"
_REGIONS = _ROOT / "data" / "region"
_NUMBER = re.compile(r"[零幺一二三四五六七八九十百两]+")
_SAID_WITH_NUMBERS = re.compile(r"[零幺一二三四五六七八九十百两号楼单元栋组队社块钱度电口人月]+")
NUMBERS = 0.6
"""Confidence in digits: they are always read back."""
_FAR = 0.42  # edits per character from which a text is not that phrase
_FAR_TOGETHER = 0.2


@dataclass(frozen=True)
class Phrases:
    """The closed list: phrases, and places that may stand before one."""

    phrases: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def load(cls, region: str = "bayannur") -> Phrases:
        body: dict[str, list[str]] = yaml.load(_PHRASES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        lists = {name: said for name, said in body.items() if name not in ("digits", "months", "numbered")}
        return cls(
            tuple(dict.fromkeys(each for said in lists.values() for each in said)),
            (*body["months"], *place_names(region)),
        )

    def match(self, text: str) -> tuple[str, float]:
        """The phrase that was meant and the confidence in it, 0 to 1; ("", 0) when it is none of the list."""
        if not text:
            return "", 0.0
        if _NUMBER.fullmatch(text) or (_SAID_WITH_NUMBERS.fullmatch(text) and _NUMBER.match(text)):
            return text, NUMBERS
        whole, distance = _nearest(text, (*self.phrases, *self.places))
        if distance <= _FAR:
            best = (whole, 1 - distance)
            return best if distance <= _FAR_TOGETHER else max(best, self._two(text), key=lambda one: one[1])
        return self._two(text)

    def _two(self, text: str) -> tuple[str, float]:
        """A place, a month or a number, and a phrase after it."""
        found = ("", 0.0)
        for cut in range(2, len(text) - 1):
            head, tail = text[:cut], text[cut:]
            first, a = (head, 0.0) if _SAID_WITH_NUMBERS.fullmatch(head) else _nearest(head, self.places)
            second, b = (tail, 0.0) if _SAID_WITH_NUMBERS.fullmatch(tail) else _nearest(tail, self.phrases)
            if max(a, b) <= _FAR_TOGETHER and 0.9 * (1 - (a + b) / 2) > found[1]:
                found = (first + second, 0.9 * (1 - (a + b) / 2))
        return found


def _nearest(text: str, known: tuple[str, ...]) -> tuple[str, float]:
    """The nearest of `known` and the edits it takes per character of the longer one."""
    name, distance, _ = process.extractOne(text, known, scorer=Levenshtein.normalized_distance)
    return name, float(distance)


def place_names(region: str) -> list[str]:
    """Counties and towns of a region as people say them."""
    file = _REGIONS / region / "places.yml"
    body: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    names: list[str] = []
    for county, about in body["counties"].items():
        names += [county, *about.get("short", [])]
        names += [town for kind in ("urban", "rural", "remote") for town in about.get(kind, [])]
    return list(dict.fromkeys(names))
