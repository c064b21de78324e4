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
    assert not any(marks.has(name, "") for name in marks.DISTRESS)


def test_a_mark_that_has_no_section_is_an_error() -> None:
    with pytest.raises(KeyError):
        marks.has("no_such_mark", "你好")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("电梯停了，我被关在里面", "trapped"),
        ("娃卡在电梯里了", "trapped"),
        ("困电梯了，门打不开", "trapped"),
        ("电梯里有老人出不来", "trapped"),
        ("一进屋有股煤气味", "gas"),
        ("好像液化气漏了", "gas"),
        ("满屋天然气味道", "gas"),
    ],
)
def test_a_lift_and_gas_are_heard(text: str, kind: str) -> None:
    assert marks.distress(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "电梯停了好几回，物业不管",
        "万一困在电梯里咋办",
        "坐电梯刷不了卡",
        "天然气费也在你们这交吗",
        "怎么预防煤气中毒",
        "没闻到煤气味",
        "打我弟的电话13900000012",
        "物业在撬门救人",
        "到了打我老婆手机",
    ],
)
def test_what_only_sounds_like_distress(text: str) -> None:
    assert marks.distress(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "鱼塘的增氧机不转了",
        "大棚没电，苗要冻死了",
        "停电了，鸡舍里鸡要闷死",
        "疫苗冰箱断电了，药要坏了",
        "停了电，一池子鱼都翻肚了",
    ],
)
def test_what_dies_without_power_is_heard(text: str) -> None:
    assert marks.has("perishing", text)


@pytest.mark.parametrize(
    "text", ["去年停电死了一塘鱼", "要是停电大棚咋办", "大棚用电多少钱一度", "鱼塘想装个电表"]
)
def test_other_talk_of_barns_and_ponds(text: str) -> None:
    assert not marks.has("perishing", text)


@pytest.mark.parametrize(
    "text",
    [
        "说了半天没用，给我转",
        "有人吗",
        "来个能听懂话的",
        "叫你们领导来",
        "跟你说不清",
        "不想跟机器人聊",
        "找个管事的",
        "快转人工",
    ],
)
def test_a_person_is_called_in_any_wording(text: str) -> None:
    assert marks.has("calls_person", text)


@pytest.mark.parametrize("text", ["转账转错了", "表不转了", "家里有人", "把户头转给我儿子", "抽水机不转"])
def test_no_person_is_called(text: str) -> None:
    assert not marks.has("calls_person", text)
