"""The test sets: sentences for language understanding that no training author has seen.

The files in ``benchmarks/frozen``, ``fresh`` and ``strangers`` hold one sentence a line, the intent
before a tab and the entities inline::

    query_bill<TAB>[上个月](month=2026-10)电费多少

``lookalike.txt`` holds sentences with words of danger that are none; ``several_wishes.txt`` names
the intents of one sentence in their order of precedence, joined by ``|``. Lines that begin with
``#`` and empty lines are skipped. Relative dates count from Monday 2026-11-23 12:00 (+08:00).

Use it from Python with :func:`read`, or write JSON lines::

    python -m benchmarks.frozen [--fresh | --strangers] [OUTPUT]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TextIO, get_args

import yaml

Kind = Literal["plain", "border", "lookalike", "narrative", "several", "spoken"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks" / "frozen"
FRESH = ROOT / "benchmarks" / "fresh"
"""A second set by another hand, which nobody who builds has read; its entities are not labelled."""
STRANGERS = ROOT / "benchmarks" / "strangers"
"""A third set, written from the registry alone: border cases, look-alikes, stories, speech and names as in life."""
DOMAIN = ROOT / "domain.yml"
NOW = "2026-11-23T12:00:00+08:00"
"""From when the set counts relative dates."""
KINDS: dict[str, Kind] = {
    "border": "border",
    "lookalike": "lookalike",
    "narrative": "narrative",
    "several_wishes": "several",
    "spoken": "spoken",
}

_MARK = re.compile(r"\[([^\[\]()]+)\]\(([a-z_]+)=([^\[\]()]+)\)")
_SPACE_OR_PUNCTUATION = re.compile(r"[\W_]+")


class FrozenSetError(ValueError):
    """A line of the frozen set that cannot be used; the message names the file and the line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}:{line}: {problem}")


class Entity(NamedTuple):
    """A labelled span: ``text[start:end]`` is the surface, ``value`` the normal form."""

    start: int
    end: int
    entity: str
    value: str


@dataclass(frozen=True)
class Case:
    """One sentence with what the bot should understand; ``intent`` is the first of ``intents``."""

    text: str
    intent: str
    intents: tuple[str, ...]
    entities: tuple[Entity, ...]
    kind: Kind

    def as_json(self) -> str:
        """The case as one JSON line."""
        return json.dumps(
            {
                "text": self.text,
                "intent": self.intent,
                "entities": [
                    {"entity": e.entity, "start": e.start, "end": e.end, "value": e.value}
                    for e in self.entities
                ],
                "kind": self.kind,
                "intents": list(self.intents),
                "now": NOW,
            },
            ensure_ascii=False,
        )


def read(folder: Path = FOLDER, domain: Path = DOMAIN) -> list[Case]:
    """Every case of the set, in the order of file names and lines."""
    known_intents, known_entities = _registry(domain)
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise FileNotFoundError(f"no frozen sentences in {folder}")
    cases: list[Case] = []
    places: dict[str, str] = {}
    for path in paths:
        kind = KINDS.get(path.stem, "plain")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                case = _parse(line, kind, known_intents, known_entities)
            except ValueError as problem:
                raise FrozenSetError(path, number, str(problem)) from None
            key = _fingerprint(case.text)
            if key in places:
                raise FrozenSetError(path, number, f"{case.text!r} stands in {places[key]} already")
            places[key] = f"{path.name}:{number}"
            cases.append(case)
    return cases


def _registry(domain: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The names of intents and of entities; an item with settings is a mapping with one key."""
    content = yaml.safe_load(domain.read_text(encoding="utf-8"))

    def names(items: list[str | dict[str, object]]) -> frozenset[str]:
        return frozenset(item if isinstance(item, str) else next(iter(item)) for item in items)

    return names(content["intents"]), names(content["entities"])


def _parse(line: str, kind: Kind, known_intents: frozenset[str], known_entities: frozenset[str]) -> Case:
    fields = line.split("\t")
    if len(fields) != 2 or not all(field.strip() for field in fields):
        raise ValueError("expected intent, one tab, sentence")
    if any(field != field.strip() for field in fields):
        raise ValueError("blanks around the intent or the sentence")
    intents = tuple(fields[0].split("|"))
    if unknown := [intent for intent in intents if intent not in known_intents]:
        raise ValueError(f"unknown intent {', '.join(unknown)}")
    if len(set(intents)) != len(intents):
        raise ValueError("the same intent twice")
    if (len(intents) > 1) != (kind == "several"):
        raise ValueError("two or more intents belong in several_wishes.txt, and only there")
    text, entities = _unmark(fields[1])
    if unknown := [e.entity for e in entities if e.entity not in known_entities]:
        raise ValueError(f"unknown entity {', '.join(unknown)}")
    return Case(text, intents[0], intents, entities, kind)


def _unmark(marked: str) -> tuple[str, tuple[Entity, ...]]:
    """The plain sentence and its spans."""
    text = ""
    entities: list[Entity] = []
    done = 0
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        surface, entity, value = mark.groups()
        entities.append(Entity(len(text), len(text) + len(surface), entity, value))
        text += surface
        done = mark.end()
    text += marked[done:]
    if any(bracket in text for bracket in "[]()"):
        raise ValueError("malformed entity, expected [surface](entity=value)")
    return text, tuple(entities)


def _fingerprint(text: str) -> str:
    """What makes two sentences the same: the text without blanks, punctuation and case."""
    return _SPACE_OR_PUNCTUATION.sub("", text).lower() or text


def _write(cases: list[Case], output: TextIO) -> None:
    for case in cases:
        output.write(case.as_json() + "\n")


def _summary(cases: list[Case]) -> str:
    kinds = Counter(case.kind for case in cases)
    intents = Counter(case.intent for case in cases if case.kind == "plain")
    entities = Counter(entity.entity for case in cases for entity in case.entities)
    lines = [f"{len(cases)} sentences: " + ", ".join(f"{k} {kinds[k]}" for k in get_args(Kind))]
    lines += [f"  {count:4d} {intent}" for intent, count in sorted(intents.items())]
    lines.append(f"{sum(entities.values())} entities")
    lines += [f"  {count:4d} {entity}" for entity, count in sorted(entities.items())]
    return "\n".join(lines)


def main() -> int:
    """Write the set as JSON lines; the counts go to standard error."""
    parser = argparse.ArgumentParser(description="Write a test set as JSON lines.")
    parser.add_argument("output", nargs="?", type=Path, help="file to write; default: stdout")
    sets = parser.add_mutually_exclusive_group()
    for name, folder in [("fresh", FRESH), ("strangers", STRANGERS)]:
        sets.add_argument(f"--{name}", action="store_const", dest="folder", const=folder, default=FOLDER)
    arguments = parser.parse_args()
    try:
        cases = read(arguments.folder)
    except (FrozenSetError, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments.output:
        with arguments.output.open("w", encoding="utf-8") as output:
            _write(cases, output)
    else:
        _write(cases, sys.stdout)
    print(_summary(cases), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
