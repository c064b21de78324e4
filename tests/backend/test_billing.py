"""What an account owes and since when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend import billing, clocks
from backend.access import find_account
from backend.problems import Refusal
from backend.region import Region
from backend.storage import Store
from backend.tables import AccountRow, BillRow, DailyUsageRow, PaymentRow
from tests.backend import world
from tests.backend.world import Client


def mine(session: Session) -> AccountRow:
    found = find_account(session, world.HOME)
    assert found
    return found


def owing(session: Session, *due_in: int) -> list[BillRow]:
    """Leave the account's last bills unpaid, due in so many days; the rest is paid."""
    found = mine(session)
    rows = session.query(BillRow).filter_by(account_id=found.id).order_by(BillRow.month).all()
    for row in rows:
        row.paid_on = row.paid_on or clocks.today()
    last = rows[-len(due_in) :]
    for row, days in zip(last, due_in, strict=True):
        row.paid_on, row.due_on = None, clocks.today() + timedelta(days=days)
    session.flush()
    return last


def test_a_bill_is_in_arrears_from_the_day_after_its_due_day(store: Store, here: Region) -> None:
    with store.writing() as session:
        (row,) = owing(session, 0)
        owed = billing.arrears(session, here, mine(session))
        assert (owed.months, owed.principal, owed.penalty) == ([], Decimal("0.00"), Decimal("0.00"))
        assert owed.due_since is None and owed.cut_after is None
        row.due_on -= timedelta(days=1)
        owed = billing.arrears(session, here, mine(session))
        assert (owed.months, owed.principal) == ([row.month], row.amount)
        assert owed.penalty > 0
        assert owed.due_since == clocks.today()
        assert owed.cut_after == clocks.today() + timedelta(days=here.cut_after_days)


def test_arrears_begin_with_the_oldest_bill_and_add_up(store: Store, here: Region) -> None:
    with store.writing() as session:
        rows = owing(session, -40, -10, 5)
        found = mine(session)
        owed = billing.arrears(session, here, found)
        assert owed.account_no == world.HOME and owed.cut_off is found.cut_off
        assert owed.months == [row.month for row in rows[:2]]
        assert owed.principal == rows[0].amount + rows[1].amount
        assert owed.due_since == clocks.today() - timedelta(days=39)


def test_the_balance_is_credit_less_every_unpaid_bill(store: Store, here: Region) -> None:
    with store.writing() as session:
        rows = owing(session, -10, 5)
        found = mine(session)
        found.credit = Decimal("100.00")
        told = billing.balance(session, here, found)
        assert told.amount == Decimal("100.00") - rows[0].amount - rows[1].amount
        assert told.penalty == billing.arrears(session, here, found).penalty > 0
        assert (told.account_no, told.price_class, told.prepaid) == (world.HOME, "residential", found.prepaid)
        assert abs(told.as_of - clocks.now()) < timedelta(seconds=5)
        for row in rows:
            row.paid_on = clocks.today()
        assert billing.balance(session, here, found).amount == Decimal("100.00")


def test_bills_come_oldest_first_and_one_by_its_month(store: Store, here: Region) -> None:
    with store.reading() as session:
        found = mine(session)
        everything = billing.bills(session, here, found, 24)
        months = [each.month for each in everything]
        assert months == sorted(months) and len(months) > 3
        assert billing.bills(session, here, found, 2) == everything[-2:]
        assert billing.bill(session, here, found, None) == everything[-1]
        assert billing.bill(session, here, found, months[0]) == everything[0]
        with pytest.raises(Refusal):
            billing.bill(session, here, found, "1999-01")


def test_a_bill_is_told_as_it_was_made(store: Store, here: Region) -> None:
    with store.writing() as session:
        (row,) = owing(session, 5)
        row.estimated, row.multiplier = True, 20
        told = billing.bill(session, here, mine(session), row.month)
        tariff = here.tariffs[row.tariff_id]
        assert told.account_no == world.HOME
        assert (told.first_day, told.last_day, told.kwh, told.amount) == (
            row.first_day,
            row.last_day,
            row.kwh,
            row.amount,
        )
        assert (told.opening_reading, told.closing_reading) == (row.opening_reading, row.closing_reading)
        assert (told.multiplier, told.estimated, told.paid) == (Decimal(20), True, False)
        assert (
            sum(line.amount for line in told.lines) + sum(each.amount for each in told.adjustments)
            == told.amount
        )
        assert (told.price_class, told.tariff.id, told.tariff.version) == (
            row.tariff_id,
            tariff.id,
            row.tariff_version,
        )
        assert (told.tariff.source, told.tariff.verified) == (tariff.source, tariff.verified)
        row.paid_on = clocks.today()
        assert billing.bill(session, here, mine(session), row.month).paid


def used(session: Session, *kwh: str) -> date:
    """Readings of the days after the last bill; the last of these days."""
    found = mine(session)
    last = max(row.last_day for row in session.query(BillRow).filter_by(account_id=found.id))
    session.execute(delete(DailyUsageRow).where(DailyUsageRow.account_id == found.id))
    session.add(DailyUsageRow(account_id=found.id, day=last, kwh=Decimal(999)))  # billed already
    for n, each in enumerate(kwh, 1):
        session.add(DailyUsageRow(account_id=found.id, day=last + timedelta(days=n), kwh=Decimal(each)))
    session.flush()
    return last + timedelta(days=len(kwh))


@pytest.mark.parametrize(
    ("readings", "tier", "used_kwh", "left"),
    [
        ((), 1, "0", "170"),
        (("100", "-5", "70"), 1, "170", "0"),
        (("100", "71"), 2, "171", "89"),
        (("200", "61"), 3, "261", None),
    ],
)
def test_the_running_months_tier_counts_what_was_read_since_the_last_bill(
    store: Store, here: Region, readings: tuple[str, ...], tier: int, used_kwh: str, left: str | None
) -> None:
    tariff = here.tariffs["residential"]
    with store.writing() as session:
        as_of = used(session, *readings)
        told = billing.tier(session, here, mine(session))
        assert (told.tier, told.used_kwh, told.as_of) == (tier, Decimal(used_kwh), as_of)
        assert told.price == tariff.prices[tier - 1]
        assert told.left_kwh == (None if left is None else Decimal(left))
        assert told.next_price == (None if left is None else tariff.prices[tier])
        assert (told.bounds, told.prices) == (list(tariff.bounds), list(tariff.prices))
        assert (told.account_no, told.month) == (world.HOME, f"{as_of:%Y-%m}")
        assert (told.tariff.id, told.tariff.version) == (tariff.id, tariff.version)


def test_without_a_bill_and_a_reading_the_month_is_today(store: Store, here: Region) -> None:
    with store.writing() as session:
        found = mine(session)
        for table in (BillRow, DailyUsageRow):
            session.execute(delete(table).where(table.account_id == found.id))
        told = billing.tier(session, here, found)
        assert (told.used_kwh, told.as_of) == (Decimal(0), clocks.today())


def test_usage_tells_the_days_in_order_and_no_reading_that_cannot_be(store: Store) -> None:
    with store.writing() as session:
        last = used(session, "3", "-1", "0")
        told = billing.usage(session, mine(session), last - timedelta(days=2), last)
        assert [(each.day, each.kwh) for each in told] == [
            (last - timedelta(days=2), Decimal(3)), (last - timedelta(days=1), None), (last, Decimal(0)),
        ]  # fmt: skip


MIDNIGHT = datetime(2026, 10, 20, tzinfo=clocks.CHINA)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (MIDNIGHT, True),
        (MIDNIGHT + timedelta(days=1, seconds=-1), True),
        (MIDNIGHT - timedelta(seconds=1), False),
        (MIDNIGHT + timedelta(days=1), False),
    ],
)
def test_payments_are_those_of_chinas_day(store: Store, at: datetime, counts: bool) -> None:
    day = MIDNIGHT.date()
    with store.writing() as session:
        found = mine(session)
        session.execute(delete(PaymentRow).where(PaymentRow.account_id == found.id))
        session.add(
            PaymentRow(account_id=found.id, paid_at=at, amount=Decimal(50), channel="wechat", month="2026-09")
        )
        session.flush()
        assert bool(billing.payments(session, found, day, day)) is counts


def test_an_account_is_told_masked(client: Client) -> None:
    headers = {"X-Subject": world.assertion("L1", (world.HOME,), "c-1")}
    told = client.get(f"/v1/accounts/{world.HOME}", headers=headers).json()
    assert told["account_no"] == world.HOME
    assert all("*" in told[name] for name in ("holder_masked", "address_masked", "phone_masked"))
    assert told["address_masked"].startswith(told["county"]) and "None" not in told["address_masked"]
    assert (told["price_class"], told["prepaid"]) == ("residential", False)
