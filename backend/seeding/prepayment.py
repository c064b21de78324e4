"""Prepaid meters and what was bought for them, around the moment of seeding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.seeding.households import Customer
from backend.seeding.loading import Loader, Row
from backend.seeding.metering import stamp
from backend.tables import PrepaidMeterRow, PurchaseRow


def load(
    loader: Loader,
    plan: Mapping[str, Any],
    people: Iterable[Customer],
    moment: datetime,
    numbers: Iterator[int],
) -> None:
    """Load the meters of those who prepay, and their purchases."""
    prepaid = [each for each in people if each.prepaid]
    loader.insert(PrepaidMeterRow, (_meter(each, plan, moment) for each in prepaid))
    loader.insert(PurchaseRow, (row for each in prepaid for row in _purchases(each, plan, moment, numbers)))


def _meter(customer: Customer, plan: Mapping[str, Any], moment: datetime) -> Row:
    read_at = stamp((moment - timedelta(hours=2)).astimezone(UTC))
    emergency = int(plan["purchases"]["emergency"]) * 100
    return customer.home.id, int(customer.credit * 100), read_at, customer.cut_off, emergency


def _purchases(
    customer: Customer, plan: Mapping[str, Any], moment: datetime, numbers: Iterator[int]
) -> Iterator[Row]:
    days, amounts = plan["purchases"]["days"], plan["purchases"]["amounts"]
    for index, back in enumerate(days):
        at = stamp((moment - timedelta(days=back, hours=customer.home.id % 9)).astimezone(UTC))
        amount = amounts[(customer.home.id + index) % len(amounts)] * 100
        channel = plan["channels"][(customer.home.id + index) % len(plan["channels"])]
        state = "delivered" if index else customer.newest_purchase
        yield next(numbers), customer.home.id, at, amount, channel, state
