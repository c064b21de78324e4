"""Lunar days and solar terms against dates that almanacs print."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.core.lunar import TERMS, solar_of, term


@pytest.mark.parametrize(
    ("year", "month", "day", "solar"),
    [(1900, 1, 1, "1900-01-31"), (1949, 8, 10, "1949-10-01"), (1978, 8, 1, "1978-09-03"), (2000, 1, 1, "2000-02-05"), (2008, 8, 15, "2008-09-14"),
     (2020, 5, 5, "2020-06-25"), (2023, 3, 1, "2023-04-20"), (2024, 12, 30, "2025-01-28"), (2025, 12, 23, "2026-02-10"), (2026, 1, 1, "2026-02-17"),
     (2026, 8, 15, "2026-09-25"), (2027, 1, 1, "2027-02-06"), (2033, 12, 1, "2034-01-20"), (2100, 1, 1, "2100-02-09")],
)  # fmt: skip
def test_lunar_days_are_those_of_the_almanac(year: int, month: int, day: int, solar: str) -> None:
    assert solar_of(year, month, day).isoformat() == solar


def test_a_leap_month_follows_the_month_of_its_number() -> None:
    assert solar_of(2025, 6, 1, leap=True).isoformat() == "2025-07-25"
    assert solar_of(2023, 2, 1, leap=True).isoformat() == "2023-03-22"
    with pytest.raises(ValueError, match="leap"):
        solar_of(2026, 6, 1, leap=True)


def test_years_follow_each_other_without_a_gap() -> None:
    for year in range(1900, 2100):
        gap = solar_of(year + 1, 1, 1) - solar_of(year, 12, 30)
        assert gap in (timedelta(1), timedelta(0), timedelta(30), timedelta(29))
        assert date(year, 1, 20) <= solar_of(year, 1, 1) <= date(year, 2, 21)


@pytest.mark.parametrize(
    "wrong", [(1899, 1, 1), (2101, 1, 1), (2026, 13, 1), (2026, 0, 1), (2026, 1, 31), (2026, 1, 0)]
)
def test_what_the_table_does_not_hold_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="lunar day"):
        solar_of(*wrong)


@pytest.mark.parametrize(
    ("year", "name", "day"),
    [(2026, "冬至", "2026-12-22"), (2026, "清明", "2026-04-05"), (2024, "清明", "2024-04-04"), (2026, "立冬", "2026-11-07"), (2025, "立春", "2025-02-03"),
     (2026, "雨水", "2026-02-18"), (2021, "冬至", "2021-12-21"), (2008, "小满", "2008-05-21"), (2082, "大寒", "2082-01-20")],
)  # fmt: skip
def test_solar_terms(year: int, name: str, day: str) -> None:
    assert term(year, name).isoformat() == day


def test_terms_come_in_order_in_every_year() -> None:
    for year in range(2000, 2100):
        days = [term(year, name) for name in TERMS]
        assert days == sorted(days)
    with pytest.raises(ValueError, match="year"):
        term(2100, "冬至")
