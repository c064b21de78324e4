"""Addresses as people say them, split into parts, corrected part by part, and said again.

「临河区新华镇三队」, 「金川小区5号楼2单元301」, 「前旗先锋镇」. Town names repeat across counties, so an address whose
county is not said and cannot be told from the town is `ambiguous`: the county must be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

_NUM = "[0-9零一二两三四五六七八九十百a-zA-Z]"
_BUILDING = re.compile(
    rf"({_NUM}{{1,4}}|[东西南北]){{1,2}}号?(?:楼|栋|幢|座)(?!道|梯|上|下|里)|\d{{1,3}}#楼?"
)
_UNIT = re.compile(rf"({_NUM}{{1,2}}|[东西中])个?(?:单元|门洞|单园)")
_ROOM = re.compile(
    rf"(?:({_NUM}{{1,2}})(?:楼|层))?([0-9]{{1,4}}|[零一二三四五六七八九十百]{{1,5}}|[东西中左右])(?:号?室|户|号)?(?:房间)?$"
)
_GROUP = re.compile(rf"(?:第)?({_NUM}{{1,3}})(?:队|社|组|小组|小队|连)(?!区|里|长|交)")

_WELL = re.compile(rf"(?:第)?{_NUM}{{1,3}}号?(?:机?井|变压器|变台|台区)")
"""Wells and transformers are places of their own at the end of an address: 3组2号机井."""
_HOUSE = re.compile(r"(?<=[队社组连])\d{1,4}号院?$")
_SIDE = re.compile(r"(?:[东西南北正前后]门|[东西南北]侧|门)口?$")

_ESTATE = re.compile(
    "[一-鿿]{0,2}(?:小区|花园|家园|嘉园|新村|大厦|广场|市场|学校|中学|小学|医院|公寓|宾馆|苑)|路|大街|桥|村|渠"
)
"""After a bare town name these make it the name of something else: 金川小区 is no 金川街道."""


@dataclass(frozen=True)
class Address:
    """Parts of a supply address; what was not said is None. `place` is an estate, village, street or landmark."""

    county: str | None = None
    town: str | None = None
    place: str | None = None
    group: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None
    ambiguous: bool = False

    def parts(self) -> dict[str, str]:
        """The parts that were said."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, str)}


@dataclass(frozen=True)
class Gazetteer:
    """Counties with the short names people use, and towns with the counties that have one of that name."""

    counties: Mapping[str, str]
    towns: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, counties: Mapping[str, Mapping[str, Iterable[str]]]) -> Gazetteer:
        """From the `counties` of data/region/<region>/places.yml."""
        names: dict[str, str] = {}
        towns: dict[str, tuple[str, ...]] = {}
        for county, entry in counties.items():
            names.update(dict.fromkeys([county, *entry.get("short", ())], county))
            for town in (town for area in ("urban", "rural", "remote") for town in entry.get(area, ())):
                bare = re.sub("(?:街道|镇|乡|苏木|农场|牧场|渔场)$", "", town)
                for name in {town, bare} if len(bare) > 1 else {town}:
                    towns[name] = tuple(dict.fromkeys([*towns.get(name, ()), county]))
        return cls(names, towns)


def parse(text: str, gazetteer: Gazetteer) -> Address:
    """The parts of an address text. What is no known part becomes the place; an empty text an empty address."""
    rest = re.sub(
        r"^(?:在|住|住在|地址是|家在|我家在|就是|是|内蒙古?(?:自治区)?|巴彦淖尔市?|巴盟)+",
        "",
        text.strip(" ,。"),
    )
    county, rest = _take(rest, gazetteer.counties)
    town, rest = _take(rest, gazetteer.towns, unless=_ESTATE)
    homes = gazetteer.towns.get(town, ()) if town else ()
    known = gazetteer.counties[county] if county else homes[0] if len(homes) == 1 else None
    well, rest = _cut(_WELL, rest)
    house, rest = _cut(_HOUSE, rest)
    building, rest = _cut(_BUILDING, rest)
    unit, rest = _cut(_UNIT, rest)
    room, rest = (
        _cut(_ROOM, rest) if building or unit or re.fullmatch(r"\d{2,4}(?:室|号|户)?", rest) else (None, rest)
    )
    group, rest = _cut(_GROUP, rest)
    return Address(
        county=known,
        town=_full_town(town, known, gazetteer),
        place=rest.strip(" ,的") or None,
        group=group,
        building=building,
        unit=unit,
        room=room or house or well,
        ambiguous=known is None and len(homes) > 1,
    )


def merge(old: Address, new: Address) -> Address:
    """`old` with what `new` says: 「是三单元」 replaces the unit alone, 「西门」 the side of a place; another place or
    town starts afresh below it."""
    said = new.parts()
    if old.place and new.place and _SIDE.fullmatch(new.place):
        said["place"] = _SIDE.sub("", old.place) + new.place
        old = replace(old, place=said["place"])
    order = ["county", "town", "place", "group", "building", "unit", "room"]
    first = next((name for name in order if name in said and name in ("county", "town", "place")), None)
    dropped: dict[str, Any] = {}
    if first and said[first] != getattr(old, first) and getattr(old, first) is not None:
        dropped = dict.fromkeys(order[order.index(first) + 1 :])
    merged = replace(old, **(dropped | said))
    return replace(merged, ambiguous=merged.county is None and (new.ambiguous or old.ambiguous))


def render(address: Address) -> str:
    """The address in the order people write it."""
    shown = [getattr(address, field.name) for field in fields(address) if field.name != "ambiguous"]
    return "".join(part for part in shown if part)


def _take(
    text: str, names: Mapping[str, object], unless: re.Pattern[str] | None = None
) -> tuple[str | None, str]:
    for name in sorted(names, key=len, reverse=True):
        if text.startswith(name) and not (unless and unless.match(text[len(name) :])):
            return name, text[len(name) :].lstrip(" ,的")
    return None, text


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str | None, str]:
    match = pattern.search(text)
    if match is None:
        return None, text
    return match[0].strip(), (text[: match.start()] + text[match.end() :]).strip(" ,的")


def _full_town(town: str | None, county: str | None, gazetteer: Gazetteer) -> str | None:
    """新华 in 临河 may be a street or a town: kept as said unless only one full name fits."""
    if town is None:
        return None
    fits = [
        name
        for name, homes in gazetteer.towns.items()
        if name.startswith(town) and name != town and (county in homes)
    ]
    return fits[0] if len(fits) == 1 else town
