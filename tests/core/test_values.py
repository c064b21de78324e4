from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.core.dates import NoSuchDate
from bot.core.form import Invalid
from bot.core.values import amounts, day_range, days, digits, mobile, month, phone, place_words, send_to


@pytest.mark.parametrize(
    "text", ["阳光小区", "我们村", "就河边上", "红旗三社", "快乐幼儿园对面", "老粮站后头"]
)
def test_a_place_in_plain_words_is_taken(text: str) -> None:
    assert place_words(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    ["呃那个", "你问这干啥", "家里漏保老跳咋回事", "从早上就没电了", "我也说不清", "你们快来", "等一下", ""],
)
def test_what_is_no_place_is_not_taken_for_one(text: str) -> None:
    assert place_words(text) is None


TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [("2026-10", "2026-10-01", "2026-10-31"), ("2026-12", "2026-12-01", "2026-12-31"), ("2026-02", "2026-02-01", "2026-02-28"),
     ("2026-09/2026-10", "2026-09-01", "2026-10-31"), ("2026-11-03", "2026-11-03", "2026-11-03"), ("2026-11-03/2026-11-05", "2026-11-03", "2026-11-05"),
     ("2026-11-23/2026-11-29", "2026-11-23", "2026-11-29")],
)  # fmt: skip
def test_a_value_names_its_first_and_its_last_day(value: str, first: str, last: str) -> None:
    assert days(value) == (date.fromisoformat(first), date.fromisoformat(last))


def test_days_to_come_count_up_to_today_where_something_is_looked_up() -> None:
    assert day_range("2026-11", TODAY) == (date(2026, 11, 1), TODAY)
    assert day_range("2026-12-03", TODAY) == (TODAY, TODAY)


@pytest.mark.parametrize("value", ["那几天", "", "None", "20261103", "2026", "上周"])
def test_words_that_were_not_read_are_no_days(value: str) -> None:
    assert day_range(value, TODAY) is None


@pytest.mark.parametrize(
    "value", ["2026-02-30", "2026-11-32", "2026-13", "2026-00", "2026-11-03/2026-11-31", "2025-13-01"]
)
def test_a_day_that_does_not_exist_is_told_apart(value: str) -> None:
    with pytest.raises(NoSuchDate) as raised:
        day_range(value, TODAY)
    assert raised.value.said in value


@pytest.mark.parametrize("value", ["2026-13", "2026-09/2026-10", "那个月", "2026-11-03"])
def test_an_invoice_has_one_month(value: str) -> None:
    assert month("2026-10") == "2026-10"
    with pytest.raises(Invalid):
        month(value)


@pytest.mark.parametrize(
    ("value", "words", "low", "high"),
    [("80", "八十", "80", "80"), ("80", "八十多", "70", "90"), ("300", "近三百", "200", "400"), ("100/150", "一百到一百五", "100", "150"),
     ("86.4", "86.4", "86.4", "86.4"), ("1200", "一千二左右", "1100", "1300"), ("5", "五块左右", "4", "6"), ("0.5", "五毛左右", "0.4", "0.6"), ("1", "不到一块", "0", "2")],
)  # fmt: skip
def test_a_rough_amount_means_one_of_its_last_unit_either_way(
    value: str, words: str, low: str, high: str
) -> None:
    assert amounts(value, words) == (Decimal(low), Decimal(high))


def test_an_amount_that_was_not_read_is_none() -> None:
    assert amounts("多少来着", "多少来着") is None


def test_a_number_for_messages_is_a_mobile_of_any_shape() -> None:
    assert mobile("+86 138-0000-0005") == phone("幺三八零零零零零零零五") == "13800000005"
    assert send_to("发到 0086 13800000005") == "13800000005"
    assert digits("幺三八四个零四个五") == "13800005555"
    with pytest.raises(Invalid):
        mobile("0478-0000123")
    with pytest.raises(Invalid):
        phone("1380000")
