"""Spoken addresses, their parts and their correction."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.address import Address, Gazetteer, county_in, merge, parse, render

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


def test_a_gazetteer_knows_full_short_and_bare_names() -> None:
    made = Gazetteer.of(
        {
            "甲旗": {"short": ["甲", "小甲"], "urban": ["城关街道"], "rural": ["新华镇", "乙镇"], "remote": ["丙丁苏木"]},
            "戊县": {"rural": ["新华镇"]},
        }
    )  # fmt: skip
    assert made.counties == {"甲旗": "甲旗", "甲": "甲旗", "小甲": "甲旗", "戊县": "戊县"}
    only = dict.fromkeys(("城关街道", "城关", "乙镇", "丙丁苏木", "丙丁"), ("甲旗",))
    assert made.towns == {**only, **dict.fromkeys(("新华镇", "新华"), ("甲旗", "戊县"))}


@pytest.mark.parametrize(
    ("said", "county"),
    [
        ("杭后的营业厅在哪", "杭锦后旗"),
        ("临河区停电吗", "临河区"),
        ("陕坝停电了", "杭锦后旗"),
        ("先锋那边停电了", None),
        ("从五原到磴口", None),
        ("我家停电了", None),
    ],
)
def test_a_sentence_names_a_county_by_its_name_or_by_a_town_only_it_has(
    said: str, county: str | None
) -> None:
    assert county_in(said, GAZETTEER) == county


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
    assert merge(old, parse("五原县", GAZETTEER)).parts() == {"county": "五原县"}


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("金沙小区12-3-502", {"place": "金沙小区", "building": "12", "unit": "3", "room": "502"}),
        ("金沙小区12#3-502", {"place": "金沙小区", "building": "12#", "unit": "3", "room": "502"}),
        ("金沙小区7#-2-601", {"place": "金沙小区", "building": "7#", "unit": "2", "room": "601"}),
        ("团结办某某街5栋2单元", {"county": "临河区", "town": "团结街道", "place": "某某街", "building": "5栋", "unit": "2单元"}),
        ("东环办事处长春社区", {"county": "临河区", "town": "东环街道", "place": "长春社区"}),
        ("团结街道办事处", {"county": "临河区", "town": "团结街道"}),
        ("金川大道九号", {"place": "金川大道九号"}),
        ("新华街12号", {"place": "新华街12号"}),
        ("临河路12号", {"place": "临河路12号"}),
        ("沙海镇红旗村五队王二家", {"county": "杭锦后旗", "town": "沙海镇", "place": "红旗村", "group": "五队", "room": "王二家"}),
        ("小区地下车库B-137", {"place": "小区地下车库", "room": "B-137"}),
        ("明仁小区甲3号楼", {"place": "明仁小区", "building": "甲3号楼"}),
        ("杭锦后旗三道桥镇和平村", {"county": "杭锦后旗", "town": "三道桥镇", "place": "和平村"}),
        ("临河区某职高家属楼", {"county": "临河区", "place": "某职高家属楼"}),
        ("阳光小区3号楼2单元三零一", {"place": "阳光小区", "building": "3号楼", "unit": "2单元", "room": "三零一"}),
        ("临河区某广场后面二层小楼", {"county": "临河区", "place": "某广场后面二层小楼"}),
        ("临河区八一街道一百货大楼对面", {"county": "临河区", "place": "八一街道一百货大楼对面"}),
        ("车库负二层A区九号位", {"place": "车库负二层A区九号位"}),
        ("柳树胡同十二号院，红铁门", {"place": "柳树胡同十二号院，红铁门"}),
        ("东风线45号杆", {"place": "东风线", "room": "45号杆"}),
        ("村南2号机井", {"place": "村南", "room": "2号机井"}),
        ("8号井", {"room": "8号井"}),
        ("六楼", {"room": "六楼"}),
        ("三零一", {"room": "三零一"}),
        ("七号楼地下室", {"building": "七号楼", "room": "地下室"}),
        ("A座1201", {"building": "A座", "room": "1201"}),
        ("金川小区5号楼西门", {"place": "金川小区", "building": "5号楼", "room": "西门"}),
        ("示例路3号院5号楼1单元", {"place": "示例路3号院", "building": "5号楼", "unit": "1单元"}),
        ("狼山镇五星村三社北头第二家", {"county": "临河区", "town": "狼山镇", "place": "五星村", "group": "三社", "room": "北头第二家"}),
        ("大队部对面", {"place": "大队部对面"}),
        ("水岸华庭二期11栋东单元四楼西户", {"place": "水岸华庭二期", "building": "11栋", "unit": "东单元", "room": "四楼西户"}),
        ("八一乡联丰村六组", {"county": "临河区", "town": "八一乡", "place": "联丰村", "group": "六组"}),
        ("农贸市场3排7号", {"place": "农贸市场3排7号"}),
        ("陕坝镇301", {"county": "杭锦后旗", "town": "陕坝镇", "room": "301"}),
        ("阳光小区3号楼2单元，东户、", {"place": "阳光小区", "building": "3号楼", "unit": "2单元", "room": "东户"}),
        ("五一社区服务中心旁边", {"place": "五一社区服务中心旁边"}),
        ("第三生产队场院", {"group": "第三生产队", "room": "场院"}),
    ],
)  # fmt: skip
def test_every_word_of_an_address_is_kept_in_its_part(said: str, parts: dict[str, str]) -> None:
    address = parse(said, GAZETTEER)
    assert address.parts() == parts
    assert parse(render(address), GAZETTEER) == address


@given(
    st.lists(
        st.sampled_from(
            [
                "金川小区",
                "红旗村",
                "三道桥镇和平村",
                "一百货大楼",
                "五队",
                "3号楼",
                "2单元",
                "502",
                "三零一",
                "东门",
                "对面",
                "王二家",
                "2号机井",
                "12-3-502",
                "车库",
                "B-137",
                "三组织",
                "二层小楼",
                "，",
            ]
        ),
        max_size=6,
    ).map("".join)
)
def test_no_word_is_lost_or_moved(said: str) -> None:
    def letters(text: str) -> str:
        return "".join(character for character in text if character.isalnum())

    bare = Gazetteer({}, {})
    assert letters(render(parse(said, bare))) == letters(said)


def test_what_lies_inside_a_known_place_is_added_to_it() -> None:
    old = parse("临河区金川小区5号楼", GAZETTEER)
    assert (
        render(merge(old, parse("车库负二层A区九号位", GAZETTEER)))
        == "临河区金川小区5号楼车库负二层A区九号位"
    )
    assert render(merge(old, parse("三零一", GAZETTEER))) == "临河区金川小区5号楼三零一"


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
