"""The plain wording of data/dialogue (`channel: elder`): short, few choices, no words of the trade; and the spoken one
(`channel: voice`): short, nothing to look at or to tap."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

DIALOGUE = Path(__file__).parents[2] / "data" / "dialogue"
SENTENCE = 15  # characters
CHOICES = 3
TRADE = ("户号", "户主", "阶梯", "客户端", "账单", "违约金", "工单", "抢修", "复电", "余额", "欠费", "登录")
NOT_FORCED = ("短信", "验证码", "拍照", "照片", "扫码", "二维码", "下载", "公众号", "小程序", "APP")


def read() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(DIALOGUE.glob("*.yml")):
        replies = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("responses", {})
        found += [(name, each) for name, all_ in replies.items() for each in all_]
    return found


VARIATIONS = read()
PLAIN = [
    pytest.param(name, each, id=f"{name}: {each['text']}")
    for name, each in VARIATIONS
    if each.get("channel") == "elder"
]
SPOKEN = [
    pytest.param(name, each, id=f"{name}: {each['text']}")
    for name, each in VARIATIONS
    if each.get("channel") == "voice"
]
LONGEST_SPOKEN = 45  # characters: some ten seconds
TO_LOOK_AT = re.compile(r"[（）()\n：]|http|这里点|下面|上面|见图|按钮|链接")
BY_KEYS = (
    "utter_query_bill", "utter_query_balance", "utter_query_arrears", "utter_fault_reported", "utter_outage_eta",
    "utter_order_progress", "utter_voice_complaint", "utter_danger_first", "utter_handover",
)  # fmt: skip


def test_the_plain_wording_is_found() -> None:
    assert len(PLAIN) > 60


@pytest.mark.parametrize(("name", "reply"), PLAIN)
def test_plain_wording_is_short_and_without_words_of_the_trade(name: str, reply: dict[str, Any]) -> None:
    assert reply["channel"] == "elder"
    sentences = re.split("[。？！]", re.sub(r"\{\w+\}", "", reply["text"]))
    assert [s for s in sentences if len(re.sub("[，、：“”]", "", s)) > SENTENCE] == []
    assert reply["text"].count("？") <= 1
    titles = [button["title"] for button in reply.get("buttons", ())]
    assert len(titles) <= CHOICES
    assert [w for w in TRADE + NOT_FORCED for text in (reply["text"], *titles) if w in text] == []


@pytest.mark.parametrize(("name", "reply"), SPOKEN)
def test_spoken_wording_is_short_with_nothing_to_look_at(name: str, reply: dict[str, Any]) -> None:
    bare = re.sub(r"\{\w+\}", "", reply["text"])
    assert len(bare) <= LONGEST_SPOKEN and not TO_LOOK_AT.search(bare)
    assert bare.count("？") <= 1


@pytest.mark.parametrize("name", BY_KEYS)
def test_what_is_reached_by_keys_has_spoken_wording(name: str) -> None:
    assert {"voice"} <= {each.get("channel") for other, each in VARIATIONS if other == name}


def test_a_question_put_otherwise_after_a_miss_is_plain_too() -> None:
    spoken = {name for name, each in VARIATIONS if each.get("channel") == "elder"}
    missed = {
        name: {each.get("channel") for other, each in VARIATIONS if other == name and each.get("condition")}
        for name in spoken
    }
    assert [name for name, channels in missed.items() if channels and "elder" not in channels] == []
