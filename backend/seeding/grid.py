"""Counties, towns, villages, and the lines that feed them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from backend.addresses import stem
from backend.region import County
from backend.seeding.loading import Loader
from backend.tables import CrewRow, FeederRow, PlaceRow, SubstationRow, TransformerRow

FIRST_FEEDER = 911


@dataclass
class Spot:
    """A village or community with its transformers and the number of households to come."""

    id: int
    county: County
    town: str
    name: str
    area: str
    feeder: str
    households: int = 0
    transformers: list[str] = field(default_factory=list)


def build(
    loader: Loader, plan: Mapping[str, Any], counties: Mapping[str, County], size: int, rng: Random
) -> list[Spot]:
    """Make and load the grid for `size` households."""
    spots: list[Spot] = []
    lines = []
    for number, (county, town, area) in enumerate(_towns(counties), 1):
        substation = (number, plan["grid"]["substation"].format(town=stem(town)), county.name)
        feeder = plan["grid"]["feeder"].format(number=FIRST_FEEDER + number, town=stem(town))
        lines.append((substation, (number, number, feeder)))
        for name in _places(plan, town, county, rng):
            spots.append(Spot(len(spots) + 1, county, town, name, area, feeder))
    _share_out(spots, plan, size)
    loader.insert(PlaceRow, ((s.id, s.county.name, s.town, s.name, s.area) for s in spots))
    loader.insert(SubstationRow, (substation for substation, _ in lines))
    loader.insert(FeederRow, (feeder for _, feeder in lines))
    loader.insert(TransformerRow, _transformers(spots, plan, {name: key for _, (key, _, name) in lines}))
    loader.insert(CrewRow, _crews(plan, counties))
    return spots


def _towns(counties: Mapping[str, County]) -> Iterator[tuple[County, str, str]]:
    return ((county, town, area) for county in counties.values() for town, area in county.towns.items())


def _places(plan: Mapping[str, Any], town: str, county: County, rng: Random) -> Sequence[str]:
    """Names of a town's places; a name pinned to one town of the county is not drawn for another."""
    area, pinned = county.towns[town], plan["pinned"].get(town, [])
    taken = {name for each in county.towns for name in plan["pinned"].get(each, [])}
    names = plan["communities"] if area == "urban" else plan["villages"]
    free = [name for name in names if name not in taken]
    return [*pinned, *rng.sample(free, plan["places_per_town"][area] - len(pinned))]


def _share_out(spots: list[Spot], plan: Mapping[str, Any], size: int) -> None:
    """Give every place its households by weight; the sums are exact."""
    weights = [plan["place_weight"][spot.area] for spot in spots]
    total, given, run = sum(weights), 0, 0
    for spot, weight in zip(spots, weights, strict=True):
        run += weight
        spot.households = size * run // total - given
        given += spot.households


def _transformers(
    spots: list[Spot], plan: Mapping[str, Any], feeders: Mapping[str, int]
) -> Iterator[tuple[str, int, int, str]]:
    for spot in spots:
        for number in range(1, max(1, math.ceil(spot.households / plan["households_per_transformer"])) + 1):
            key = f"T{spot.county.code[-2:]}{spot.id:03d}{number:02d}"
            spot.transformers.append(key)
            name = plan["grid"]["transformer"].format(place=spot.name, number=number)
            yield key, feeders[spot.feeder], spot.id, name


def _crews(
    plan: Mapping[str, Any], counties: Mapping[str, County]
) -> Iterator[tuple[int, str, str | None, str]]:
    number = 0
    for kind, names in plan["crews"].items():
        for name in names:
            for county in counties.values() if "{county}" in name else [None]:
                number += 1
                called = name.format(county=county.short[0]) if county else name
                yield number, called, county.name if county else None, kind
