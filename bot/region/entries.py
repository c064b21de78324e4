"""The entries of data/knowledge: one Markdown file each, read and checked (docs/adding-knowledge.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.region import cases
from bot.region.cases import DecisionRow
from bot.region.facts import NOTHING, Facts
from bot.region.placeholders import PLACEHOLDER, WORDING, Placeholders

ROOT = Path(__file__).parents[2] / "data" / "knowledge"
LONGEST = 180  # characters of an answer after filling in
LIST_OR_LINK = re.compile(r"^\s*([-*]|\d+\.) |\]\(|https?://|\*\*", re.MULTILINE)


class KnowledgeError(ValueError):
    """Entries break their shape; the message lists every finding with file and field."""


class Head(BaseModel):
    """The front matter of an entry. `regions` empty = everywhere."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=2, max_length=30)
    questions: list[str] = Field(min_length=3, max_length=16)
    intents: list[str] = Field(min_length=1)
    source: str = Field(min_length=2)
    verified: bool
    valid_from: date
    regions: list[str] = []
    spoken: str | None = None
    cases: list[DecisionRow] = []


@dataclass(frozen=True)
class Entry:
    """One answer as written; `id` is <topic>/<name>, the file's place."""

    id: str
    head: Head
    body: str

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What customers get to read or hear, by field."""
        return (("body", self.body), ("spoken", self.head.spoken or self.body))


def read(region: str, root: Path = ROOT) -> tuple[Entry, ...]:
    """All entries of that region, by id. Raises KnowledgeError with every fault of every file at once."""
    faults: list[str] = []
    entries: list[Entry] = []
    for path in sorted(root.glob("*/*.md")):
        parsed = _parse(path)
        if isinstance(parsed, Entry):
            entries.append(parsed)
        else:
            faults += parsed
    placeholders = Placeholders(region)
    here = tuple(e for e in entries if not e.head.regions or region in e.head.regions)
    faults += [f"{entry.id}.md: {fault}" for entry in here for fault in _faults(entry, placeholders)]
    faults += _repeated(here)
    if faults:
        raise KnowledgeError("\n".join(faults))
    return here


def _parse(path: Path) -> Entry | list[str]:
    name = f"{path.parent.name}/{path.stem}"
    before, *rest = path.read_text(encoding="utf-8").split("---\n", 2)
    if before or len(rest) != 2:
        return [f"{name}.md: front matter: must stand between two lines ---"]
    try:
        return Entry(name, Head.model_validate(yaml.load(rest[0], Loader=yaml.CSafeLoader)), rest[1].strip())
    except yaml.YAMLError as error:
        return [f"{name}.md: front matter: {str(error).splitlines()[0]}"]
    except ValidationError as error:
        return [
            f"{name}.md: {'.'.join(map(str, e['loc'])) or 'front matter'}: {e['msg']}" for e in error.errors()
        ]


def _faults(entry: Entry, placeholders: Placeholders) -> Iterator[str]:
    if not entry.body:
        yield "body: is empty"
    if LIST_OR_LINK.search(entry.body) and not entry.head.spoken:
        yield "spoken: needed, for the body holds a list, a link or bold text"
    if LIST_OR_LINK.search(entry.head.spoken or ""):
        yield "spoken: holds a list, a link or bold text"
    for field, text in entry.texts:
        yield from (f"{field}: {fault}" for fault in _text_faults(text, entry.head.verified, placeholders))
    yield from _case_faults(entry, placeholders)


def _case_faults(entry: Entry, placeholders: Placeholders) -> Iterator[str]:
    try:
        wrong = list(cases.faults(entry.head.cases, placeholders))
    except KeyError as error:
        wrong = [f"cases: {{{error.args[0]}}} is no value, fact or sum"]
    yield from wrong
    for n, case in enumerate(() if wrong else entry.head.cases):
        texts = (
            _text_faults(case.say, entry.head.verified, placeholders, known)
            for known in cases.samples(case, placeholders)
        )
        found = dict.fromkeys(fault for faults in texts for fault in faults)
        yield from (f"cases.{n}.say: {fault}" for fault in found)
        if LIST_OR_LINK.search(case.say):
            yield f"cases.{n}.say: holds a list, a link or bold text"


def _text_faults(
    text: str, verified: bool, placeholders: Placeholders, known: Facts = NOTHING
) -> Iterator[str]:
    try:
        values = [placeholders.value(name, known) for name in placeholders.names(text)]
    except KeyError as error:
        yield f"{{{error.args[0]}}} is no value of this region"
        return
    filled, rules = placeholders.fill(text, case=known), _rules()
    if "{" in filled or "}" in filled:
        yield "a brace that is no placeholder"
    if len(filled) > LONGEST:
        yield f"{len(filled)} characters, at most {LONGEST}"
    typed = PLACEHOLDER.sub("", text)
    if match := re.search(rules["typed_price"], typed):
        yield f"{match[0]} is a typed price: use a placeholder"
    yield from (
        f"{contact} is typed: use a placeholder" for contact in placeholders.contacts() if contact in typed
    )
    if not (verified and all(value.verified for value in values)):
        if not any(hedge in filled for hedge in rules["hedges"]):
            yield f"not verified, so it must say {' or '.join(rules['hedges'])}"
        yield from (f"not verified, so it must not say {word}" for word in rules["promises"] if word in typed)


def _repeated(entries: tuple[Entry, ...]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for entry in entries:
        for text in (entry.head.title, *entry.head.questions):
            if text in seen:
                yield f"{entry.id}.md: questions: {text} stands in {seen[text]}.md too"
            seen[text] = entry.id


@cache
def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = yaml.load(WORDING.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return rules
