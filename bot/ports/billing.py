"""What is asked about money and energy of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.ports.identity import Subject


@dataclass(frozen=True)
class TariffRef:
    """Where a price comes from. An unverified one is worded 一般/通常."""

    id: str
    version: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Account:
    """An account as a customer may see it; names and addresses are masked by the company system.

    `price_class` is the key of its tariff in data/region/<region>/tariffs.yml, here and in Bill and Balance."""

    account_no: str
    holder_masked: str
    address_masked: str
    county: str
    price_class: str
    phone_masked: str
    prepaid: bool
    flags: tuple[str, ...] = ()  # elder, important, life_support, low_income …


@dataclass(frozen=True)
class Balance:
    account_no: str
    amount: Decimal
    as_of: datetime
    penalty: Decimal
    price_class: str
    prepaid: bool


@dataclass(frozen=True)
class TierLine:
    """One tier of a bill: `amount` = kwh × price, rounded so that all lines add up to the energy charge."""

    tier: int
    kwh: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Adjustment:
    """A signed amount beside the energy charge. kind: penalty, refund, back_billing, subsidy."""

    kind: str
    amount: Decimal
    note: str = ""


@dataclass(frozen=True)
class Bill:
    """One month. amount = Σ lines.amount + Σ adjustments.amount, to the cent."""

    account_no: str
    month: str  # YYYY-MM
    first_day: date
    last_day: date
    opening_reading: Decimal
    closing_reading: Decimal
    multiplier: Decimal
    kwh: Decimal
    lines: tuple[TierLine, ...]
    adjustments: tuple[Adjustment, ...]
    amount: Decimal
    paid: bool
    price_class: str
    estimated: bool
    tariff: TariffRef


@dataclass(frozen=True)
class Arrears:
    """Unpaid months, oldest first. `cut_after` is the earliest lawful day of a cut, None when none is due."""

    account_no: str
    months: tuple[str, ...]
    principal: Decimal
    penalty: Decimal
    due_since: date | None
    cut_off: bool
    cut_after: date | None


@dataclass(frozen=True)
class TierStatus:
    """Where the current billing period stands. `left_kwh` and `next_price` are None in the last tier."""

    account_no: str
    month: str
    tier: int
    price: Decimal
    used_kwh: Decimal
    left_kwh: Decimal | None
    next_price: Decimal | None
    bounds: tuple[Decimal, ...]
    prices: tuple[Decimal, ...]
    as_of: date
    tariff: TariffRef


@dataclass(frozen=True)
class DailyUsage:
    """kWh of one day; None where the meter gave no reading or an impossible (negative) one."""

    day: date
    kwh: Decimal | None


@dataclass(frozen=True)
class Payment:
    """Money the company has booked. `channel` is the company's own word for it, `month` the bill it paid (YYYY-MM)."""

    paid_at: datetime
    amount: Decimal
    channel: str
    month: str


class Billing(Protocol):
    async def account(self, who: Subject, account_no: str) -> Account: ...
    async def balance(self, who: Subject, account_no: str) -> Balance: ...
    async def bill(self, who: Subject, account_no: str, month: str | None = None) -> Bill:
        """The bill of a month (YYYY-MM), or the latest one."""
        ...

    async def bills(self, who: Subject, account_no: str, months: int = 12) -> tuple[Bill, ...]:
        """The last `months` bills, oldest first."""
        ...

    async def arrears(self, who: Subject, account_no: str) -> Arrears: ...
    async def tier(self, who: Subject, account_no: str) -> TierStatus: ...
    async def usage(self, who: Subject, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        """Daily kWh, both days included, oldest first."""
        ...

    async def payments(self, who: Subject, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        """What was booked, both days included, newest first."""
        ...
