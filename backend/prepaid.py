"""What meters know beyond the bill: the use by period of the day, and the money inside a prepaid one."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import shapes
from backend.problems import Refusal
from backend.region import Region
from backend.tables import AccountRow, BillRow, PrepaidMeterRow, PurchaseRow

SHOWN = 10


def time_of_use(session: Session, region: Region, found: AccountRow, month: str | None) -> shapes.TimeOfUse:
    """A billed month by period; problem `not-found` when there is no such bill or its meter keeps no periods."""
    query = select(BillRow).where(BillRow.account_id == found.id).order_by(BillRow.month.desc()).limit(1)
    bill = session.scalar(query.where(BillRow.month == month) if month else query)
    if bill is None or not bill.periods:
        raise Refusal("not-found")
    tariff = region.time_of_use.get(found.price_class)
    return shapes.TimeOfUse(
        account_no=found.account_no,
        month=bill.month,
        kwh={each["period"]: Decimal(each["kwh"]) for each in bill.periods},
        prices=dict(tariff.prices[int(bill.month[5:])]) if tariff else {},
        tariff=shapes.TariffRef.model_validate(tariff) if tariff else None,
    )


def status(session: Session, region: Region, found: AccountRow) -> shapes.Prepaid:
    """The meter's own money and switch, and the purchases, newest first."""
    meter = session.get(PrepaidMeterRow, found.id)
    query = (
        select(PurchaseRow).where(PurchaseRow.account_id == found.id).order_by(PurchaseRow.bought_at.desc())
    )
    return shapes.Prepaid(
        account_no=found.account_no,
        prepaid=meter is not None,
        meter_balance=meter.balance if meter else None,
        read_at=meter.read_at if meter else None,
        switch_open=meter.switch_open if meter else found.cut_off,
        warn_below=region.warn_below,
        emergency=meter.emergency if meter else Decimal("0.00"),
        purchases=[shapes.Purchase.model_validate(each) for each in session.scalars(query.limit(SHOWN))],
    )
