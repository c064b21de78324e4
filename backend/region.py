"""What differs from company to company, read from data/region/<name>: prices, clocks, places, halls, kinds of order.

The backend reads the files itself, as a company's own system would, and keeps only what it decides by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from backend.settings import ROOT

UNKNOWN_AREA = "unknown"
PRICE = Decimal("0.0001")


@dataclass(frozen=True)
class Tariff:
    """Prices in yuan per kWh; `bounds` end all tiers but the last, in kWh per month."""

    id: str
    version: str
    source: str
    verified: bool
    bounds: tuple[Decimal, ...]
    prices: tuple[Decimal, ...]


@dataclass(frozen=True)
class TimeOfUseTariff:
    """Yuan per kWh by period, for each month of the year (1 to 12)."""

    id: str
    version: str
    source: str
    verified: bool
    prices: Mapping[int, Mapping[str, Decimal]]


@dataclass(frozen=True)
class PenaltyRule:
    """Share of the unpaid amount per day, in the calendar year of the due day and later; never below `minimum`."""

    this_year: Decimal
    later_years: Decimal
    minimum: Decimal


@dataclass(frozen=True)
class Commitment:
    """One clock: from when (`starts`, a state) and how long. Exactly one of `span` and `working_days` is set."""

    name: str
    starts: str
    span: timedelta | None
    working_days: int | None
    pause: tuple[str, ...]


@dataclass(frozen=True)
class Business:
    """How one kind of order runs. `clocks` names the commitment that runs from a state on."""

    key: str
    kind: str
    title: str
    department: str
    states: tuple[str, ...]
    clocks: Mapping[str, str | None]
    crew: str | None = None
    outage: bool = False


@dataclass(frozen=True)
class County:
    name: str
    code: str
    short: tuple[str, ...]
    towns: Mapping[str, str]  # town → area


@dataclass(frozen=True)
class Region:
    name: str
    tariffs: Mapping[str, Tariff]
    time_of_use: Mapping[str, TimeOfUseTariff]
    warn_below: Decimal
    due_day: int
    penalties: Mapping[str, PenaltyRule]
    cut_after_days: int
    commitments: Mapping[str, Commitment]
    areas: Mapping[str, Mapping[str, str]]
    faults: Mapping[str, Business]
    voices: Mapping[str, Business]
    applications: Mapping[str, Business]
    departments: Mapping[str, str]
    documents: Mapping[str, tuple[str, ...]]
    urge_pause: timedelta
    urges_at_most: int
    notes: Mapping[str, str]
    counties: Mapping[str, County]
    halls: tuple[Mapping[str, Any], ...]

    def penalty_rule(self, price_class: str) -> PenaltyRule:
        """The rule of that price class, or that of all others."""
        return self.penalties.get(price_class, self.penalties["other"])

    def business(self, kind: str, key: str) -> Business:
        """The business an order was booked under."""
        if kind in ("fault", "danger"):
            return self.faults[key]
        return self.voices[kind] if kind in self.voices else self.applications[key]


@cache
def load(name: str) -> Region:
    """The region of that name. Raises FileNotFoundError or KeyError when its folder breaks the agreed shape."""
    files = {
        stem: read(name, stem)
        for stem in ("tariffs", "commitments", "orders", "places", "halls", "documents")
    }
    tariffs, clocks, orders = files["tariffs"], files["commitments"], files["orders"]
    commitments = {key: _commitment(key, entry) for key, entry in clocks["commitments"].items()}
    return Region(
        name=name,
        tariffs={key: _tariff(key, entry, tariffs["sources"]) for key, entry in tariffs["tariffs"].items()},
        time_of_use={
            key: _time_of_use(key, entry, tariffs["sources"]) for key, entry in tariffs["time_of_use"].items()
        },
        warn_below=Decimal(tariffs["prepaid"]["warn_below"]),
        due_day=tariffs["due"]["day"],
        penalties={key: _penalty(entry) for key, entry in tariffs["penalty"].items()},
        cut_after_days=tariffs["cut"]["overdue_days"],
        commitments=commitments,
        areas=orders["areas"],
        faults=_businesses(orders, "faults", "fault"),
        voices=_businesses(orders, "voices", None),
        applications=_businesses(orders, "applications", "application", clocks["applications"]),
        departments=orders["departments"],
        documents={
            key: tuple(entry["documents"]) for key, entry in files["documents"]["applications"].items()
        },
        urge_pause=commitments[orders["urges"]["pause"]].span or timedelta(),
        urges_at_most=orders["urges"]["other_at_most"],
        notes=orders["notes"],
        counties={key: _county(key, entry) for key, entry in files["places"]["counties"].items()},
        halls=tuple(files["halls"]["halls"]),
    )


def read(name: str, stem: str) -> Any:
    """One file of the region as it stands."""
    return yaml.safe_load((ROOT / "data" / "region" / name / f"{stem}.yml").read_text(encoding="utf-8"))


def _tariff(key: str, entry: dict[str, Any], sources: dict[str, str]) -> Tariff:
    bounds, prices = (tuple(map(Decimal, entry[name])) for name in ("bounds", "prices"))
    return Tariff(key, entry["version"], sources[entry["source"]], entry["verified"], bounds, prices)


def _time_of_use(key: str, entry: dict[str, Any], sources: dict[str, str]) -> TimeOfUseTariff:
    base = Decimal(entry["base"])
    prices = {
        month: {period: (base * Decimal(ratio)).quantize(PRICE) for period, ratio in season["ratios"].items()}
        for season in entry["seasons"]
        for month in season["months"]
    }
    return TimeOfUseTariff(key, entry["version"], sources[entry["source"]], entry["verified"], prices)


def _penalty(entry: dict[str, Any]) -> PenaltyRule:
    return PenaltyRule(*(Decimal(entry[name]) for name in ("this_year", "later_years", "minimum")))


def _commitment(key: str, entry: dict[str, Any]) -> Commitment:
    duration = dict(entry["duration"])
    days = duration.pop("working_days", None)
    return Commitment(
        key, entry["starts"], timedelta(**duration) if duration else None, days, tuple(entry.get("pause", ()))
    )


def _businesses(
    orders: dict[str, Any], section: str, kind: str | None, first_clocks: Mapping[str, str] | None = None
) -> dict[str, Business]:
    """The entries of a section; an entry without clocks runs on the one named for it in `first_clocks`."""
    return {
        key: Business(
            key=key,
            kind=entry.get("kind", "danger" if key == "danger" else kind or key),
            title=entry["title"],
            department=entry["department"],
            states=tuple(orders["flows"][entry["flow"]]),
            clocks=entry.get("clocks") or {"accepted": (first_clocks or {})[key]},
            crew=entry.get("crew"),
            outage=entry.get("outage", False),
        )
        for key, entry in orders[section].items()
    }


def _county(name: str, entry: dict[str, Any]) -> County:
    towns = {town: area for area in ("urban", "rural", "remote") for town in entry[area]}
    return County(name, entry["code"], tuple(entry["short"]), towns)
