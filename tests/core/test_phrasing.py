"""Values as customers read and hear them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bot.core import phrasing

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 20, 15, tzinfo=CHINA)


def test_money_has_two_places_and_energy_no_needless_zeros() -> None:
    assert [phrasing.yuan(Decimal(amount)) for amount in ("118.1", "0", "-3")] == ["118.10", "0.00", "-3.00"]
    assert [phrasing.kwh(Decimal(energy)) for energy in ("268", "120.50", "0.126", "200")] == [
        "268", "120.5", "0.13", "200",
    ]  # fmt: skip


def test_months_and_days_lose_their_zeros() -> None:
    assert phrasing.month("2026-09") == "2026年9月"
    assert phrasing.day(date(2026, 9, 5)) == "9月5日"


@pytest.mark.parametrize(
    ("at", "read"),
    [
        (datetime(2026, 11, 23, 8, 5, tzinfo=CHINA), "08:05"),
        (datetime(2026, 11, 24, 8, 5, tzinfo=CHINA), "11月24日08:05"),
        (datetime(2026, 11, 23, 16, 30, tzinfo=timezone.utc), "11月24日00:30"),
        (datetime(2026, 11, 23, 10, 30, tzinfo=timezone.utc), "18:30"),
    ],
)
def test_an_hour_of_another_day_tells_its_day_by_the_clock_here(at: datetime, read: str) -> None:
    assert phrasing.moment(at, NOW) == read


@pytest.mark.parametrize(
    ("left", "read"),
    [
        (timedelta(hours=1), "21:15"),
        (timedelta(hours=5), "11月24日01:15"),
        (timedelta(days=1), "11月24日20:15"),
        (timedelta(days=1, seconds=1), "11月24日"),
    ],
)
def test_a_deadline_tells_its_hour_only_within_a_day(left: timedelta, read: str) -> None:
    assert phrasing.deadline(NOW + left, NOW) == read
    assert phrasing.deadline((NOW + left).astimezone(timezone.utc), NOW) == read


@pytest.mark.parametrize(
    ("working_days", "span", "read"),
    [
        (5, None, "5个工作日"),
        (None, None, "0个工作日"),
        (None, timedelta(minutes=45), "45分钟"),
        (None, timedelta(minutes=90), "90分钟"),
        (None, timedelta(minutes=1, seconds=59), "1分钟"),
        (None, timedelta(hours=1), "1小时"),
        (None, timedelta(hours=24), "24小时"),
        (None, timedelta(hours=25), "25小时"),
        (None, timedelta(hours=36), "36小时"),
        (None, timedelta(days=2), "2天"),
        (None, timedelta(days=7), "7天"),
    ],
)
def test_a_length_of_time_has_the_unit_people_count_in(
    working_days: int | None, span: timedelta | None, read: str
) -> None:
    assert phrasing.duration(working_days, span) == read


def test_an_enumeration_has_its_own_comma() -> None:
    assert phrasing.listing(["甲", "乙", "丙"]) == "甲、乙、丙"


def test_a_number_is_read_back_in_fours_and_shown_with_its_middle_hidden() -> None:
    assert phrasing.grouped("0100000000123") == "0100 0000 0012 3"
    assert phrasing.masked("0100000000123") == "01*******0123"
    assert phrasing.masked("123456") == "12*3456"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("13800000058", "13 80 00 00 05 8"),
        ("0100000000017", "01 00 00 00 00 01 7"),
        ("狼山镇民主村1组7号", "狼山镇民主村1组7号"),
        ("共12345度，户号123456", "共12345度，户号12 34 56"),
        ("118.12", "118.12"),
        (17, "17"),
    ],
)
def test_long_numbers_are_read_in_pairs(text: object, read: str) -> None:
    assert phrasing.in_pairs(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("户号0100000000123。", "户号0 1 0 0，0 0 0 0，0 0 1 2，3。"),
        ("123456", "1 2 3 4，5 6"),
        ("12345", "12345"),
        (1234567, "1 2 3 4，5 6 7"),
    ],
)
def test_a_voice_dictates_long_numbers_digit_by_digit(text: object, read: str) -> None:
    assert phrasing.dictated(text) == read
