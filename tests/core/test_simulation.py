from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.simulation import by_period, cost_of_more

BOUNDS, PRICES = (Decimal(170), Decimal(260)), (Decimal("0.415"), Decimal("0.465"), Decimal("0.715"))


@pytest.mark.parametrize(
    ("used", "more", "cost"),
    [
        ("0", "100", "41.50"),
        ("120.5", "100", "44.03"),  # 49.5 × 0.415 + 50.5 × 0.465 = 44.025
        ("170", "90", "41.85"),
        ("160", "200", "117.50"),  # 10 × 0.415 + 90 × 0.465 + 100 × 0.715
        ("300", "100", "71.50"),
        ("300", "0", "0.00"),
    ],
)
def test_each_part_is_priced_in_its_tier(used: str, more: str, cost: str) -> None:
    assert cost_of_more(Decimal(used), Decimal(more), BOUNDS, PRICES) == Decimal(cost)


def test_one_price_is_one_product() -> None:
    assert cost_of_more(Decimal(500), Decimal(100), (), (Decimal("0.435"),)) == Decimal("43.50")


def test_a_month_costs_by_the_hour_it_was_used() -> None:
    kwh = {"peak": Decimal(107), "flat": Decimal(80), "valley": Decimal(81)}
    prices = {"peak": Decimal("0.4648"), "flat": Decimal("0.4150"), "valley": Decimal("0.2490")}
    assert by_period(kwh, prices) == Decimal("103.10")


def test_half_a_cent_is_rounded_up() -> None:
    assert by_period({"flat": Decimal("0.5")}, {"flat": Decimal("0.25")}) == Decimal("0.13")
    assert cost_of_more(Decimal(0), Decimal("0.5"), (), (Decimal("0.25"),)) == Decimal("0.13")
    assert by_period({}, {}) == Decimal("0.00")


def test_every_tier_and_every_period_must_have_its_price() -> None:
    with pytest.raises(ValueError):
        cost_of_more(Decimal(0), Decimal(100), BOUNDS, PRICES[:2])
    with pytest.raises(KeyError):
        by_period({"peak": Decimal(1)}, {"flat": Decimal(1)})
