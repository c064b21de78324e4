"""Addresses as people say them, split into parts, corrected part by part, and said again.

「临河区新华镇三队」, 「金川小区5号楼2单元301」, 「前旗先锋镇」. Town names repeat across counties, so an address whose
county is not said and cannot be told from the town is `ambiguous`: the county must be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

NUMERAL = "[0-9零〇一二两三四五六七八九十百]"
GROUP = rf"第?{NUMERAL}{{1,3}}(?:小组|小队|生产队|队|社|组|连)(?![区里长交团织])"
_BUILDING = (
    rf"[甲乙丙丁东西南北]?(?:{NUMERAL}{{1,4}}(?:号楼|号?[栋幢座])|{NUMERAL}{{1,3}}楼(?={NUMERAL}{{1,2}}单元)|\d{{1,3}}#楼?)"
    rf"|[A-Za-z]\d{{0,2}}号?[楼栋幢座](?![道梯上下里])"
)
_UNIT = rf"(?:{NUMERAL}{{1,2}}|[东西中])个?(?:单元|门洞|单园)"
_ROOM = rf"\d{{2,4}}(?:号?室|户|号)?|[零〇一二三四五六七八九]{{3,4}}(?:号?室|户|号)?|{NUMERAL}{{1,4}}(?:号?室|楼|层)"
_POST = rf"(?:第{NUMERAL}{{1,3}}(?:号|个)?|{NUMERAL}{{1,3}}号?(?!个))(?:机电?井|机?井|变压器|箱变|变台|台区|电?线?杆|闸房?|充电桩|桩)(?:子|上)?"
"""Wells, transformers and poles are places of their own at the end of an address: 3组2号机井, 东风线45号杆."""
PART = "|".join((GROUP, _BUILDING, _UNIT, _POST))
_SLOT = r"(?<=[库位区棚])[A-Za-z]\d{0,2}-?\d{1,4}(?:号?车?位)?"
_GAP = r"[\s,，、的]*"

_TAIL = re.compile(
    rf"(?P<place>.*?){_GAP}(?:"
    rf"(?P<building>\d{{1,3}}(?=-)|\d{{1,3}}#)-?(?P<unit>\d{{1,2}})-(?P<room>\d{{2,4}}(?:室|号|户)?)"
    rf"|(?:(?P<group>{GROUP}){_GAP})?(?:(?P<building2>{_BUILDING}){_GAP})?(?:(?P<unit2>{_UNIT}){_GAP})?"
    rf"(?P<room2>{_SLOT}|{_POST}|(?(group).{{1,40}}|(?(building2).{{1,40}}|(?(unit2).{{1,40}}|(?!)))))?)"
)
"""The shortest place after which the rest is group, building, unit and door in this order: whatever fits nowhere stays
in the place or in the door, so no word is lost or moved."""

_SIDE = re.compile(r"(?:[东西南北正前后]门|[东西南北]侧|门)口?$")
_DETAIL = re.compile(
    r"(?:地下|负[一二三]|车库|地库|车棚|车位|门口|门前|院里|院子|楼[上下顶道]|后院|前院|[东西南北]屋|库房|[前后][面头边])"
)
"""Begins what lies inside or beside the place already known."""

_STREET = r"路|大街|大道|街(?![道上])|胡同|渠"
_ESTATE = re.compile(
    f"[一-鿿]{{0,2}}(?:小区|花园|家园|嘉园|新村|大厦|广场|市场|学校|中学|小学|医院|公寓|宾馆|苑)|{_STREET}|桥|村"
)
"""After a bare town name these make it the name of something else: 金川小区 is no 金川街道."""
_ROAD = re.compile(_STREET)
_OFFICE = re.compile(r"(?:街道)?办(?:事处)?(?!公)")
_RANK = "街道|镇|乡|苏木|农场|牧场|渔场"
_LEAD = re.compile(r"^(?:在|住|住在|地址是|家在|我家在|就是|是|内蒙古?(?:自治区)?|巴彦淖尔市?|巴盟)+")


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
                bare = re.sub(f"(?:{_RANK})$", "", town)
                for name in {town, bare} if len(bare) > 1 else {town}:
                    towns[name] = tuple(dict.fromkeys([*towns.get(name, ()), county]))
        return cls(names, towns)


def county_in(text: str, gazetteer: Gazetteer) -> str | None:
    """The county that a sentence names, in full or as people shorten it (杭后), or by a town that only it has; None
    when it names none or several."""
    named = {county for name, county in gazetteer.counties.items() if name in text}
    if not named:
        named = {homes[0] for town, homes in gazetteer.towns.items() if len(homes) == 1 and town in text}
    return named.pop() if len(named) == 1 else None


def parse(text: str, gazetteer: Gazetteer) -> Address:
    """The parts of an address text. What is no known part becomes the place; an empty text an empty address."""
    rest = _LEAD.sub("", text.strip(" ,。，"))
    county, rest = _county(rest, gazetteer)
    town, rest = _town(rest, gazetteer)
    homes = gazetteer.towns.get(town, ()) if town else ()
    known = gazetteer.counties[county] if county else homes[0] if len(homes) == 1 else None
    if re.fullmatch(_ROOM, rest):
        return Address(known, town and _full_town(town, known, gazetteer), room=rest)
    found = _TAIL.fullmatch(rest)
    part = found.groupdict() if found else {"place": rest}
    return Address(
        county=known,
        town=_full_town(town, known, gazetteer) if town else None,
        place=part["place"].strip(" ,，的") or None,
        group=part.get("group"),
        building=part.get("building") or part.get("building2"),
        unit=part.get("unit") or part.get("unit2"),
        room=part.get("room") or (part.get("room2") or "").strip(" ,，、") or None,
        ambiguous=known is None and len(homes) > 1,
    )


def merge(old: Address, new: Address) -> Address:
    """`old` with what `new` says: 「是三单元」 replaces the unit alone, 「西门」 the side of a place; another place or
    town starts afresh below it."""
    said = new.parts()
    if old.place and new.place and _SIDE.fullmatch(new.place):
        said["place"] = _SIDE.sub("", old.place) + new.place
        old = replace(old, place=said["place"])
    elif old.place and new.place and _DETAIL.match(new.place) and not (new.county or new.town):
        said = {"room": (old.room or "") + render(new)}
    order = ["county", "town", "place", "group", "building", "unit", "room"]
    first = next((name for name in order if name in said and name in ("county", "town", "place")), None)
    dropped: dict[str, Any] = {}
    if first and said[first] != getattr(old, first) and getattr(old, first) is not None:
        dropped = dict.fromkeys(order[order.index(first) + 1 :])
    merged = replace(old, **(dropped | said))
    return replace(merged, ambiguous=merged.county is None and (new.ambiguous or old.ambiguous))


def render(address: Address) -> str:
    """The address in the order people write it; bare numbers side by side are kept apart (12-3-502)."""
    shown = [getattr(address, field.name) for field in fields(address) if field.name != "ambiguous"]
    return re.sub(r"(?<=\d)\0(?=\d)", "-", "\0".join(part for part in shown if part)).replace("\0", "")


def _county(text: str, gazetteer: Gazetteer) -> tuple[str | None, str]:
    for name in sorted(gazetteer.counties, key=len, reverse=True):
        whole = gazetteer.counties[name] == name
        if text.startswith(name) and (whole or not _ROAD.match(text[len(name) :])):
            return name, text[len(name) :].lstrip(" ,，的")
    return None, text


def _town(text: str, gazetteer: Gazetteer) -> tuple[str | None, str]:
    """办 and 办事处 make a name that of a 街道; a bare name before another rank (八一街道, where there is a 八一乡) or
    before an estate or a road is part of the place."""
    for name in sorted(gazetteer.towns, key=len, reverse=True):
        if not text.startswith(name):
            continue
        rest = text[len(name) :]
        bare = not re.search(f"(?:{_RANK})$", name)
        office = _OFFICE.match(rest)
        street = f"{name.removesuffix('街道')}街道"
        if office and street in gazetteer.towns:
            return street, rest[office.end() :].lstrip(" ,，的")
        if not bare or not (_ESTATE.match(rest) or re.match(_RANK, rest)):
            return name, rest.lstrip(" ,，的")
    return None, text


def _full_town(town: str, county: str | None, gazetteer: Gazetteer) -> str:
    """新华 in 临河 may be a street or a town: kept as said unless only one full name fits."""
    fits = [
        name
        for name, homes in gazetteer.towns.items()
        if name.startswith(town) and name != town and (county in homes)
    ]
    return fits[0] if len(fits) == 1 and not re.search(f"(?:{_RANK})$", town) else town


_DOORS = re.compile(r"[0-9A-Za-z零〇一二两三四五六七八九十百]+(?:号|楼|栋|幢|单元|室|户|组|社|队|层|门)*")


def estate(address: str) -> str:
    """The estate or village of an address, without the numbers of its doors."""
    return _DOORS.sub("", address)
