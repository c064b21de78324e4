"""Spoken addresses, their parts and their correction."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.address import Address, Gazetteer, merge, parse, render

PLACES = Path(__file__).parents[2] / "data/region/bayannur/places.yml"
GAZETTEER = Gazetteer.of(yaml.safe_load(PLACES.read_text(encoding="utf-8"))["counties"])


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("临河区新华镇三队", {"county": "临河区", "town": "新华镇", "group": "三队"}),
        ("金川小区5号楼2单元301", {"place": "金川小区", "building": "5号楼", "unit": "2单元", "room": "301"}),
        ("前旗先锋镇二社", {"county": "乌拉特前旗", "town": "先锋镇", "group": "二社"}),
        ("陕坝", {"county": "杭锦后旗", "town": "陕坝镇"}),
        ("五原隆兴昌镇街上", {"county": "五原县", "town": "隆兴昌镇", "place": "街上"}),
        (
            "河套小区3栋一单元502室",
            {"place": "河套小区", "building": "3栋", "unit": "一单元", "room": "502室"},
        ),
        (
            "磴口县渡口镇红旗村2社3号井",
            {"county": "磴口县", "town": "渡口镇", "place": "红旗村", "group": "2社", "room": "3号井"},
        ),
        ("永胜村3组5号变压器", {"place": "永胜村", "group": "3组", "room": "5号变压器"}),
        ("是三单元", {"unit": "三单元"}),
        ("301", {"room": "301"}),
        ("杨家河桥头", {"place": "杨家河桥头"}),
        ("", {}),
    ],
)
def test_an_address_has_parts(said: str, parts: dict[str, str]) -> None:
    assert parse(said, GAZETTEER).parts() == parts


def test_a_town_name_of_several_counties_is_ambiguous() -> None:
    assert parse("先锋", GAZETTEER).ambiguous
    assert not parse("前旗先锋镇", GAZETTEER).ambiguous
    assert not merge(parse("先锋", GAZETTEER), parse("前旗", GAZETTEER)).ambiguous


def test_a_correction_replaces_only_what_it_names() -> None:
    old = parse("临河区金川小区5号楼2单元301", GAZETTEER)
    assert render(merge(old, parse("是三单元", GAZETTEER))) == "临河区金川小区5号楼三单元301"


def test_another_place_starts_afresh_below_it() -> None:
    old = parse("临河区金川小区5号楼2单元301", GAZETTEER)
    assert merge(old, Address(place="河套小区")).parts() == {"county": "临河区", "place": "河套小区"}


@given(st.text(alphabet="临河区新华镇三队金川小5号楼2单元01社村东西 ", max_size=20))
def test_no_text_breaks_it_and_merging_with_nothing_changes_nothing(said: str) -> None:
    address = parse(said, GAZETTEER)
    assert merge(address, Address()).parts() == address.parts()


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ("五原县塔尔湖镇光明村2组302号", "5组", "五原县塔尔湖镇光明村5组302号"),
        ("和平小区东门", "西门", "和平小区西门"),
    ],
)
def test_a_correction_keeps_the_house_and_the_place(old: str, new: str, merged: str) -> None:
    assert render(merge(parse(old, GAZETTEER), parse(new, GAZETTEER))) == merged
