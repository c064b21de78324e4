"""Why one month's bill differs from another's: the change split into parts that add up exactly, to the cent.

The split walks from the old bill to the new one, changing one thing at a time (domain facts: reasons in the order
days, use, tiers, price, adjustments). The last step of the walk is the new bill itself, so nothing is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

CENT = Decimal("0.01")


class BilledTier(Protocol):
    @property
    def kwh(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...


class BilledAdjustment(Protocol):
    @property
    def amount(self) -> Decimal: ...


class BilledMonth(Protocol):
    """What is needed of a bill; the company's Bill fits."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...
    @property
    def kwh(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def estimated(self) -> bool: ...
    @property
    def lines(self) -> Sequence[BilledTier]: ...
    @property
    def adjustments(self) -> Sequence[BilledAdjustment]: ...


@dataclass(frozen=True)
class BillChange:
    """Yuan by cause; `total` = the sum of all parts = new amount − old amount, exactly.

    days: more or fewer days at the old daily use and first-tier price. usage: another daily use at the first-tier
    price. tiers: what the dearer tiers add. price: tiers of both months whose price changed. adjustments: penalty,
    refund, back-billing, subsidy."""

    days: Decimal
    usage: Decimal
    tiers: Decimal
    price: Decimal
    adjustments: Decimal

    @property
    def total(self) -> Decimal:
        return self.days + self.usage + self.tiers + self.price + self.adjustments

    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """The parts that are not zero, largest first."""
        named = [(name, getattr(self, name)) for name in ("days", "usage", "tiers", "price", "adjustments")]
        return tuple(sorted((p for p in named if p[1]), key=lambda p: -abs(p[1])))


def explain(old: BilledMonth, new: BilledMonth) -> BillChange:
    """Split new.amount − old.amount. Bills without lines count as all price."""
    base = old.lines[0].price if old.lines else Decimal(0)
    old_days, new_days = _days(old), _days(new)
    days = _cent((old.kwh / old_days) * (new_days - old_days) * base)
    usage = _cent((new.kwh - old.kwh) * base) - days
    repriced = (n.kwh * (n.price - o.price) for o, n in zip(old.lines, new.lines, strict=False))
    price = _cent(sum(repriced, Decimal(0)))
    adjustments = _sum(new.adjustments) - _sum(old.adjustments)
    energy = _sum(new.lines) - _sum(old.lines)
    rest = new.amount - old.amount - energy - adjustments  # zero for bills that add up
    return BillChange(days, usage, energy - days - usage - price, price, adjustments + rest)


def _days(bill: BilledMonth) -> int:
    return max((bill.last_day - bill.first_day).days + 1, 1)


def _sum(items: Sequence[BilledTier] | Sequence[BilledAdjustment]) -> Decimal:
    return sum((item.amount for item in items), Decimal(0))


def _cent(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
