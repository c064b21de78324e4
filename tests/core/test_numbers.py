"""Numbers as people say them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import phrasing
from bot.core.numbers import digits, measure, money, number, plain


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("一百三", 130), ("两百三", 230), ("二百五", 250), ("一百零三", 103), ("一千二", 1200), ("三万五", 35000),
        ("百十来", 110), ("十来", 10), ("八十多", 80), ("三千零五十", 3050), ("十二", 12), ("二十", 20),
        ("1.2万", 12000), ("2,300", 2300), ("半", "0.5"), ("两个半", "2.5"), ("三点五", "3.5"), ("幺零零", 100),
        ("零", 0), ("-3", -3), ("负三", -3),
    ],
)  # fmt: skip
def test_spoken_numbers_have_a_value(said: str, value: object) -> None:
    assert number(said) == Decimal(str(value))


@pytest.mark.parametrize("said", ["", "多少", "电", "几", "二百五十五块钱啊"])
def test_what_is_no_number_is_none(said: str) -> None:
    assert number(said) is None


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("八十多块", "80"), ("136.7元", "136.7"), ("十二块五", "12.5"), ("三块二毛五", "3.25"), ("四毛一", "0.41"),
        ("三毛", "0.3"), ("四毛六分五", "0.465"), ("六毛多", "0.6"), ("一百三", "130"), ("两千四", "2400"), ("十来万", "100000"),
        ("二百块钱", "200"), ("￥86.40", "86.4"), ("一块二", "1.2"), ("五分", "0.05"),
    ],
)  # fmt: skip
def test_amounts_become_yuan(said: str, yuan: str) -> None:
    assert money(said) == yuan


@pytest.mark.parametrize(
    ("said", "amount"),
    [("二百度", "200"), ("300千瓦时", "300"), ("四十个字", "40"), ("7千瓦", "7"), ("800瓦", "0.8"), ("6兆瓦", "6000"),
     ("160千伏安", "160"), ("7kW", "7"), ("二十个千瓦", "20"), ("五口人", "5"), ("5人", "5"), ("0.2度", "0.2")],
)  # fmt: skip
def test_measures_lose_their_unit(said: str, amount: str) -> None:
    assert measure(said) == amount


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("幺零零", "100"),
        ("0100 0000 00123", "0100000000123"),
        ("零一零零-零零零", "0100000"),
        ("户号", None),
        ("", None),
    ],
)
def test_digits_are_read_in_groups(said: str, read: str | None) -> None:
    assert digits(said) == read


@given(st.integers(min_value=0, max_value=99_999_999))
def test_written_numbers_round_trip(value: int) -> None:
    assert number(str(value)) == value
    assert plain(Decimal(value)) == str(value)


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿半点几多来块毛分0123456789. ", max_size=12))
def test_no_text_breaks_them(said: str) -> None:
    for read in (number, digits, money, measure):
        read(said)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("13800000058", "13 80 00 00 05 8"),
        ("0100000000017", "01 00 00 00 00 01 7"),
        ("狼山镇民主村1组7号", "狼山镇民主村1组7号"),
        ("118.12", "118.12"),
        (17, "17"),
    ],
)
def test_long_numbers_are_read_in_pairs(text: object, read: str) -> None:
    assert phrasing.in_pairs(text) == read
