"""Values of the region inside a text: `{tariff.residential.prices.0}` becomes what data/region says today.

    {<shelf>.<entry>…}   a value of data/region: tariff, commitment, document, contact, safety, penalty, cut, due,
                         payment_channels. A list is joined; a commitment gives its duration, a contact its number,
                         a document entry its papers. A position in a list is counted from 0.
    {cost.<class>.<kwh>} what so many kWh of one month cost under that tariff, in yuan: computed, never typed.
    {fact.<name>}        a fact of the case as the customer told it (data/knowledge/facts.yml).
    {sum.<name>}         computed from facts and the region's figures (bot/region/sums.py).

The words for durations and rates are in data/knowledge/wording.yml. A value carries the source and the verified
flag of the entry it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bot.region import facts, region, sums
from bot.region.facts import NOTHING, Facts

WORDING = Path(__file__).parents[2] / "data" / "knowledge" / "wording.yml"
PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
SHELVES = {
    "tariff": ("tariffs", "tariffs"),
    "penalty": ("tariffs", "penalty"),
    "cut": ("tariffs", "cut"),
    "due": ("tariffs", "due"),
    "prepaid": ("tariffs", "prepaid"),
    "commitment": ("commitments", "commitments"),
    "document": ("documents", "applications"),
    "contact": ("contacts", "contacts"),
    "payment_channels": ("contacts", "payment_channels"),
    "safety": ("safety", "scripts"),
    "rule": ("rules", "rules"),
}
MAIN_FIELD = ("duration", "value", "documents", "items", "text")


@dataclass(frozen=True)
class Value:
    """What a placeholder stands for; `spoken` says numbers of contact digit by digit."""

    text: str
    spoken: str
    source: str
    verified: bool


class Placeholders:
    """The values of one region. Raises KeyError with the placeholder when there is no such value."""

    def __init__(self, region_name: str) -> None:
        self._region = region_name

    def names(self, text: str) -> tuple[str, ...]:
        """The placeholders of a text, in order."""
        return tuple(PLACEHOLDER.findall(text))

    def contacts(self) -> tuple[str, ...]:
        """Contacts that nobody may type by hand; shorter numbers are also plain numbers."""
        values = (entry["value"] for entry in self._file("contacts")["contacts"].values())
        return tuple(value for value in values if len(value) >= 4)

    def needs(self, text: str) -> tuple[str, ...]:
        """The facts that a text cannot be said without, in order. KeyError for a sum that is none."""
        needed: list[str] = []
        for placeholder in self.names(text):
            shelf, _, name = placeholder.partition(".")
            if shelf == "fact":
                needed.append(name)
            elif shelf == "sum" and name not in sums.SUMS:
                raise KeyError(placeholder)
            elif shelf == "sum":
                needed += sums.SUMS[name].needs
        return tuple(dict.fromkeys(needed))

    def fill(self, text: str, spoken: bool = False, case: Facts = NOTHING) -> str:
        """The text with every placeholder replaced."""

        def said(match: re.Match[str]) -> str:
            value = self.value(match[1], case)
            return value.spoken if spoken else value.text

        return PLACEHOLDER.sub(said, text)

    def value(self, name: str, case: Facts = NOTHING) -> Value:
        """One value, with where it comes from."""
        shelf, *path = name.split(".")
        try:
            if shelf == "cost":
                return self._summed(sums.cost(path[0], Decimal(path[1]), self._entries))
            if shelf == "sum":
                return self._summed(sums.SUMS[path[0]].work(case, self._entries))
            if shelf == "fact":
                told = facts.known()[path[0]].told(case[path[0]])
                return Value(told, told, "", True)
            return self._shown(shelf, path)
        except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
            raise KeyError(name) from error

    def _shown(self, shelf: str, path: list[str]) -> Value:
        stem, section = SHELVES[shelf]
        file = self._file(stem)
        node: Any = file[section]
        entry = node
        for step in path:
            node = node[int(step)] if isinstance(node, list) else node[step]
            entry = node if isinstance(node, Mapping) and "source" in node else entry
        text = self._text(node)
        spoken = self._digits(text) if shelf == "contact" else text
        return Value(text, spoken, file["sources"][entry["source"]], entry["verified"])

    def _text(self, node: Any) -> str:
        if isinstance(node, Mapping):
            main = next((field for field in MAIN_FIELD if field in node), MAIN_FIELD[0])
            return self._duration(node[main]) if main == "duration" else self._text(node[main])
        if isinstance(node, list):
            return str(self._wording["list_separator"]).join(map(str, node))
        return self._rate(str(node))

    def _rate(self, text: str) -> str:
        """A daily share below one per cent is said per mille: 0.001 → 千分之1."""
        if not re.fullmatch(r"0\.00\d+", text):
            return text.removesuffix(".00")
        return self._say("per_mille", f"{(Decimal(text) * 1000).normalize():f}")

    def _duration(self, duration: Mapping[str, int]) -> str:
        ((unit, number),) = duration.items()
        if unit == "hours" and number > 24 and number % 24 == 0:
            unit, number = "days", number // 24
        return self._say(unit, str(number))

    def figure(self, name: str) -> Decimal:
        """A number of the region, for a condition."""
        return Decimal(self.value(name).text)

    def _summed(self, result: sums.Result) -> Value:
        text = result.text.removesuffix(".00")
        source = self._file(result.file)["sources"][result.entry["source"]]
        return Value(text, text, source, result.entry["verified"])

    def _entries(self, stem: str, section: str) -> Mapping[str, Any]:
        entries: Mapping[str, Any] = self._file(stem)[section]
        return entries

    def _digits(self, text: str) -> str:
        spoken: str = self._wording["digits"]
        return "".join(spoken[int(c)] if c.isascii() and c.isdigit() else c for c in text)

    def _say(self, word: str, number: str) -> str:
        return str(self._wording[word]).format(number=number)

    def _file(self, stem: str) -> dict[str, Any]:
        if stem not in self._files:
            path = region.ROOT / self._region / f"{stem}.yml"
            self._files[stem] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return self._files[stem]

    @cached_property
    def _files(self) -> dict[str, dict[str, Any]]:
        return {}

    @cached_property
    def _wording(self) -> dict[str, Any]:
        wording: dict[str, Any] = yaml.load(WORDING.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return wording
