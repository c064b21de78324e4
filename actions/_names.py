"""Customers' words for names of the system (intents, states, kinds, labels), read from data/dialogue/names.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[1] / "data" / "dialogue" / "names.yml"


@cache
def _all() -> dict[str, Any]:
    body: dict[str, dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return body["names"]


def word(kind: str, name: str | None) -> str:
    """What a customer calls `name` of that kind (wish, state, cause, part, label …); KeyError when not entered."""
    return str(_all()[kind][name]) if name else ""


def listed(kind: str) -> list[str]:
    """A list of words of that kind."""
    return list(_all()[kind])


def words(kind: str, name: str) -> list[str]:
    """The words customers have for one name of that kind; none when not entered."""
    return list(_all()[kind].get(name) or ())


def offerable(intent: str) -> bool:
    """True when an intent is a wish that can be offered to a customer by name."""
    return intent in _all()["wish"]
