"""Balance, bills, arrears, tiers and usage of an account, as they are sent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import clocks, masking, shapes, tariffs
from backend.problems import Problem
from backend.region import Region, Tariff
from backend.tables import Account, Bill, DailyUsage, Payment

ZERO = Decimal("0.00")


def account(found: Account) -> shapes.Account:
    """The account with everything personal masked."""
    return shapes.Account(
        account_no=found.account_no,
        holder_masked=masking.name(found.customer.name),
        address_masked=masking.address(found.place.county, found.place.name),
        county=found.place.county,
        price_class=found.price_class,
        phone_masked=masking.phone(found.customer.phone),
        prepaid=found.prepaid,
        flags=found.flags,
    )


def balance(session: Session, region: Region, found: Account) -> shapes.Balance:
    """Credit less every unpaid bill: below zero is what has to be paid."""
    unpaid = _unpaid(session, found)
    return shapes.Balance(
        account_no=found.account_no,
        amount=found.credit - sum((each.amount for each in unpaid), ZERO),
        as_of=clocks.now(),
        penalty=_penalty(region, found, unpaid),
        price_class=found.price_class,
        prepaid=found.prepaid,
    )


def bills(session: Session, region: Region, found: Account, months: int) -> list[shapes.Bill]:
    """The last bills, oldest first."""
    query = select(Bill).where(Bill.account_id == found.id).order_by(Bill.month.desc()).limit(months)
    return [_bill(region, found, each) for each in reversed(session.scalars(query).all())]


def bill(session: Session, region: Region, found: Account, month: str | None) -> shapes.Bill:
    """The bill of a month or the latest; problem `not-found` when there is none."""
    query = select(Bill).where(Bill.account_id == found.id).order_by(Bill.month.desc()).limit(1)
    row = session.scalar(query.where(Bill.month == month) if month else query)
    if row is None:
        raise Problem("not-found")
    return _bill(region, found, row)


def arrears(session: Session, region: Region, found: Account) -> shapes.Arrears:
    """Bills past their due day. A cut is lawful after more than the agreed days (电力供应与使用条例 39)."""
    late = [each for each in _unpaid(session, found) if each.due_on < clocks.today()]
    since = late[0].due_on + timedelta(days=1) if late else None
    return shapes.Arrears(
        account_no=found.account_no,
        months=[each.month for each in late],
        principal=sum((each.amount for each in late), ZERO),
        penalty=_penalty(region, found, late),
        due_since=since,
        cut_off=found.cut_off,
        cut_after=since + timedelta(days=region.cut_after_days) if since else None,
    )


def tier(session: Session, region: Region, found: Account) -> shapes.TierStatus:
    """Where the running month stands, from the daily readings since the last bill."""
    billed = session.scalar(select(func.max(Bill.last_day)).where(Bill.account_id == found.id))
    since = DailyUsage.account_id == found.id, DailyUsage.kwh >= 0, DailyUsage.day > (billed or date.min)
    used, last = session.execute(
        select(func.sum(DailyUsage.kwh), func.max(DailyUsage.day)).where(*since)
    ).one()
    used, as_of = used or ZERO, last or billed or clocks.today()
    tariff = region.tariffs[found.price_class]
    now = tariffs.tier_of(used, tariff)
    open_end = now > len(tariff.bounds)
    return shapes.TierStatus(
        account_no=found.account_no,
        month=f"{as_of:%Y-%m}",
        tier=now,
        price=tariff.prices[now - 1],
        used_kwh=used,
        left_kwh=None if open_end else tariff.bounds[now - 1] - used,
        next_price=None if open_end else tariff.prices[now],
        bounds=list(tariff.bounds),
        prices=list(tariff.prices),
        as_of=as_of,
        tariff=_reference(tariff, tariff.version),
    )


def usage(session: Session, found: Account, first: date, last: date) -> list[shapes.DailyUsage]:
    """Daily kWh; a negative reading is a fault of the data and given as None."""
    within = DailyUsage.account_id == found.id, DailyUsage.day.between(first, last)
    rows = session.scalars(select(DailyUsage).where(*within).order_by(DailyUsage.day))
    return [
        shapes.DailyUsage(day=each.day, kwh=each.kwh if each.kwh is not None and each.kwh >= 0 else None)
        for each in rows
    ]


def payments(session: Session, found: Account, first: date, last: date) -> list[shapes.Payment]:
    """Payments booked on these days of China's calendar, newest first."""
    start, end = (datetime.combine(day, time(), clocks.CHINA) for day in (first, last + timedelta(days=1)))
    within = Payment.account_id == found.id, Payment.paid_at >= start, Payment.paid_at < end
    rows = session.scalars(select(Payment).where(*within).order_by(Payment.paid_at.desc(), Payment.id.desc()))
    return [shapes.Payment.model_validate(each) for each in rows]


def _unpaid(session: Session, found: Account) -> list[Bill]:
    query = select(Bill).where(Bill.account_id == found.id, Bill.paid_on.is_(None)).order_by(Bill.month)
    return list(session.scalars(query))


def _penalty(region: Region, found: Account, unpaid: list[Bill]) -> Decimal:
    rule, today = region.penalty_rule(found.price_class), clocks.today()
    return sum((tariffs.penalty(each.amount, each.due_on, today, rule) for each in unpaid), ZERO)


def _bill(region: Region, found: Account, row: Bill) -> shapes.Bill:
    return shapes.Bill(
        account_no=found.account_no,
        month=row.month,
        first_day=row.first_day,
        last_day=row.last_day,
        opening_reading=row.opening_reading,
        closing_reading=row.closing_reading,
        multiplier=Decimal(row.multiplier),
        kwh=row.kwh,
        lines=row.lines,
        adjustments=row.adjustments,
        amount=row.amount,
        paid=row.paid_on is not None,
        price_class=row.tariff_id,
        estimated=row.estimated,
        tariff=_reference(region.tariffs[row.tariff_id], row.tariff_version),
    )


def _reference(tariff: Tariff, version: str) -> shapes.TariffRef:
    return shapes.TariffRef(id=tariff.id, version=version, source=tariff.source, verified=tariff.verified)
