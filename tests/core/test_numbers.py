"""Numbers, money and measures as people say them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.numbers import digits, id_no, measure, money, number, phone, plain
from bot.core.ranges import Range, is_rough
from tests.core.cases import rows

NUMBERS = """
    一百三=130|两百三=230|二百五=250|一百零三=103|一千二=1200|三万五=35000|百十来=110
    十来=10|八十多=80|三千零五十=3050|十二=12|二十=20|1.2万=12000|2,300=2300
    半=0.5|两个半=2.5|三点五=3.5|幺零零=100|零=0|-3=-3|负三=-3|一半=0.5
    四万亿=4000000000000|1万600=10600|3万4000=34000|5万4千6百=54600
    100万三千=1003000|1千零20=1020|负10000=-10000|负1.5=-1.5|零下三=-3
    二百五十五块钱啊=|多少=|几=|电=|两三百=200|三四十=30|十七八=17|二十五六=25|一百二三=120
    几百=|十几=10|百八十=|千八百=|廿五=25|壹佰贰拾=120|一亿三=130000000|十万三=103000
    一百二十三万四=1234000|五百五百=|二十十=|一千零二十=1020|二十八万六千=286000
    1万2=12000|3千5=3500|2百5=250|三千五百零=|两千万=20000000|一二三=123|三四=34
    七八=78|二五=25|12.50=12.5|0=0|00=0|1,000=1000|12,34=|万=10000
    百=100|千把=1000|三百来=300|一千零一十=1010|五百多=500|十多万=100000
    两万多=20000|好几百=|3.5万=35000|15万6千=156000|五万零三=50003|一百一十=110
    12百=|10千=|9千=9000|零百=|0.5千=500|一万零五=10005|一万五=15000|一千零五=1005|一千五=1500|十十=|一亿零一=100000001|一千五十=1050
    九万九=99000|三千零五=3005|1万零5=10005|百一=|千五=
    两五=|五两=
"""
MONEY = """
    八十多块=80|136.7元=136.7|十二块五=12.5|三块二毛五=3.25|四毛一=0.41|三毛=0.3
    四毛六分五=0.465|六毛多=0.6|一百三=130|两千四=2400|十来万=100000|二百块钱=200
    ￥86.40=86.4|一块二=1.2|五分=0.05|块=|1万2=12000|3w=30000|15k=15000
    2000rmb=2000|伍拾元正=50|两百出头=200|将近三百=300|不到五百=500|近七百元=700
    至少九百块=900|三百块左右吧=300|一百到一百五=100/150|1万-2万元=10000/20000
    三到五百=300/500|5-10块=5/10|3万4000块=34000|一百块零五毛=100.5|三块零五=3.05
    6块08=6.08|5块8=5.8|几块钱=|块八毛=|百八十块=|四五十=40|七八块=7|两三百块=200
    一百三十六块七毛=136.7|两万五千元整=25000|两张一百=|一千六百元=1600|五百整=500|四毛几=0.4
    四毛一毛五=|五十二块三=52.3|四毛多=0.4|几十块=|十几块=10|两千多块=2000|三百来块=300
    1,234.5元=1234.5|118.12=118.12|十块零三毛=10.3|-86.4=-86.4|一百块=100
    九毛八=0.98|壹仟贰佰元整=1200|十五块零三分=15.03|三毛五=0.35|五块五毛五分=5.55
    一百五到两百=150/200|一万五到两万=15000/20000|80到一百=80/100|五到三百=|50百=|一万五万=
    三到五百=300/500|两到三万=20000/30000|五百到三百=
    一块十毛=|三块11毛=|十五毛=1.5|四毛零五=0.405|三块二十五=3.25|三块十=3.1|三块九=3.9|三块一百=|三毛二十五=|五百到五百=500
    三块零五分=3.05|两毛十分=0.3|一块十分=|三块九毛九=3.99|1.5w=15000|3W元=30000|2K块=2000|半块=0.5|零块五=0.5
    三四毛=0.3|七八分=0.07
"""
MEASURES = """
    二百度=200|300千瓦时=300|四十个字=40|7千瓦=7|800瓦=0.8|6兆瓦=6000
    160千伏安=160|7kW=7|二十个千瓦=20|五口人=5|5人=5|0.2度=0.2|800kVA=800
    1200kWh=1200|315KVA=315|120Kw=120|七八口子=7|1千零20度=1020|五六口人=5
    三到五千瓦=3/5|100-160kVA=100/160|一度半=1.5|35兆伏安=35000|2MVA=2000
    1500W=1.5|十来个千瓦=10|一千多度=1000|几百度=|0.8万千瓦=8000|1.2万度=12000
    七个=7|六口=6|三口=3|-3度=-3|十几度=10|二百多千瓦=200|三千二百字=3200|12.5度=12.5
    7.5个千瓦=7.5|电=|两三百度=200|一百二十多度=120|60户=60|200=200|四百二=420
    1,200度=1200|50w=0.05
"""


@pytest.mark.parametrize(("said", "value"), rows(NUMBERS))
def test_spoken_numbers_have_a_value(said: str, value: str | None) -> None:
    read = number(said)
    assert (None if read is None else plain(read)) == value


@pytest.mark.parametrize(
    ("said", "value"), [("两三", 2), ("七八", 7), ("三五", 3), ("一二", 1), ("六", 6), ("一百二", 120)]
)
def test_two_digits_before_a_unit_are_an_estimate(said: str, value: int) -> None:
    assert number(said, counted=True) == value


def test_spaces_of_recognisers_are_no_part_of_a_number() -> None:
    assert number("二 百 五") == 250
    assert number("1 200") is None


@pytest.mark.parametrize(("said", "yuan"), rows(MONEY))
def test_amounts_become_yuan(said: str, yuan: str | None) -> None:
    assert money(said) == yuan


@pytest.mark.parametrize(("said", "amount"), rows(MEASURES))
def test_measures_lose_their_unit(said: str, amount: str | None) -> None:
    assert measure(said) == amount


@pytest.mark.parametrize(
    ("said", "rough"),
    [("八十多", True), ("将近三百", True), ("两三百", True), ("三百左右", True), ("不到五百", True), ("至少九百块", True),
     ("一百二", False), ("86.4", False), ("三百", False), ("二百五", False), ("十二块五", False)],
)  # fmt: skip
def test_words_tell_whether_a_value_is_only_about_right(said: str, rough: bool) -> None:
    assert is_rough(said) is rough


def test_a_range_keeps_both_ends_and_a_plain_value_is_both() -> None:
    assert Range.of("100/150") == Range("100", "150")
    assert (str(Range("100", "150")), str(Range.of("80"))) == ("100/150", "80")


@pytest.mark.parametrize(
    ("said", "read"),
    [("幺零零", "100"), ("0100 0000 00123", "0100000000123"), ("零一零零-零零零", "0100000"), ("四个零", "0000"), ("户号", None), ("", None)],
)  # fmt: skip
def test_digits_are_read_in_groups(said: str, read: str | None) -> None:
    assert digits(said) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [("+86 13800000005", "13800000005"), ("008613800000005", "13800000005"), ("86-138-0000-0005", "13800000005"), ("8613800000005", "13800000005"),
     ("13800000005转12", "13800000005"), ("13800000005或者13900000006", "13800000005"), ("幺三八四个零四个五", "13800005555"),
     ("138 0000 0005", "13800000005"), ("138-0000-0005", "13800000005"), ("0478-0000123", "04780000123"), ("(0478)0000123", "04780000123"),
     ("04780000123转801", "04780000123"), ("手机号+8613800000005", "13800000005"), ("幺三九，零零零零，幺二三四", "13900001234"),
     ("一三八零零零零零零零五", "13800000005"), ("电话是138 0000 0005谢谢", "13800000005"), ("010-00000088", "01000000088"), ("１３８００００００５", None),
     ("１３８０００００００５", "13800000005"), ("1380000000", None), ("138000000055", None), ("0100000000123", None), ("12800000005", None),
     ("95598", None), ("", None), ("不知道", None), ("+86 138 0000 0005", "13800000005"), ("0086-13800000005", "13800000005"),
     ("13800000005,13900000006", "13800000005"), ("联系13800000005（微信同号）", "13800000005"), ("拨1 3 8 0 0 0 0 0 0 0 5", "13800000005"),
     ("199 0000 0000", "19900000000"), ("213800000005", None)],
)  # fmt: skip
def test_phones_are_read_in_all_written_shapes(said: str, read: str | None) -> None:
    assert phone(said) == read


def checked(first: str) -> str:
    """An identity number with its right check character, by the sum that defines it (GB 11643)."""
    return next(
        first + last
        for value, last in enumerate("0123456789X")
        if (sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(first)) + value) % 11 == 1
    )


@pytest.mark.parametrize(
    "first", [f"150800{year}0101{n:03}" for year in (1949, 1975, 2003) for n in range(10)]
)
def test_an_identity_number_is_taken_only_with_its_check_character(first: str) -> None:
    good = checked(first)
    assert id_no(f"{good[:6]} {good[6:14]} {good[14:].lower()}") == good
    assert [id_no(first + last) for last in "0123456789X" if first + last != good] == [None] * 10


@pytest.mark.parametrize(
    "said",
    ["", "15080000000000001X", "1508001975", checked("15080019751301001"), checked("15080017000101001")],
)
def test_what_cannot_be_an_identity_number_is_none(said: str) -> None:
    assert id_no(said) is None


@pytest.mark.parametrize("number_in_row", range(11))
def test_an_identity_number_may_be_read_out(number_in_row: int) -> None:
    whole = checked(f"15080019750131{number_in_row:03}")
    spoken = whole.translate(str.maketrans("0123456789X", "零一二三四五六七八九叉"))
    assert id_no(spoken) == whole


@pytest.mark.parametrize(
    ("birthday", "real"),
    [("19000101", True), ("21001231", True), ("18991231", False), ("21010101", False), ("19750001", False), ("19751201", True),
     ("19751300", False), ("19750100", False), ("19750131", True), ("19750132", False)],
)  # fmt: skip
def test_an_identity_number_tells_a_day_that_may_be_a_birthday(birthday: str, real: bool) -> None:
    whole = checked(f"150800{birthday}001")
    assert id_no(whole) == (whole if real else None)


@given(st.integers(min_value=0, max_value=99_999_999))
def test_written_numbers_round_trip(value: int) -> None:
    assert number(str(value)) == value
    assert plain(Decimal(value)) == str(value)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_numbers_in_characters_round_trip(value: int) -> None:
    assert number(in_characters(value)) == value


def in_characters(value: int) -> str:
    """10203 → 一万零二百零三."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        zero = "零" if 0 < low < 1000 else ""
        return in_characters(high) + "万" + zero + (in_characters(low) if low else "")
    words, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        words += ("零" if zero and digit else "") + ("零一二三四五六七八九"[digit] + name if digit else "")
        zero = bool(words) and not digit
    return words


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿半点几多来块毛分到0123456789. ", max_size=14))
def test_no_text_breaks_them(said: str) -> None:
    for read in (number, digits, money, measure, phone, id_no):
        read(said)


@pytest.mark.parametrize("text", ["1" * 2000, "万" * 2000, "1万" * 1000, "一百" * 1000])
def test_a_long_text_is_no_number(text: str) -> None:
    assert [read(text) for read in (number, money, measure, phone, id_no)] == [None] * 5
