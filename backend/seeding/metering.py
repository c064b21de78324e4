"""Two years of bills that add up, their payments, and the daily readings of the last weeks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from backend import tariffs
from backend.region import Region, Tariff
from backend.seeding.loading import Row

MONTHS = 24
DAYS = 60
SHAPES = 16
ODD_READING_DAYS = 0.03
LATE = 0.03
GAP = 0.004


@dataclass(frozen=True)
class Period:
    """One billing month: from the day after the last reading to this one."""

    month: str
    first: date
    last: date
    due: date


@dataclass
class Home:
    """What the readings of one account depend on. `kwh` fixes the newest months, `unpaid` leaves so many bills open."""

    id: int
    price_class: str
    base: int
    season: Sequence[float]
    multiplier: int = 1
    kwh: Sequence[int] = ()
    unpaid: int = 0
    late: bool = False
    estimated: bool = False
    gaps: bool = False
    back_billing: Decimal | None = None


@dataclass(frozen=True)
class Readings:
    """Rows of one account; payments still lack their number."""

    bills: list[Row]
    payments: list[Row]
    days: list[Row]


class Metering:
    """Makes the readings of one account after the other as of `today`."""

    def __init__(self, region: Region, plan: Mapping[str, Any], today: date, rng: Random) -> None:
        self._region, self._rng, self._today = region, rng, today
        self._notes, self._channels, self._shares = plan["notes"], plan["channels"], plan["periods"]
        self._periods = list(_periods(today, region.due_day))
        self._curves = [[0.7 + 0.6 * rng.random() for _ in range(40)] for _ in range(SHAPES)]
        self._curve = cache(self._make_curve)

    def readings(self, home: Home) -> Readings:
        """Bills oldest first; each opens where the one before closed."""
        periods = self._read_oddly() if self._rng.random() < ODD_READING_DAYS else self._periods
        used = [self._kwh(home, index, period) for index, period in enumerate(periods)]
        tariff = self._region.tariffs[home.price_class]
        reading = self._rng.randrange(500, 9000) * 100
        bills, payments, penalty = [], [], Decimal(0)
        for index, (period, kwh) in enumerate(zip(periods[:MONTHS], used, strict=False)):
            newest = index == MONTHS - 1
            extras = self._extras(home, penalty, newest)
            lines, amount = _energy(tariff, kwh)
            amount += sum((Decimal(each["amount"]) for each in extras), Decimal(0))
            paid = self._paid_on(home, index, period)
            closing = reading + kwh * 100 // home.multiplier
            bills.append((
                home.id, period.month, str(period.first), str(period.last), reading, closing, home.multiplier,
                kwh * 100, lines, json.dumps(extras, ensure_ascii=False) if extras else "[]", int(amount * 100),
                str(period.due), str(paid) if paid else None, tariff.id, tariff.version,
                newest and home.estimated, self._by_period(home, period.month, kwh),
            ))  # fmt: skip
            if paid:
                payments.append(
                    (home.id, f"{paid} 02:00:00.000000", int(amount * 100), self._channel(), period.month)
                )
            penalty = self._penalty(home, amount, period, paid)
            reading = closing
        return Readings(bills, payments, list(self._days(home, periods, used)))

    def _kwh(self, home: Home, index: int, period: Period) -> int:
        """A whole number of kWh that the meter's whole units give."""
        back = MONTHS - index
        if 0 < back <= len(home.kwh):
            return home.kwh[-back]
        factor = home.season[int(period.month[5:]) - 1] * (0.88 + 0.24 * self._rng.random())
        days = (period.last - period.first).days + 1
        return max(1, int(home.base * factor * days / 30.4 / home.multiplier)) * home.multiplier

    def _by_period(self, home: Home, month: str, kwh: int) -> str:
        """The month's whole kWh by period of the day; each home leans to the night in its own way."""
        plan = self._shares[home.price_class]
        shares = plan["summer"] if int(month[5:]) in plan["months"] else plan["shares"]
        lean = 0.85 + 0.03 * (home.id % 11)
        used, left = {}, kwh
        for period, share in shares.items():
            used[period] = min(left, round(kwh * share * (lean if period == "peak" else 1)))
            left -= used[period]
        used[next(reversed(used))] += left
        return json.dumps([{"period": name, "kwh": f"{part}.00"} for name, part in used.items()])

    def _extras(self, home: Home, penalty: Decimal, newest: bool) -> list[dict[str, str]]:
        extras = []
        if penalty:
            extras.append({"kind": "penalty", "amount": str(penalty), "note": self._notes["penalty"]})
        if newest and home.back_billing:
            note = self._notes["back_billing"]
            extras.append({"kind": "back_billing", "amount": str(home.back_billing), "note": note})
        return extras

    def _paid_on(self, home: Home, index: int, period: Period) -> date | None:
        if index >= MONTHS - home.unpaid:
            return None
        late = (home.late and index == MONTHS - 2) or self._rng.random() < LATE
        paid = period.due + timedelta(
            days=self._rng.randrange(3, 25) if late else -self._rng.randrange(0, 18)
        )
        return paid if paid <= self._today else None

    def _penalty(self, home: Home, amount: Decimal, period: Period, paid: date | None) -> Decimal:
        """What the next bill adds for paying this one late; an open bill's penalty still runs."""
        rule = self._region.penalty_rule(home.price_class)
        return tariffs.penalty(amount, period.due, paid, rule) if paid else Decimal(0)

    def _channel(self) -> str:
        return str(self._channels[int(self._rng.random() * len(self._channels))])

    def _read_oddly(self) -> list[Period]:
        """One reading a few days late: one long month, one short."""
        periods, at, days = list(self._periods), self._rng.randrange(1, MONTHS - 1), self._rng.randrange(1, 6)
        long, short = periods[at], periods[at + 1]
        turn = long.last + timedelta(days=days)
        periods[at] = Period(long.month, long.first, turn, long.due)
        periods[at + 1] = Period(short.month, turn + timedelta(days=1), short.last, short.due)
        return periods

    def _days(self, home: Home, periods: list[Period], used: list[int]) -> Iterator[Row]:
        """The days of the last weeks, up to yesterday; a month's days add up to its bill where none is missing."""
        start, end = self._today - timedelta(days=DAYS), self._today - timedelta(days=1)
        holes = self._rng.random() < GAP * DAYS or home.gaps
        for period, kwh in zip(periods[-4:], used[-4:], strict=True):
            if period.last < start:
                continue
            shape = int(self._rng.random() * SHAPES)
            for day, share in self._curve(shape, period.first, period.last, start, end):
                amount: int | None = int(kwh * 100 * share[1]) - int(kwh * 100 * share[0])
                if holes and self._rng.random() < 0.08:
                    amount = None if self._rng.random() < 0.7 else -320
                yield home.id, day, amount

    def _make_curve(
        self, shape: int, first: date, last: date, start: date, end: date
    ) -> list[tuple[str, tuple[float, float]]]:
        """For each day to be stored: its date and the shares of the month used before and after it."""
        count = (last - first).days + 1
        weights = self._curves[shape][:count]
        total = sum(weights)
        sums = [0.0, *(run / total for run in itertools.accumulate(weights))]
        sums[-1] = 1.0
        days = (first + timedelta(days=index) for index in range(count))
        return [(str(day), (sums[i], sums[i + 1])) for i, day in enumerate(days) if start <= day <= end]


@cache
def _energy(tariff: Tariff, kwh: int) -> tuple[str, Decimal]:
    lines = tariffs.energy_lines(Decimal(kwh), tariff)
    told = [
        {"tier": x.tier, "kwh": f"{x.kwh:.2f}", "price": str(x.price), "amount": str(x.amount)} for x in lines
    ]
    return json.dumps(told), sum((each.amount for each in lines), Decimal(0))


def _periods(today: date, due_day: int) -> Iterator[Period]:
    """The last complete months, oldest first, and the running one."""
    month = today.replace(day=1)
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
    for _ in range(MONTHS + 1):
        after = (month + timedelta(days=32)).replace(day=1)
        last = after - timedelta(days=1)
        yield Period(f"{month:%Y-%m}", month, last, tariffs.due_day(last, due_day))
        month = after


def stamp(moment: datetime) -> str:
    """A UTC time as both databases keep it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}.000000"
