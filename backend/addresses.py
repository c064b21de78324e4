"""What an address text means: one place of the supply area, several to choose from, or none.

Names repeat across counties (新华街道 and 新华镇, 先锋 in two counties), so a text without its county often stays open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.region import County
from backend.tables import PlaceRow, TransformerRow

KIND = re.compile(r"街道|苏木|农场|牧场|渔场|小区|社区|镇|乡|村")
SUFFIX = re.compile(rf"({KIND.pattern})$")
DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
NUMERAL = re.compile(f"[{''.join(DIGITS)}十百]+(?=[号组社队栋幢楼单元室层井])")


ROAD = re.compile(r"[一-鿿]{1,6}?(?:路|大街|街(?!道)|巷|胡同)")

PlaceName = Row[int, str, str, str, str]  # id, county, town, name, area


@dataclass(frozen=True)
class Found:
    """A village, community or whole town, with the transformers that feed it."""

    county: str
    name: str
    area: str
    transformers: tuple[str, ...]
    town: str = ""  # of a village or community


def key(address: str) -> str:
    """A form in which two writings of one address are equal: width, blanks, punctuation and Chinese numbers aside."""
    text = "".join(each for each in unicodedata.normalize("NFKC", address) if each.isalnum())
    return NUMERAL.sub(lambda hit: str(_number(hit[0])), text)[:200]


def numbers(address: str) -> list[str]:
    """House numbers and the like, in order."""
    return re.findall(r"\d+", key(address))


@cache
def stem(name: str) -> str:
    """A place name without its kind: 新华镇 → 新华."""
    return SUFFIX.sub("", name) or name


def locate(session: Session, counties: Mapping[str, County], address: str) -> tuple[Found, ...]:
    """The places an address may mean: villages and communities when one is named, else towns; a town that is named in
    full leaves only its own (陕坝镇幸福小区 is none of the 幸福小区 elsewhere)."""
    text, best = _named(session, counties, address)
    return _whole_towns(session, best) if best and not _hit(text, best[0].name) else _places(session, best)


def places(session: Session, counties: Mapping[str, County], address: str) -> set[int]:
    """The ids of the villages and communities an address may mean, none of which it contradicts: where it names a town,
    the place lies in that town."""
    text, best = _named(session, counties, address)
    said = {town for town in session.scalars(select(PlaceRow.town).distinct()) if town in text}
    rest = text
    for town in said:  # a town's name does not name the place in it that is called alike
        rest = rest.replace(town, " ")
    return {each.id for each in best if _hit(rest, each.name) and (not said or each.town in said)}


def roads(address: str, *names: str) -> set[str]:
    """The roads, streets and lanes of an address, whose county, town and place have these names."""
    text = key(address)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return set(ROAD.findall(text))


def _named(session: Session, counties: Mapping[str, County], address: str) -> tuple[str, list[PlaceName]]:
    """The text without its county, and the places it fits best."""
    text = key(address)
    within = {
        each.name for each in counties.values() if any(said in text for said in (each.name, *each.short))
    }
    for county in counties.values():
        for said in (county.name, *county.short):
            text = text.replace(said, "")
    columns = select(PlaceRow.id, PlaceRow.county, PlaceRow.town, PlaceRow.name, PlaceRow.area).order_by(
        PlaceRow.id
    )
    known = [each for each in session.execute(columns) if not within or each.county in within]
    towns = {each.town for each in known if each.town in text}
    return text, _best(text, [each for each in known if not towns or each.town in towns])


def _best(text: str, places: Iterable[PlaceName]) -> list[PlaceName]:
    """The places with the most characters of their names in the text; a place's own name counts before its town's."""
    scored = []
    for place in places:
        own = _hit(text, place.name)
        town = _hit(text.replace(own, "", 1) if own else text, place.town)
        if own or town:
            scored.append(((len(own), len(town)), place))
    top = max((score for score, _ in scored), default=None)
    return [place for score, place in scored if score == top]


def _hit(text: str, name: str) -> str:
    """The name, or its stem, if the text holds it; a stem with another kind behind it is another place (团结街道 is not
    团结村)."""
    if name in text:
        return name
    short = stem(name)
    ends = (found.end() for found in re.finditer(re.escape(short), text))
    return short if any(not KIND.match(text, end) for end in ends) else ""


def _places(session: Session, places: list[PlaceName]) -> tuple[Found, ...]:
    fed = _transformers(session, places)
    return tuple(Found(each.county, each.name, each.area, tuple(fed[each.id]), each.town) for each in places)


def _whole_towns(session: Session, places: list[PlaceName]) -> tuple[Found, ...]:
    fed = _transformers(session, places)
    towns: dict[tuple[str, str, str], list[str]] = {}
    for each in places:
        towns.setdefault((each.county, each.town, each.area), []).extend(fed[each.id])
    return tuple(Found(*town, tuple(sorted(lines))) for town, lines in towns.items())


def _transformers(session: Session, places: list[PlaceName]) -> dict[int, list[str]]:
    fed: dict[int, list[str]] = {each.id: [] for each in places}
    rows = (
        select(TransformerRow.place_id, TransformerRow.id)
        .where(TransformerRow.place_id.in_(fed))
        .order_by(TransformerRow.id)
    )
    for place_id, line in session.execute(rows):
        fed[place_id].append(line)
    return fed


def _number(text: str) -> int:
    """二十三 → 23, 三〇一 → 301."""
    if not set(text) & set("十百"):
        return int("".join(str(DIGITS[each]) for each in text))
    total, digit = 0, 0
    for each in text:
        if each in DIGITS:
            digit = DIGITS[each]
        else:
            total += (digit or 1) * (10 if each == "十" else 100)
            digit = 0
    return total + digit
