from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import answers, values
from bot.core.answers import names_a_person, neighbours_told
from bot.core.form import (
    REFUSED,
    Field,
    Heard,
    Invalid,
    Mention,
    corrected,
    fill,
    house_numbers,
    meant,
    missing,
    offered,
    refuses,
    will_not,
)

PHONE = Field("phone", ("phone",), words=values.number_words, check=values.phone)
NAME = Field("name", ("person_name",), words=values.name_words, optional=True)
PLACE = Field("place", ("address",), merge=lambda old, new: f"{old}{new}")
FIELDS = (PHONE, NAME, PLACE)


def heard(text: str, intent: str = "inform", **mentions: str) -> Heard:
    found = tuple(Mention(n, v, v, max(text.find(v), 0)) for n, v in mentions.items())
    return Heard(text, intent, found)


def test_one_sentence_fills_several_fields() -> None:
    said = heard("我叫王大姐，电话13800000001", person_name="王大姐", phone="13800000001")
    assert fill(FIELDS, {}, None, said).values == {"phone": "13800000001", "name": "王大姐"}


def test_a_value_said_again_replaces_the_old_one() -> None:
    assert fill(
        FIELDS, {"phone": "13800000001"}, "name", heard("电话13800000002", phone="13800000002")
    ).values == {"phone": "13800000002"}


def test_an_address_is_merged_with_the_old_one() -> None:
    assert fill(FIELDS, {"place": "甲"}, None, heard("乙", address="乙")).values == {"place": "甲乙"}


def test_only_the_asked_field_reads_plain_words() -> None:
    assert fill(FIELDS, {}, "name", heard("王秀英")).values == {"name": "王秀英"}
    assert fill(FIELDS, {}, "phone", heard("王秀英")).values == {}


def test_a_value_taken_back_is_not_meant() -> None:
    twelve, twenty = Mention("address", "12栋", "12栋", 2), Mention("address", "20栋", "20栋", 7)
    assert meant(Heard("不是12栋，是20栋", "correct", (twelve, twenty))) == (twenty,)


def test_an_invalid_value_is_told_of_the_asked_field() -> None:
    assert fill(FIELDS, {}, "phone", heard("138", phone="138")).invalid == "phone"


def test_an_invalid_value_beside_the_answer_is_passed_over() -> None:
    filled = fill(FIELDS, {}, "name", heard("王秀英 138", person_name="王秀英", phone="138"))
    assert filled.values == {"name": "王秀英"}
    assert filled.invalid is None


def test_the_whole_number_counts_when_a_part_was_mentioned() -> None:
    assert fill(FIELDS, {}, "phone", heard("13800000001", phone="138")).values == {"phone": "13800000001"}


@pytest.mark.parametrize("words", ["不想说", "不方便告诉", "保密", "忘了"])
def test_a_refusal_settles_an_optional_field_only(words: str) -> None:
    said = heard(words, "deny")
    assert refuses(said)
    assert fill(FIELDS, {}, "name", said).values == {"name": REFUSED}
    assert fill(FIELDS, {}, "phone", said).values == {}


def test_a_short_answer_means_what_was_asked() -> None:
    lit = Field("lit", answers={"affirm": True}, says={"没": False, "有电": True})
    assert lit.said(Heard("邻居有电", "report_danger")) is True
    assert lit.said(Heard("邻居有电可是我家表箱在冒烟呢快来人", "report_danger")) is None


def test_a_field_that_does_not_apply_is_not_asked() -> None:
    fields = (Field("a", when=lambda s: bool(s.get("b"))), Field("c", asked=False), Field("d"))
    assert missing(fields, {}) is fields[2]
    assert missing(fields, {"d": REFUSED}) is None


@given(st.text(max_size=200), st.sampled_from(["inform", "deny", "affirm", "nlu_fallback"]))
def test_no_text_breaks_the_reading(text: str, intent: str) -> None:
    for requested in (None, "phone", "name", "place"):
        filled = fill(FIELDS, {}, requested, Heard(text, intent))
        assert set(filled.values) <= {"phone", "name", "place"}


@given(st.text(alphabet="0123456789 -零幺二三四五六七八九", max_size=30))
def test_numbers_are_digits_of_the_agreed_length_or_invalid(text: str) -> None:
    for check, low, high in ((values.account_no, 10, 13), (values.phone, 10, 12), (values.code, 6, 6)):
        try:
            number = check(text)
        except Invalid:
            continue
        assert number.isdigit() and low <= len(number) <= high


def test_spoken_digits_are_read() -> None:
    assert values.account_no("幺零零 零零零零 幺二三四") == "10000001234"
    assert values.name_words("户主叫李铁柱") == "李铁柱"
    assert values.name_words("电费多少") is None


def test_what_a_report_says_of_the_neighbours_is_known() -> None:
    assert neighbours_told("我家停电了，邻居家有电") is True
    assert neighbours_told("我家没电，隔壁也没有") is False
    assert neighbours_told("我家停电了") is None


def test_a_wish_in_own_words_is_no_call_for_a_person() -> None:
    assert not names_a_person("让他来道歉")
    assert names_a_person("给我转人工") and names_a_person("找个人来说") and names_a_person("")


LIT = Field("lit", answers={"affirm": True, "deny": False}, says=answers.LIT, tells=answers.neighbours_told)
BREAKER = Field(
    "breaker", answers={"affirm": True, "deny": False}, says=answers.BREAKER_OFF, tells=answers.breaker_told
)
STORY = Field("story", free=True)
WISH = Field("wish", free=True, optional=True, says=answers.NO_WISH)


def test_a_number_said_to_a_free_question_is_no_story() -> None:
    said = heard("我电话13800000001", phone="13800000001")
    assert fill((STORY, PHONE), {}, "story", said).values == {"phone": "13800000001"}


def test_a_story_with_a_number_in_it_is_a_story() -> None:
    said = heard("打13800000001没人接", phone="13800000001")
    assert fill((STORY, PHONE), {}, "story", said).values["story"] == "打13800000001没人接"


@pytest.mark.parametrize("text", ["没跳闸", "闸没掉", "开关没跳"])
def test_news_of_the_own_breaker_says_nothing_of_the_neighbours(text: str) -> None:
    assert fill((LIT, BREAKER), {}, "lit", heard(text, "deny")).values == {"breaker": False}


def test_what_is_told_in_passing_is_not_asked_again() -> None:
    said = heard("我家停电了，邻居有电，跳闸推不上去，我姓周", "report_outage")
    name = Field("name", ("person_name",), tells=answers.name_told)
    assert fill((LIT, BREAKER, name), {}, None, said).values == {"lit": True, "breaker": True, "name": "姓周"}


@pytest.mark.parametrize("text", ["没啥要求", "没有诉求", "说不上来"])
def test_a_wish_may_be_none(text: str) -> None:
    assert fill((WISH,), {}, "wish", heard(text)).values == {"wish": REFUSED}


@pytest.mark.parametrize("text", ["提交", "不对，我想先问问要不要钱", "😀", "等一下", "没有啊"])
def test_a_command_or_a_question_is_no_name(text: str) -> None:
    assert values.name_words(text) is None


@pytest.mark.parametrize("text", ["你们到底管不管", "没跳", "不知道", "昨天下午"])
def test_what_is_no_place_is_not_taken_for_one(text: str) -> None:
    assert values.place_words(text) is None


@pytest.mark.parametrize(
    ("text", "when"), [("上礼拜", "上礼拜"), ("好几天了", "好几天了"), ("收费员态度不好", None)]
)
def test_only_a_time_answers_when(text: str, when: str | None) -> None:
    assert values.time_words(text) == when


@pytest.mark.parametrize("text", ["等一下", "稍等，我去看看", "我找找"])
def test_waiting_is_granted(text: str) -> None:
    assert answers.asks_to_wait(text)


@pytest.mark.parametrize("text", ["等一下就来电了是不是真的啊我问问", "没跳"])
def test_an_answer_is_not_taken_for_waiting(text: str) -> None:
    assert not answers.asks_to_wait(text)


@pytest.mark.parametrize(
    ("text", "angry"), [("你们到底管不管", True), ("又停电了", True), ("我家停电了", False)]
)
def test_anger_shows_in_the_words(text: str, angry: bool) -> None:
    assert answers.angry(text) is angry


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话写错了，是13800000002", ("phone", "13800000002")),
        ("新户名是李铁柱不对，应该是李铁牛", ("name", "李铁牛")),
        ("手机号改成13800000002", ("phone", "13800000002")),
        ("打过电话了", None),
    ],
)
def test_a_correction_names_its_field(text: str, expected: tuple[str, str] | None) -> None:
    labels = {"电话": "phone", "手机": "phone", "手机号": "phone", "新户名": "name"}
    assert corrected(text, labels) == expected


def test_a_house_number_behind_an_address_is_no_day_of_the_month() -> None:
    text = "建设村3组2号，电话13800000001"
    found = (Mention("address", "建设村3组", "建设村3组", 0), Mention("date", "2026-12-02", "2号", 6))
    (address,) = house_numbers(text, found)
    assert (address.value, address.text) == ("建设村3组2号", "建设村3组2号")


def test_a_day_elsewhere_stays_a_day() -> None:
    found = (Mention("address", "建设村3组", "建设村3组", 0), Mention("date", "2026-12-02", "2号", 7))
    assert house_numbers("建设村3组，2号停的电", found) == found


def test_a_bare_number_answers_the_question_whatever_it_looks_like() -> None:
    account = Field("account_no", ("account_no",), asked=False, check=values.account_no)
    filled = fill(
        (account, PHONE),
        {"account_no": "0100000000017"},
        "phone",
        heard("1380000031", account_no="1380000031"),
    )
    assert filled.invalid == "phone" and not filled.values


def test_a_period_said_with_from_and_to_is_kept_whole() -> None:
    period = Field("period", ("date",), verbatim=True)
    said = Heard("下个月1号到年底", "inform", (Mention("date", "2026-12-01", "下个月1号", 0),))
    assert fill((period,), {}, "period", said).values == {"period": "下个月1号到年底"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("13800000001 小陈", "小陈"),
        ("电话13800000001，姓马", "姓马"),
        ("叫我老白", "老白"),
        ("姓郭，不姓高", "姓郭"),
        ("我叫什么名字好", None),
    ],
)
def test_a_name_told_in_passing(text: str, name: str | None) -> None:
    assert answers.name_told(text) == name


@pytest.mark.parametrize(
    ("text", "said"), [("就差物业证明", True), ("都有", True), ("夜里充电便宜不", False)]
)
def test_only_words_about_papers_answer_for_papers(text: str, said: bool) -> None:
    assert (answers.papers_said(text) is not None) is said


def test_a_short_answer_is_at_most_twelve_characters_long() -> None:
    lit = Field("lit", says={"有电": True, "^X": False})
    assert lit.said(Heard("隔壁老王家说他们家有电呢", "inform")) is True
    assert lit.said(Heard("隔壁老王家说他们家都有电呢", "inform")) is None


def test_a_plain_no_refuses_and_a_no_with_news_does_not() -> None:
    assert refuses(Heard("不", "deny"))
    assert not refuses(Heard("不", "affirm"))
    assert not refuses(heard("不是，是金川小区", "deny", address="金川小区"))


def test_not_wanting_to_tell_is_not_not_knowing() -> None:
    assert will_not(heard("不想说")) and not will_not(heard("不知道"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("不知道啊真的说不清楚了", None), ("不知道谁家的狗把线咬断了躲开了", "不知道谁家的狗把线咬断了躲开了")],
)
def test_a_story_may_begin_with_not_knowing(text: str, value: str | None) -> None:
    assert STORY.answer(heard(text)) == value


def test_a_field_in_other_words_takes_the_choice_of_an_intent_and_else_its_words() -> None:
    lit = Field("lit", answers={"affirm": True}, words=lambda text: text == "亮" or None)
    assert lit.answer(heard("嗯", "affirm")) is True
    assert lit.answer(heard("亮")) is True
    assert lit.answer(heard("嗯")) is None


def test_only_what_stands_right_behind_an_address_belongs_to_it() -> None:
    text = "我在建设村3组2号，电话13800000001"
    found = (
        Mention("date", "2026-12-05", "5号", 0),
        Mention("address", "建设村3组", "建设村3组", 2),
        Mention("date", "2026-12-02", "2号", 7),
        Mention("phone", "13800000001", "13800000001", 12),
    )
    kept = house_numbers(text, found)
    assert [(m.name, m.value) for m in kept] == [
        ("date", "2026-12-05"), ("address", "建设村3组2号"), ("phone", "13800000001"),
    ]  # fmt: skip
    whole = (Mention("address", "建设村2号", "建设村2号", 0),)
    assert house_numbers("建设村2号3号", whole) == whole


def test_digits_alone_answer_only_a_question_for_a_number() -> None:
    area = Field("area", ("number",), words=lambda text: None)
    assert fill((area,), {}, "area", heard("120", number="120")).values == {"area": "120"}
    said = heard("13800000001", phone="13800000001")
    assert fill((area, PHONE), {}, "area", said).values == {"phone": "13800000001"}


def test_a_place_said_to_a_question_for_a_number_is_taken_as_the_place() -> None:
    wordy = Field("phone", ("phone",), words=lambda text: text)
    assert fill((wordy, PLACE), {}, "phone", heard("金川小区", address="金川小区")).values == {
        "place": "金川小区"
    }


def test_a_place_is_no_news_beside_a_story() -> None:
    assert fill((STORY, PLACE), {}, "story", heard("金川小区", address="金川小区")).values == {
        "story": "金川小区", "place": "金川小区",
    }  # fmt: skip


def test_news_of_another_field_is_told_by_fields_that_can_be_answered() -> None:
    told = Field("told", tells=lambda text: "x")
    assert fill((LIT, told), {}, "lit", heard("有电")).values == {"lit": True, "told": "x"}
    assert fill((LIT, told), {}, "lit", heard("嗯", "affirm")).values == {"lit": True, "told": "x"}


def test_plain_words_are_merged_with_what_is_known_of_the_asked_field() -> None:
    place = Field("place", merge=lambda old, new: f"{old}{new}", words=lambda text: text)
    assert fill((place,), {"place": "甲"}, "place", heard("乙")).values == {"place": "甲乙"}


def test_only_the_question_asked_takes_a_period_with_from_and_to() -> None:
    period = Field("period", ("date",), verbatim=True)
    said = Heard("下个月1号到年底", "inform", (Mention("date", "2026-12-01", "下个月1号", 0),))
    assert fill((period,), {}, None, said).values == {"period": "下个月1号"}


def test_what_mentions_offer_is_the_last_the_merged_or_their_words() -> None:
    first, last = Mention("date", "2026-12-01", "1号", 0), Mention("date", "2026-12-03", "3号", 3)
    assert offered(Field("day"), [first, last]) == ["2026-12-03"]
    assert offered(Field("day", merge=lambda old, new: new), [first, last]) == ["2026-12-01", "2026-12-03"]
    assert offered(Field("day", verbatim=True), [first, last], "1号、3号") == ["1号3号"]
    assert offered(Field("day", verbatim=True), []) == []
    assert offered(Field("day"), []) == []


def test_an_invalid_value_is_told_of_when_nothing_else_was_said() -> None:
    assert fill(FIELDS, {}, None, heard("138", phone="138")).invalid == "phone"
    assert fill(FIELDS, {}, "name", heard("138", phone="138")).invalid == "phone"


def test_the_last_value_that_can_be_taken_counts() -> None:
    phones = Field("phone", ("phone",), check=values.phone, merge=lambda old, new: new)
    said = Heard("13800000001 138 13800000002 1", "inform", tuple(
        Mention("phone", v, v, n) for n, v in enumerate(("13800000001", "138", "13800000002", "1"))
    ))  # fmt: skip
    assert fill((phones,), {}, None, said).values == {"phone": "13800000002"}


def test_the_longest_name_of_a_field_is_the_one_meant() -> None:
    labels = {"户名": "old", "新户名": "name", "名": "short"}
    assert corrected("新户名写错了，改成李铁牛。", labels) == ("name", "李铁牛")
    assert corrected("户名改成 李铁牛,", labels) == ("old", "李铁牛")


def test_filler_words_beside_a_number_are_no_answer() -> None:
    name = Field("name", ("person_name",), words=lambda text: text)
    twice = heard("13800000001，电话是13800000001", phone="13800000001")
    assert fill((name, PHONE), {}, "name", twice).values["name"] == "13800000001，电话是13800000001"
    once = heard("电话是13800000001", phone="13800000001")
    assert fill((name, PHONE), {}, "name", once).values == {"phone": "13800000001"}
