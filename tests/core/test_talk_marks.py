"""What the form of a sentence says beside its wish."""

from __future__ import annotations

import pytest

from bot.core.talk import marks


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("这日子我是过够了，真不想活了", "despair"),
        ("欠这么多，活不下去了", "despair"),
        ("我把农药都备好了", "despair"),
        ("想从楼上跳下去算了，想跳楼", "despair"),
        ("活着没啥盼头，活着没意思", "despair"),
        ("今晚我就走了，别管我了", "despair"),
        ("不如死了清净", "despair"),
        ("别再打电话了，别找我家人，我一了百了", "despair"),
        ("撑不下去了，想解脱", "despair"),
        ("刚喝了百草枯", "despair"),
        ("我男人拿刀呢", "violence"),
        ("外面有人砸门", "violence"),
        ("他又打我", "violence"),
        ("我今年8岁", "child"),
        ("爸爸妈妈都不在家，就我一个人", "child"),
        ("屋里黑，我自己一个人在家，好怕", "child"),
    ],
)
def test_distress_is_heard(text: str, kind: str) -> None:
    assert marks.distress(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "这电费能把人愁死",
        "热死了，空调开不了",
        "急死我了，啥时候来电",
        "我家电表死了不走字",
        "停电把鱼都憋死了",
        "冻死个人",
        "想死你了客服小妹",
        "别想不开，我没想自杀，就是发牢骚",
        "电打人，水龙头麻手",
        "你们不想活动一下吗",
        "娃一个人在家，想问几点来电",
        "我恨不得揍他一顿",
        "这表用了8年的",
        "算了，不报了",
        "我就走了，再见",
    ],
)
def test_figures_of_speech_and_business_are_no_distress(text: str) -> None:
    assert marks.distress(text) is None


@pytest.mark.parametrize(
    "text", ["算了先不报了", "不办了，改天再说", "撤了吧", "先不投诉了，查余额", "取消吧"]
)
def test_giving_up_is_heard(text: str) -> None:
    assert marks.has("drops", text)


@pytest.mark.parametrize("text", ["停电通知取消了吗", "这个月电费算了多少", "自动取消是咋回事"])
def test_words_that_only_look_like_giving_up(text: str) -> None:
    assert not marks.has("drops", text)


@pytest.mark.parametrize(
    "text",
    [
        "前夫那边欠没欠电费",
        "租客这个月用了多少度",
        "邻居家电费多少",
        "刚买下这院子，前头的账清没清",
        "房东那户短不短费",
    ],
)
def test_the_data_of_others_are_asked_for(text: str) -> None:
    assert marks.has("third_party", text)


@pytest.mark.parametrize(
    "text", ["我家电费多少", "房东欠的电费要我还吗", "租的房子怎么交电费", "查一下我的余额"]
)
def test_the_customers_own_data_are_asked_for(text: str) -> None:
    assert not marks.has("third_party", text)


def test_every_line_of_the_lexicon_is_a_pattern() -> None:
    assert marks.marks_of("") == frozenset()
    assert set(marks.DISTRESS) <= {"despair", "violence", "child"}


def test_a_mark_that_has_no_section_is_an_error() -> None:
    with pytest.raises(KeyError):
        marks.has("no_such_mark", "你好")
