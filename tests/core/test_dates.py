"""Days, months, times and durations as people say them, on Monday 2026-11-23."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dates import day, duration, month, time

NOW = datetime(2026, 11, 23, 20, 15)


def lunar(year: int, of_month: int, of_day: int) -> date:
    """The few days these tests need: new year and the twelfth month."""
    known = {(2026, 1): date(2026, 2, 17), (2027, 1): date(2027, 2, 6), (2025, 12): date(2026, 1, 19)}
    first = known[year, of_month]
    return date.fromordinal(first.toordinal() + of_day - 1)


@pytest.mark.parametrize(
    ("said", "value"),
    [("上个月", "2026-10"), ("上上个月", "2026-09"), ("这个月", "2026-11"), ("下月", "2026-12"), ("10月", "2026-10"),
     ("12月", "2025-12"), ("去年12月", "2025-12"), ("十一月份", "2026-11"), ("2025-11", "2025-11"), ("去年腊月", "2026-01"),
     ("来年4月", "2027-04"), ("今年三月", "2026-03"), ("13月", None), ("冰箱", None)],
)  # fmt: skip
def test_months(said: str, value: str | None) -> None:
    assert month(said, NOW, lunar) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [("昨天", "2026-11-22"), ("昨晚", "2026-11-22"), ("夜来", "2026-11-22"), ("大前天", "2026-11-20"), ("大后天", "2026-11-26"),
     ("今儿个", "2026-11-23"), ("11月3号", "2026-11-03"), ("20号", "2026-11-20"), ("礼拜三", "2026-11-25"),
     ("上礼拜六", "2026-11-21"), ("下周五", "2026-12-04"), ("国庆", "2026-10-01"), ("元旦", "2027-01-01"), ("明年五一", "2027-05-01"), ("三天前", "2026-11-20"),
     ("大年三十", "2027-02-05"), ("大年初一", "2026-02-17"), ("腊月二十三", None), ("11月31号", None), ("电表", None)],
)  # fmt: skip
def test_days(said: str, value: str | None) -> None:
    assert day(said, NOW, None if said == "腊月二十三" else lunar) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [("下午三点", "15:00"), ("半夜", "00:00"), ("四点半", "04:30"), ("晚上七八点", "19:00"), ("后半夜两点", "02:00"),
     ("夜里十二点", "00:00"), ("中午十二点半", "12:30"), ("中午一点", "13:00"), ("15:30", "15:30"), ("三点一刻", "03:15"),
     ("25:00", None), ("电", None)],
)  # fmt: skip
def test_times(said: str, value: str | None) -> None:
    assert time(said) == value


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("三个钟头", "180"), ("一个半小时", "90"), ("半天", "720"), ("一天一夜", "2160"), ("四十分钟", "40"), ("俩钟头", "120"),
     ("五个工作日", "7200"), ("一礼拜", "10080"), ("两天半", "3600"), ("半个多小时", "30"), ("一会儿", None)],
)  # fmt: skip
def test_durations(said: str, minutes: str | None) -> None:
    assert duration(said) == minutes


@given(st.text(alphabet="大前昨今明后上下个这去年月日号点半周礼拜天一二三十初腊正0123456789:-/", max_size=10))
def test_no_text_breaks_them(said: str) -> None:
    for read in (month, day):
        read(said, NOW)
    time(said)
    duration(said)
