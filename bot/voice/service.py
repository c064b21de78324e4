"""The table of the telephone's service, data/voice/service.yml, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "data" / "voice"


@dataclass(frozen=True)
class CallerProfile:
    """How one kind of caller is served; seconds, and milliseconds where the name says so."""

    speed: int
    pause_ms: int
    options: int
    no_input: float
    inter_digit: float
    end_of_speech_ms: int
    tries: int
    confirm: bool


@dataclass(frozen=True)
class KeyOption:
    """One thing a key does; exactly one of the fields after the title is set."""

    title: str = ""
    menu: str | None = None
    send: str | None = None
    choice: str | None = None
    danger: str | None = None
    entry: str | None = None
    caller: bool = False
    places: bool | str = False
    callback: bool = False
    call_back: str | None = None
    decline: bool = False
    page: int | None = None
    pick: KeyOption | None = None
    again: bool = False

    @property
    def at_once(self) -> bool:
        """Danger cannot wait to be confirmed, and a menu or a page need not be."""
        return bool(self.danger or self.menu) or self.page is not None


@dataclass(frozen=True)
class DigitEntry:
    """Digits to be typed: how many, and the sentence they become, or the number that is called back."""

    say: str
    lengths: tuple[int, ...]
    send: str
    calls_back: bool = False


@dataclass(frozen=True)
class Menu:
    say: str
    options: tuple[KeyOption, ...]


@dataclass(frozen=True)
class Service:
    profiles: Mapping[str, CallerProfile]
    slower: int
    slowest: int
    sure: float
    patience: tuple[float, ...]
    person: str
    person_words: tuple[str, ...]
    prompts: Mapping[str, str]
    menus: Mapping[str, Menu]
    entries: Mapping[str, DigitEntry]
    answers: Mapping[str, tuple[KeyOption, ...]]
    confirmations: frozenset[str]
    yes: str
    no: str
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    safety: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@cache
def load(region: str) -> Service:
    """The service with the region's places and safety scripts (spoken, written)."""
    raw: dict[str, Any] = yaml.safe_load((FOLDER / "service.yml").read_text(encoding="utf-8"))
    local = FOLDER.parent / "region" / region
    places = yaml.safe_load((local / "places.yml").read_text(encoding="utf-8"))["counties"]
    scripts = yaml.safe_load((local / "safety.yml").read_text(encoding="utf-8"))["scripts"]
    kinds = ("urban", "rural", "remote")
    return Service(
        **{key: raw[key] for key in ("slower", "slowest", "sure", "person", "prompts", "yes", "no")},
        profiles={name: CallerProfile(**each) for name, each in raw["profiles"].items()},
        patience=tuple(raw["patience"]),
        person_words=tuple(raw["person_words"]),
        menus={name: Menu(each["say"], _options(each["options"])) for name, each in raw["menus"].items()},
        entries={
            name: DigitEntry(each["say"], tuple(each["lengths"]), each["send"])
            for name, each in raw["entries"].items()
        },
        answers={name: _options(each) for name, each in raw["answers"].items()},
        confirmations=frozenset(raw["confirmations"]),
        places={name: tuple(town for kind in kinds for town in each.get(kind, ())) for name, each in places.items()},
        safety={name: (each["spoken"], each["text"]) for name, each in scripts.items()},
    )  # fmt: skip


def _options(raw: list[dict[str, Any]]) -> tuple[KeyOption, ...]:
    return tuple(KeyOption(**each) for each in raw)
