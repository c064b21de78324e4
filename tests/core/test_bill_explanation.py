from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.core.bill_explanation import explain
from bot.ports.billing import Adjustment, Bill
from tests.ports.fake import bill

START = date(2026, 9, 1)


def month(kwh: Decimal, days: int, *adjustments: Adjustment, start: date = START) -> Bill:
    return bill("0100000000123", "2026-09", kwh, *adjustments, days=(start, start + timedelta(days - 1)))


ENERGY = st.decimals(0, 2000, places=2)
MONEY = st.decimals(-500, 500, places=2)
DAYS = st.integers(1, 62)


@given(ENERGY, ENERGY, DAYS, DAYS, MONEY, MONEY)
def test_the_parts_add_up_to_the_cent(
    old_kwh: Decimal, new_kwh: Decimal, old_days: int, new_days: int, old_extra: Decimal, new_extra: Decimal
) -> None:
    old = month(old_kwh, old_days, Adjustment("penalty", old_extra))
    new = month(new_kwh, new_days, Adjustment("refund", new_extra))
    change = explain(old, new)
    assert change.total == new.amount - old.amount
    assert sum(amount for _, amount in change.parts()) == change.total
    assert change.adjustments == new_extra - old_extra


def test_crossing_a_tier_is_told_apart_from_using_more() -> None:
    change = explain(month(Decimal(160), 30), month(Decimal(268), 30))
    assert change.days == 0
    assert change.usage == Decimal("44.82")  # 108 kWh at the first tier's 0.415
    assert change.tiers == Decimal("118.12") - Decimal("66.40") - Decimal("44.82")


def test_a_longer_month_at_the_same_daily_use_is_all_days_below_the_second_tier() -> None:
    change = explain(month(Decimal(100), 25), month(Decimal(120), 30))
    assert change.parts() == (("days", Decimal("8.30")),)


def test_the_same_bill_twice_has_nothing_to_explain() -> None:
    same = month(Decimal(203), 30)
    assert explain(same, same).parts() == ()


def test_the_largest_part_comes_first_whatever_its_sign() -> None:
    change = explain(month(Decimal(100), 25), month(Decimal(120), 30, Adjustment("refund", Decimal("-20"))))
    assert change.parts() == (("adjustments", Decimal("-20")), ("days", Decimal("8.30")))


def test_what_was_added_to_the_old_bill_is_taken_off_again() -> None:
    old = month(Decimal(100), 30, Adjustment("penalty", Decimal("3.00")))
    assert explain(old, month(Decimal(100), 30)).parts() == (("adjustments", Decimal("-3.00")),)


def test_a_dearer_price_is_told_apart_from_the_tiers() -> None:
    old, new = month(Decimal(268), 30), month(Decimal(268), 30)
    dearer = tuple(
        replace(line, price=line.price + Decimal("0.10"), amount=line.amount + line.kwh / 10)
        for line in new.lines
    )
    new = replace(new, lines=dearer, amount=sum((line.amount for line in dearer), Decimal(0)))
    assert explain(old, new).parts() == (("price", Decimal("26.80")),)


def test_a_bill_without_lines_has_no_price_to_reckon_with() -> None:
    bare = replace(month(Decimal(100), 30), lines=())
    assert explain(bare, month(Decimal(200), 30)).usage == 0
    assert explain(bare, month(Decimal(200), 30)).days == 0


def test_what_a_bill_does_not_account_for_goes_with_the_adjustments() -> None:
    old = month(Decimal(100), 30)
    new = replace(old, amount=old.amount + 7)
    assert explain(old, new).parts() == (("adjustments", Decimal(7)),)


def test_a_bill_of_one_day_is_a_day_long_and_half_a_cent_is_rounded_up() -> None:
    change = explain(month(Decimal(10), 1), month(Decimal(30), 3))
    assert change.parts() == (("days", Decimal("8.30")),)
    assert explain(month(Decimal(0), 30), month(Decimal("0.30"), 30)).usage == Decimal("0.12")
    assert explain(month(Decimal(0), 30), month(Decimal(3), 30)).usage == Decimal("1.25")  # 1.245
