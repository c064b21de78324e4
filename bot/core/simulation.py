"""What more energy would cost in a tiered period, as the prices stand. Pure; yuan with two places, kWh."""

from __future__ import annotations

from collections.abc import Sequence
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
