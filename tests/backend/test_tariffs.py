"""Golden bills, and what holds for every bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import region, tariffs

RESIDENTIAL = region.load("bayannur").tariffs["residential"]
KWH = st.decimals(min_value=0, max_value=50_000, places=2)


@pytest.mark.parametrize(
    ("kwh", "yuan"),
    [(192, "80.78"), (203, "85.90"), (216, "91.94"), (241, "103.57"), (268, "118.12"), (294, "136.71")],
)
def test_published_bills_are_reproduced(kwh: int, yuan: str) -> None:
    """The pairs are those the tariff names as its source."""
    assert sum(line.amount for line in tariffs.energy_lines(Decimal(kwh), RESIDENTIAL)) == Decimal(yuan)


def test_a_bill_of_three_tiers_is_split_as_published() -> None:
    lines = tariffs.energy_lines(Decimal(268), RESIDENTIAL)
    assert [(line.kwh, line.amount) for line in lines] == [
        (Decimal(170), Decimal("70.55")),
        (Decimal(90), Decimal("41.85")),
        (Decimal(8), Decimal("5.72")),
    ]


@given(KWH)
def test_tier_lines_add_up_exactly(kwh: Decimal) -> None:
    lines = tariffs.energy_lines(kwh, RESIDENTIAL)
    assert sum(line.kwh for line in lines) == kwh
    exact = sum((line.kwh * line.price for line in lines), Decimal(0))
    assert sum(line.amount for line in lines) == tariffs.cents(exact)
    assert all(abs(line.amount - line.kwh * line.price) <= Decimal("0.01") for line in lines)


@given(KWH, KWH)
def test_more_energy_never_costs_less(one: Decimal, other: Decimal) -> None:
    few, many = sorted((one, other))
    cost = [sum(line.amount for line in tariffs.energy_lines(kwh, RESIDENTIAL)) for kwh in (few, many)]
    assert cost[0] <= cost[1]


@pytest.mark.parametrize(("kwh", "tier"), [(0, 1), (170, 1), ("170.01", 2), (260, 2), (261, 3)])
def test_a_bound_belongs_to_the_lower_tier(kwh: int | str, tier: int) -> None:
    assert tariffs.tier_of(Decimal(kwh), RESIDENTIAL) == tier
    assert tariffs.energy_lines(Decimal(kwh), RESIDENTIAL)[-1].tier == tier


@pytest.mark.parametrize(
    ("price_class", "unpaid", "due", "today", "yuan"),
    [
        (
            "residential",
            "100.00",
            date(2026, 10, 25),
            date(2026, 10, 25),
            "0.00",
        ),  # the due day itself is in time
        ("residential", "100.00", date(2026, 10, 25), date(2026, 11, 4), "1.00"),
        ("residential", "1000.00", date(2026, 10, 25), date(2026, 11, 4), "10.00"),
        ("residential", "20.00", date(2026, 10, 25), date(2026, 10, 26), "1.00"),  # never below one yuan
        ("commercial", "1000.00", date(2025, 12, 25), date(2026, 1, 4), "24.00"),  # 6 days at 2‰, 4 at 3‰
        ("residential", "0.00", date(2026, 1, 25), date(2026, 10, 26), "0.00"),
    ],
)
def test_the_penalty_grows_by_the_day(
    price_class: str, unpaid: str, due: date, today: date, yuan: str
) -> None:
    rule = region.load("bayannur").penalty_rule(price_class)
    assert tariffs.penalty(Decimal(unpaid), due, today, rule) == Decimal(yuan)
