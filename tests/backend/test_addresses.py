"""What address texts mean."""

from __future__ import annotations

import pytest

from backend import addresses
from backend.region import Region
from backend.storage import Store


def names(store: Store, here: Region, text: str) -> list[tuple[str, str]]:
    with store.reading() as session:
        return [(each.county, each.name) for each in addresses.locate(session, here.counties, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("临河区新华镇永胜村3组12号", [("临河区", "永胜村")]),
        ("临河新华永胜三组", [("临河区", "永胜村")]),
        ("杭后陕坝镇河套小区", [("杭锦后旗", "河套小区")]),
        ("前旗先锋镇", [("乌拉特前旗", "先锋镇")]),
        ("陕坝镇永胜村9号", [("杭锦后旗", "陕坝镇")]),
        ("月亮上", []),
        ("", []),
    ],
)
def test_a_clear_address_is_one_place(
    store: Store, here: Region, text: str, expected: list[tuple[str, str]]
) -> None:
    assert names(store, here, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新华", {("临河区", "新华街道"), ("临河区", "新华镇")}),
        ("先锋", {("临河区", "先锋街道"), ("乌拉特前旗", "先锋镇")}),
    ],
)
def test_a_repeated_name_stays_open(
    store: Store, here: Region, text: str, expected: set[tuple[str, str]]
) -> None:
    assert expected <= set(names(store, here, text))


def test_the_county_decides_between_repeated_names(store: Store, here: Region) -> None:
    assert set(names(store, here, "巴彦淖尔市乌拉特前旗先锋")) == {("乌拉特前旗", "先锋镇")}


def test_a_town_brings_all_its_lines(store: Store, here: Region) -> None:
    with store.reading() as session:
        (town,) = addresses.locate(session, here.counties, "临河区新华镇")
        (village,) = addresses.locate(session, here.counties, "临河区新华镇永胜村")
    assert set(village.transformers) < set(town.transformers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("金川小区5号楼2单元301", "金川小区 五号楼，二单元３０１"),
        ("永胜村三组十二号", "永胜村3组12号"),
        ("永胜村二十三组", "永胜村23组"),
        ("三〇一室", "301室"),
    ],
)
def test_writings_of_one_address_are_equal(one: str, other: str) -> None:
    assert addresses.key(one) == addresses.key(other)


def test_numerals_in_names_are_left_alone() -> None:
    assert addresses.key("五星村三道桥镇") == "五星村三道桥镇"
