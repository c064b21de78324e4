"""What short answers and asides mean, whatever the intent model took them for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import answers

NEEDED = ("身份证", "车位证明", "物业同意书")


@pytest.mark.parametrize(
    ("reads", "said", "not_said"),
    [
        (answers.turns_to_another, ["那家里的呢", "井上那个", "老房子那户？"], ["电费多少", "呢是啥"]),
        (answers.has_parts, ["金川小区，几点能来电", "甲 乙"], ["金川小区", "金川小区。", "，几点"]),
        (answers.asks_to_wait, ["等一下", "好的，我去找一下", "稍等我给你看看户号啊好吧"], ["稍等我给你看看户号啊好不好", "没跳"]),
        (answers.puzzled, ["啥意思", "听不懂", "没听清你说的啥意思啊嗯嗯"], ["好的", "你说的这个啥意思啊我老汉不", "懂了"]),
        (answers.asks_why, ["为啥非要户号", "凭什么问我电话", "干嘛要这个"], ["为啥停电", "户号要不要"]),
        (answers.asks_how, ["怎么绑定", "专票能开不？", "要哪些手续", "多少钱"], ["我要绑定", "开专票"]),
        (answers.wants_visit, ["能不能上门办", "老人走不动", "派个人来家里"], ["我去营业厅", "走得动"]),
        (answers.has_no_number, ["户号我不知道", "没有户号", "找不见户号", "户号忘了"], ["户号0100000000123", "不知道"]),
        (answers.asks_for_papers, ["要带啥", "都要哪些资料", "准备什么东西"], ["带了身份证", "什么时候办"]),
        (answers.angry, ["到底管不管", "还没人来", "😡"], ["没电了", "谢谢"]),
    ],
)  # fmt: skip
def test_an_aside_is_known_by_its_words(
    reads: Callable[[str], bool], said: list[str], not_said: list[str]
) -> None:
    assert [text for text in said if not reads(text)] == []
    assert [text for text in not_said if reads(text)] == []


@pytest.mark.parametrize(
    ("text", "tripped"),
    [("闸没掉", False), ("没跳闸", False), ("跳闸推不上去", True), ("开关跳了", True), ("家里没电", None)],
)
def test_news_of_the_own_breaker(text: str, tripped: bool | None) -> None:
    assert answers.breaker_told(text) is tripped


@pytest.mark.parametrize(
    ("text", "lit"), [("隔壁黑着", False), ("邻居家亮着", True), ("楼上楼下都有电", True), ("隔壁老王", None)]
)
def test_news_of_the_neighbours(text: str, lit: bool | None) -> None:
    assert answers.neighbours_told(text) is lit


@pytest.mark.parametrize(
    ("text", "part"), [("1单元", "1单元"), ("是三号楼2单元", "是三号楼2单元"), ("金川小区1单元", None)]
)
def test_a_bare_part_of_an_address_is_added_to_the_one_known(text: str, part: str | None) -> None:
    assert answers.part_of_place(text) == part


@pytest.mark.parametrize(
    ("text", "place"),
    [("不对，是西门", "西门"), ("说错了，应该是阳光小区", "阳光小区"), ("不对", None), ("是西门", None)],
)
def test_a_correction_names_the_part_of_the_place_it_mends(text: str, place: str | None) -> None:
    assert answers.place_corrected(text) == place


@pytest.mark.parametrize(
    ("choices", "text", "chosen"),
    [
        (answers.ROOF, "租来的屋顶", "租用的"),
        (answers.PARKING, "没有", "没有固定车位"),
        (answers.PHONE_CHANGE, "不用了，卖了", answers.RELEASE),
        (answers.PRIVACY, "把我的记录全清了", answers.ERASE),
        (answers.REFUND, "原路", "退回缴费账户"),
        (answers.OPERATIONS, "怎么交", "pay"),
        (answers.ROOF, "啊", None),
    ],
)
def test_the_words_of_an_answer_choose(choices: dict[str, str], text: str, chosen: str | None) -> None:
    assert answers.among(choices, text) == chosen


@pytest.mark.parametrize(
    ("text", "kind", "corrected"),
    [
        ("开店用", answers.LOW_VOLTAGE, answers.LOW_VOLTAGE),
        ("厂里要双电源", answers.HIGH_VOLTAGE, answers.HIGH_VOLTAGE),
        ("不是居民，是开店的", answers.LOW_VOLTAGE, answers.LOW_VOLTAGE),
        ("自家住", answers.RESIDENTIAL, None),
        ("糖厂家属院", answers.LOW_VOLTAGE, None),
        ("城里", None, None),
    ],
)
def test_a_supply_is_corrected_only_on_purpose(text: str, kind: str | None, corrected: str | None) -> None:
    assert (answers.supply_told(text), answers.supply_corrected(text)) == (kind, corrected)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("抬头开公司的", answers.FIRM_TITLE),
        ("开个人的", answers.PERSON_TITLE),
        ("抬头写自己", answers.PERSON_TITLE),
        ("公司停电了", None),
    ],
)
def test_whom_an_invoice_is_for_is_told_with_the_wish(text: str, title: str | None) -> None:
    assert answers.title_told(text) == title


@pytest.mark.parametrize(
    ("text", "content"),
    [("我要投诉", None), ("我想投诉抄表", None), ("我要投诉抄表员", "我要投诉抄表员"), ("", None)],
)
def test_a_bare_wish_is_no_content(text: str, content: str | None) -> None:
    assert answers.content_of(text) == content


@pytest.mark.parametrize(
    ("text", "said"),
    [(" 就差物业证明 ", "就差物业证明"), ("有没有影响吗", None), ("要身份证不？", None), ("好的", None)],
)
def test_papers_are_spoken_of_in_a_statement(text: str, said: str | None) -> None:
    assert answers.papers_said(text) == said


@pytest.mark.parametrize(
    ("answer", "have"),
    [
        (answers.ALL, NEEDED),
        (answers.NONE, ()),
        (None, ()),
        ("有身份证", ("身份证",)),
        ("身份证和车位都带了", ("身份证", "车位证明")),
        ("就差物业", ("身份证", "车位证明")),
        ("有身份证，没有车位", ("身份证",)),
        ("身份证有，其他没有", ("身份证",)),
        ("缺车位，其他都有", ("身份证", "物业同意书")),
        ("有身份证，同意书，差车位", ("身份证", "物业同意书")),
        ("差车位，同意书", ("身份证",)),
        ("好的", ()),
    ],
)
def test_the_documents_at_hand_are_counted(answer: str | None, have: tuple[str, ...]) -> None:
    assert answers.at_hand(answer, NEEDED) == have
