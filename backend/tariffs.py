"""Money: what energy costs, and what being late costs. Pure; all amounts are yuan with two places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from backend.region import PenaltyRule, Tariff

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Round to the cent, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """One tier of a bill."""

    tier: int
    kwh: Decimal
    price: Decimal
    amount: Decimal


def energy_lines(kwh: Decimal, tariff: Tariff) -> tuple[Line, ...]:
    """Split a month's kWh (not negative) into tiers.

    Each amount is the growth of the rounded running total, so the lines add up to the rounded whole exactly.
    """
    lines: list[Line] = []
    floor = exact = billed = Decimal(0)
    for tier, price in enumerate(tariff.prices, 1):
        ceiling = min(kwh, tariff.bounds[tier - 1]) if tier <= len(tariff.bounds) else kwh
        part = ceiling - floor
        if part <= 0 and lines:
            break
        exact += part * price
        total = cents(exact)
        lines.append(Line(tier, part, price, total - billed))
        floor, billed = ceiling, total
    return tuple(lines)


def tier_of(kwh: Decimal, tariff: Tariff) -> int:
    """The tier in which the last of these kWh lie, from 1. A bound itself still belongs to the lower tier."""
    return 1 + sum(kwh > bound for bound in tariff.bounds)


def penalty(unpaid: Decimal, due_on: date, today: date, rule: PenaltyRule) -> Decimal:
    """What being late costs by `today` (供电营业规则: a share per day from the day after the due day)."""
    days = (today - due_on).days
    if days <= 0 or unpaid <= 0:
        return Decimal("0.00")
    this_year = min(days, (date(due_on.year, 12, 31) - due_on).days)
    share = this_year * rule.this_year + (days - this_year) * rule.later_years
    return max(cents(unpaid * share), rule.minimum)


def due_day(month_end: date, day: int) -> date:
    """The day a bill is due: `day` of the month after its last day."""
    return (month_end.replace(day=1) + timedelta(days=32)).replace(day=day)
