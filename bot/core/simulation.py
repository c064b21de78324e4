"""What energy would cost: more of it in a tiered period, or a month by the hour it was used. Pure; yuan with two
places, kWh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cost_of_more(
    used: Decimal, more: Decimal, bounds: Sequence[Decimal], prices: Sequence[Decimal]
) -> Decimal:
    """The cost of `more` kWh after `used`, each part at the price of the tier it falls in. The last tier is open."""
    floors, total = (Decimal(0), *bounds), Decimal(0)
    for floor, ceiling, price in zip(floors, (*bounds, used + more), prices, strict=True):
        part = min(used + more, ceiling) - max(used, floor)
        total += max(part, Decimal(0)) * price
    return total.quantize(CENT, ROUND_HALF_UP)


def by_period(kwh: Mapping[str, Decimal], prices: Mapping[str, Decimal]) -> Decimal:
    """What a month costs by the hour it was used. Every period used must have its price."""
    return sum((kwh[period] * prices[period] for period in kwh), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
