"""Spans that belong together are one value, to the end of the words that say it."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from bot.engine.codes import codes
from bot.engine.entity_extractor import _leading
from bot.engine.span_joins import whole
from bot.engine.span_rules import hits
from bot.engine.values import parts, read

NOW = datetime(2026, 11, 29, 10, 0)


def joined(text: str, *cut: str) -> list[str]:
    """The spans of `text` as 「label words」 when the tagger found those, cut as they are here."""
    spans, at = [], 0
    for label, words in (each.split() for each in cut):
        at = text.index(words, at)
        spans.append((at, at + len(words), label))
    whole_spans = whole(text, spans, lambda label, words: read(label, words, NOW))
    return [f"{label} {text[start:end]}" for start, end, label in whole_spans]


@pytest.mark.parametrize(
    ("text", "cut", "found"),
    [
        ("师傅下午5:00过来", ("time 下午", "time 5:00"), ["time 下午5:00"]),
        ("花了3万4000块", ("money 3万", "money 4000块"), ["money 3万4000块"]),
        ("损失1万2了", ("money 1万",), ["money 1万2"]),
        ("二零二五年十月三号交的", ("duration 二零二五年", "date 十月三号"), ["date 二零二五年十月三号"]),
        ("从三号到五号用了多少", ("date 三号", "date 五号"), ["date 三号到五号"]),
        ("最近7天的用电量", ("duration 7天",), ["date 最近7天"]),
        ("半小时前停的", ("duration 半小时",), ["time 半小时前"]),
        ("停了两三个小时了", ("duration 三个小时",), ["duration 两三个小时"]),
        ("个半小时了还没来人", ("duration 半小时",), ["duration 个半小时"]),
        ("下周周三上午", ("date 周三", "time 上午"), ["date 下周周三", "time 上午"]),
        ("周三,11月25号停不停", ("date 周三", "date 11月25号"), ["date 周三,11月25号"]),
        ("昨晚8点停的", ("date 昨晚", "time 8点"), ["date 昨晚", "time 8点"]),
        ("七月到九月的账单", ("month 七月", "month 九月"), ["month 七月到九月"]),
        ("三到五千瓦的", ("power 五千瓦",), ["power 三到五千瓦"]),
        ("上周交的", (), ["date 上周"]),
        ("叫王三停了三天", ("person_name 王三", "duration 三天"), ["person_name 王三", "duration 三天"]),
        ("新华镇红旗村三队停了三天", ("address 新华镇红旗村", "duration 三天"), ["address 新华镇红旗村三队", "duration 三天"]),
        ("八一街道一百货大楼对面没电", ("address 八一街道",), ["address 八一街道一百货大楼对面"]),
        ("金川小区5号楼2单元301没电两天", ("address 金川小区5号楼", "duration 两天"), ["address 金川小区5号楼2单元301", "duration 两天"]),
        ("金川小区门口有根线", ("address 金川小区",), ["address 金川小区门口"]),
        ("团结路停了没", ("address 团结",), ["address 团结路"]),
        ("金川小区附近停电", ("address 金川小区",), ["address 金川小区"]),
        ("我在东风渠3号闸房,电话", ("address 东风渠",), ["address 东风渠3号闸房"]),
    ],
)  # fmt: skip
def test_spans_grow_to_the_end_of_what_they_say(text: str, cut: tuple[str, ...], found: list[str]) -> None:
    assert joined(text, *cut) == found


@pytest.mark.parametrize(
    ("before", "words"),
    [("昨晚", "8点"), ("今天下午的", "三点"), ("晚上大概", "9:30"), ("明儿后晌,", "两点")],
)
def test_the_half_of_the_day_may_stand_before_the_time(before: str, words: str) -> None:
    assert read("time", words, NOW, "", _leading(before)) >= "12:00"  # type: ignore[operator]


def test_a_part_of_the_day_further_away_decides_nothing() -> None:
    assert read("time", "8点", NOW, "", _leading("晚上没电我家等着呢明天")) == "08:00"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("+86 13800000005", [("phone", "+86 13800000005")]),
        ("手机号+8613800000005", [("phone", "+8613800000005")]),
        ("幺三八四个零四个五", [("phone", "幺三八四个零四个五")]),
        ("8613800000005", [("phone", "8613800000005")]),
    ],
)
def test_a_phone_in_any_shape_is_no_account_number(said: str, found: list[tuple[str, str]]) -> None:
    assert [(label, said[start:end]) for start, end, label in codes(said)] == found


@pytest.mark.parametrize(
    "text",
    ["1" * 2000, "一" * 2000, "1万" * 1000, "3号到" * 600, "昨晚8点" * 400, "小区5号楼" * 400, "1 " * 1000, "四个零" * 600, "一" * 1000 + "村" * 1000],
)  # fmt: skip
def test_a_long_message_costs_time_in_proportion(text: str) -> None:
    """Rules, joins and readers over one message; 0.3 s is some twenty times what a slow core took."""
    hits("暖")
    began = time.process_time()
    spans, last = [], 0
    for hit in sorted(hits(text), key=lambda hit: hit.start):
        if hit.start >= last and hit.label in ("date", "time", "money", "duration", "month"):
            spans.append((hit.start, hit.end, hit.label))
            last = hit.end
    whole(text, spans, lambda label, words: read(label, words, NOW))
    codes(text)
    parts(text)
    for label in ("date", "time", "money", "duration", "month", "phone", "id_no", "account_no", "energy"):
        read(label, text, NOW)
    assert time.process_time() - began < 0.3


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "三",
        "1 ",
        "1.",
        "1-",
        "3月",
        "5号楼",
        "九十八",
        "半",
        "2024年",
        "a1",
        "3块2毛",
        "13800000001 ",
        "最近三",
    ],
)
def test_the_rules_see_the_longest_text_in_time(text: str) -> None:
    hits("")
    began = time.process_time()
    hits((text * 2000)[:2000])
    assert time.process_time() - began < 0.2
