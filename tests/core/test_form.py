from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import values
from bot.core.answers import names_a_person, neighbours_told
from bot.core.form import REFUSED, Field, Heard, Invalid, Mention, fill, meant, missing, refuses

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
