"""What differs from company to company, read from data/region/<name>: typed, checked, with its sources.

Every value carries `source` and `verified`; an unverified one is worded 一般/通常 and never 承诺."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.core.address import Gazetteer
from bot.core.clocks import Clock, Span
from bot.core.text import normalise

ROOT = Path(__file__).parents[2] / "data" / "region"


@dataclass(frozen=True)
class SafetyScript:
    """First words for one hazard; `spoken` is the form for the voice line."""

    text: str
    spoken: str
    source: str
    verified: bool


@dataclass(frozen=True)
class SafetyAnswer:
    """What is said to a question, or to news, inside a danger of one of `hazards` (none: of any)."""

    says: re.Pattern[str]
    hazards: frozenset[str]
    script: SafetyScript

    def fits(self, text: str, hazard: str | None) -> bool:
        """Whether a sentence that is said in this danger is answered by it; an unknown danger may be any."""
        return (not self.hazards or hazard is None or hazard in self.hazards) and bool(self.says.search(text))


@dataclass(frozen=True)
class Commitment:
    """One clock, whose it is and where it stands written."""

    title: str
    owner: str
    clock: Clock
    source: str
    verified: bool

    @property
    def working_days(self) -> int | None:
        """The length in working days; None when it runs in hours and minutes."""
        return self.clock.length.working_days

    @property
    def span(self) -> timedelta | None:
        """The length in time; None when it runs in working days."""
        return self.clock.length.time


@dataclass(frozen=True)
class Season:
    """A time of the year (MM-DD, both included) in which fields are irrigated, and what reporters of a well hear."""

    title: str
    first: str
    last: str
    notice: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Application:
    """What one application needs: documents, the slots asked, and where it ends (visit, counter, app)."""

    documents: tuple[str, ...]
    ask: tuple[str, ...]
    note: str
    finish: str
    source: str
    verified: bool
    commitment: str | None


@dataclass(frozen=True)
class Contact:
    title: str
    value: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Neighbour:
    """Somebody else's trade: the words it is known by and who is in charge."""

    words: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class Region:
    name: str
    safety: Mapping[str, SafetyScript]
    commitments: Mapping[str, Commitment]
    documents: Mapping[str, Application]
    contacts: Mapping[str, Contact]
    payment_channels: tuple[str, ...]
    not_ours: Mapping[str, Neighbour]
    gazetteer: Gazetteer
    seasons: tuple[Season, ...] = ()
    safety_answers: tuple[SafetyAnswer, ...] = ()
    penalty: Mapping[str, Decimal] = field(default_factory=dict)  # class → share of what is owed, per day

    def safety_answer(self, text: str, hazard: str | None) -> SafetyScript | None:
        """What to say to a sentence inside a danger; None when nothing is entered for it."""
        plain = normalise(text).lower()
        return next((each.script for each in self.safety_answers if each.fits(plain, hazard)), None)

    def penalty_of(self, price_class: str) -> Decimal:
        """What late payment costs per day and yuan owed, within the calendar year."""
        return self.penalty.get(price_class, self.penalty["other"])

    def season_at(self, day: date) -> Season | None:
        """The irrigation season of a day."""
        return next((each for each in self.seasons if each.first <= f"{day:%m-%d}" <= each.last), None)

    def owner_of(self, text: str) -> str | None:
        """Whose business `text` is when it is not ours; None when nobody is entered."""
        return next((n.owner for n in self.not_ours.values() if any(w in text for w in n.words)), None)


class RegionError(ValueError):
    """A region folder breaks its shape; the message names file and entry."""


@cache
def load(name: str) -> Region:
    """The region of that name. Raises RegionError when a file is missing or breaks its shape."""
    safety, clocks, papers, contacts = (
        read(name, stem) for stem in ("safety", "commitments", "documents", "contacts")
    )
    clock_of = clocks.get("applications", {})
    return Region(
        name=name,
        safety={key: _safety(e) for key, e in _entries(safety, "scripts")},
        commitments={key: _commitment(e) for key, e in _entries(clocks, "commitments")},
        documents={key: _application(e, clock_of.get(key)) for key, e in _entries(papers, "applications")},
        contacts={key: _contact(e) for key, e in _entries(contacts, "contacts")},
        payment_channels=tuple(contacts["payment_channels"]["items"]),
        not_ours={
            key: Neighbour(tuple(e["words"]), e["owner"]) for key, e in contacts["not_ours"]["items"].items()
        },
        gazetteer=Gazetteer.of(read(name, "places")["counties"]),
        seasons=tuple(_season(each) for _, each in _entries(read(name, "seasons"), "seasons")),
        safety_answers=tuple(
            SafetyAnswer(
                re.compile("|".join(each["says"])), frozenset(each.get("hazards", ())), _safety(each)
            )
            for _, each in _entries(safety, "answers")
        ),
        penalty={key: Decimal(e["this_year"]) for key, e in read(name, "tariffs")["penalty"].items()},
    )


def read(name: str, stem: str) -> dict[str, Any]:
    """A file of a region. RegionError when it is missing or of another region."""
    path = ROOT / name / f"{stem}.yml"
    try:
        body = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise RegionError(f"region {name}: {stem}.yml cannot be read") from error
    if not isinstance(body, dict) or body.get("region") != name:
        raise RegionError(f"region {name}: {stem}.yml is not of this region")
    return body


def _entries(body: dict[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a section, each with its source resolved to the full title."""
    for key, entry in body.get(section, {}).items():
        source, verified = entry.get("source"), entry.get("verified")
        if source not in body["sources"] or not isinstance(verified, bool):
            raise RegionError(f"region {body['region']}: {section}.{key} lacks a known source or verified")
        yield key, {**entry, "source": body["sources"][source]}


def _safety(entry: dict[str, Any]) -> SafetyScript:
    return SafetyScript(entry["text"], entry["spoken"], entry["source"], entry["verified"])


def _season(entry: dict[str, Any]) -> Season:
    names = ("title", "from", "to", "notice", "source", "verified")
    return Season(*(entry[name] for name in names))


def _contact(entry: dict[str, Any]) -> Contact:
    return Contact(entry["title"], entry["value"], entry["source"], entry["verified"])


def _commitment(entry: dict[str, Any]) -> Commitment:
    title, warn = entry["title"], entry.get("warn")
    clock = Clock(
        entry["starts"],
        _span(title, entry["duration"]),
        _span(title, warn) if warn else None,
        tuple(entry.get("pause", ())),
    )
    return Commitment(title, entry["owner"], clock, entry["source"], entry["verified"])


def _span(title: str, entry: dict[str, int]) -> Span:
    if len(entry) != 1 or not entry.keys() <= {"minutes", "hours", "working_days"}:
        raise RegionError(f"commitment {title}: exactly one of minutes, hours, working_days")
    days = entry.get("working_days")
    return Span(working_days=days) if days else Span(time=timedelta(**entry))


def _application(entry: dict[str, Any], commitment: str | None) -> Application:
    return Application(
        tuple(entry["documents"]),
        tuple(entry["ask"]),
        entry.get("note", ""),
        entry["finish"],
        entry["source"],
        entry["verified"],
        commitment,
    )
