"""Balance, bills, arrears, tiers and usage of an account, as they are sent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import clocks, masking, shapes, tariffs
from backend.problems import Refusal
from backend.region import Region, Tariff
from backend.tables import AccountRow, BillRow, DailyUsageRow, PaymentRow

ZERO = Decimal("0.00")


def account(found: AccountRow) -> shapes.Account:
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


def balance(session: Session, region: Region, found: AccountRow) -> shapes.Balance:
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


def bills(session: Session, region: Region, found: AccountRow, months: int) -> list[shapes.Bill]:
    """The last bills, oldest first."""
    query = select(BillRow).where(BillRow.account_id == found.id).order_by(BillRow.month.desc()).limit(months)
    return [_bill(region, found, each) for each in reversed(session.scalars(query).all())]


def bill(session: Session, region: Region, found: AccountRow, month: str | None) -> shapes.Bill:
    """The bill of a month or the latest; problem `not-found` when there is none."""
    query = select(BillRow).where(BillRow.account_id == found.id).order_by(BillRow.month.desc()).limit(1)
    row = session.scalar(query.where(BillRow.month == month) if month else query)
    if row is None:
        raise Refusal("not-found")
    return _bill(region, found, row)


def arrears(session: Session, region: Region, found: AccountRow) -> shapes.Arrears:
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


def tier(session: Session, region: Region, found: AccountRow) -> shapes.TierStatus:
    """Where the running month stands, from the daily readings since the last bill."""
    billed = session.scalar(select(func.max(BillRow.last_day)).where(BillRow.account_id == found.id))
    since = (
        DailyUsageRow.account_id == found.id,
        DailyUsageRow.kwh >= 0,
        DailyUsageRow.day > (billed or date.min),
    )
    used, last = session.execute(
        select(func.sum(DailyUsageRow.kwh), func.max(DailyUsageRow.day)).where(*since)
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


def usage(session: Session, found: AccountRow, first: date, last: date) -> list[shapes.DailyUsage]:
    """Daily kWh; a negative reading is a fault of the data and given as None."""
    within = DailyUsageRow.account_id == found.id, DailyUsageRow.day.between(first, last)
    rows = session.scalars(select(DailyUsageRow).where(*within).order_by(DailyUsageRow.day))
    return [
        shapes.DailyUsage(day=each.day, kwh=each.kwh if each.kwh is not None and each.kwh >= 0 else None)
        for each in rows
    ]


def payments(session: Session, found: AccountRow, first: date, last: date) -> list[shapes.Payment]:
    """Payments booked on these days of China's calendar, newest first."""
    start, end = (datetime.combine(day, time(), clocks.CHINA) for day in (first, last + timedelta(days=1)))
    within = PaymentRow.account_id == found.id, PaymentRow.paid_at >= start, PaymentRow.paid_at < end
    rows = session.scalars(
        select(PaymentRow).where(*within).order_by(PaymentRow.paid_at.desc(), PaymentRow.id.desc())
    )
    return [shapes.Payment.model_validate(each) for each in rows]


def _unpaid(session: Session, found: AccountRow) -> list[BillRow]:
    query = (
        select(BillRow)
        .where(BillRow.account_id == found.id, BillRow.paid_on.is_(None))
        .order_by(BillRow.month)
    )
    return list(session.scalars(query))


def _penalty(region: Region, found: AccountRow, unpaid: list[BillRow]) -> Decimal:
    rule, today = region.penalty_rule(found.price_class), clocks.today()
    return sum((tariffs.penalty(each.amount, each.due_on, today, rule) for each in unpaid), ZERO)


def _bill(region: Region, found: AccountRow, row: BillRow) -> shapes.Bill:
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
