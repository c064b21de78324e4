"""The facts an answer may depend on (data/knowledge/facts.yml), and how they are read from words.

A number is kept as Decimal in its first unit's factor (两年 → 24 of the fact age), a choice by its id. What is said
in two ways (从100千瓦增到200千瓦) is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.core.numbers import NUMBER, number, plain
from bot.core.text import normalise

PATH = Path(__file__).parents[2] / "data" / "knowledge" / "facts.yml"

Facts = Mapping[str, Decimal | str]
TENTH, HALF = Decimal("0.1"), Decimal("0.5")
NOTHING: Facts = MappingProxyType({})


@dataclass(frozen=True)
class Fact:
    """One fact: a number with its units, or one of several choices with their titles and words."""

    name: str
    ask: str
    units: Mapping[str, Decimal]
    choices: Mapping[str, str]
    words: Mapping[str, str]  # what people say → choice

    def told(self, value: Decimal | str) -> str:
        """The value as it is said in an answer."""
        if isinstance(value, str):
            return self.choices[value]
        return plain((value / next(iter(self.units.values()))).quantize(TENTH, ROUND_HALF_UP))

    def samples(self) -> tuple[Decimal | str, ...]:
        """Values to try a text with."""
        return tuple(self.choices) or (Decimal(36),)


@cache
def known() -> Mapping[str, Fact]:
    """All facts by name."""
    return {name: _fact(name, entry) for name, entry in _file()["facts"].items()}


def read(text: str) -> Facts:
    """The facts that stand in a sentence."""
    clean = normalise(text).lower()
    measured = list(_measured(clean))
    return {
        name: value
        for name, fact in known().items()
        if (value := _choice(fact, clean) if fact.choices else _number(fact, measured)) is not None
    }


@cache
def _file() -> dict[str, Any]:
    body: dict[str, Any] = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return body


def _fact(name: str, entry: Mapping[str, Any]) -> Fact:
    choices = entry.get("choices", {})
    return Fact(
        name, entry["ask"],
        {unit: Decimal(str(factor)) for unit, factor in entry.get("units", {}).items()},
        {choice: each["title"] for choice, each in choices.items()},
        {word: choice for choice, each in choices.items() for word in each["words"]},
    )  # fmt: skip


def _choice(fact: Fact, text: str) -> str | None:
    """The choice whose words are said; of words inside words the longer counts."""
    said = re.findall("|".join(map(re.escape, sorted(fact.words, key=len, reverse=True))), text)
    found = {fact.words[word] for word in said}
    return found.pop() if len(found) == 1 else None


def _number(fact: Fact, measured: list[tuple[Decimal, str]]) -> Decimal | None:
    found = {value * fact.units[unit] for value, unit in measured if unit in fact.units}
    return found.pop() if len(found) == 1 else None


def _measured(text: str) -> list[tuple[Decimal, str]]:
    """Each number with the unit after it; 一年半 is one and a half."""
    pairs = [(number(m[1], counted=True), m[2], HALF if m[3] else 0) for m in _measures().finditer(text)]
    return [(value + half, unit) for value, unit, half in pairs if value is not None]


@cache
def _measures() -> re.Pattern[str]:
    units = sorted({unit for fact in known().values() for unit in fact.units}, key=len, reverse=True)
    pattern: str = _file()["measure"].replace("{number}", NUMBER).replace("{unit}", "|".join(units))
    return re.compile(pattern)
