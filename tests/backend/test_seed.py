"""Made-up data: the same for the same seed, and true to the rules of the trade."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from backend import clocks, outages, seed, tariffs
from backend.region import Region
from backend.storage import Store
from backend.tables import AccountRow, BillRow, CustomerRow, DailyUsageRow, OutageRow, PaymentRow
from tests.backend import world

MOMENT = datetime(2026, 11, 23, 20, 15, tzinfo=clocks.CHINA)


def dump(path: Path, size: int, moment: datetime, number: int) -> list[str]:
    store = Store(f"sqlite:///{path}")
    seed.seed(store, "bayannur", size, moment, number)
    store.close()
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def test_the_same_seed_and_moment_give_the_same_data(tmp_path: Path) -> None:
    first = dump(tmp_path / "a.db", 30, MOMENT, 1)
    assert dump(tmp_path / "b.db", 30, MOMENT, 1) == first
    assert dump(tmp_path / "c.db", 30, MOMENT, 2) != first


def test_seeding_again_replaces_everything(tmp_path: Path) -> None:
    first = dump(tmp_path / "a.db", 30, MOMENT, 1)
    dump(tmp_path / "a.db", 20, MOMENT - timedelta(days=40), 2)
    assert dump(tmp_path / "a.db", 30, MOMENT, 1) == first


def test_every_reference_leads_somewhere(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_there_are_as_many_households_as_asked_for(store: Store) -> None:
    with store.reading() as session:
        assert len(session.scalars(select(AccountRow)).all()) == world.SIZE + 10


def test_every_bill_adds_up_under_its_tariff(store: Store, here: Region) -> None:
    with store.reading() as session:
        for bill in session.scalars(select(BillRow)):
            lines = tariffs.energy_lines(bill.kwh, here.tariffs[bill.tariff_id])
            assert [Decimal(line["amount"]) for line in bill.lines] == [line.amount for line in lines]
            extras = sum((Decimal(each["amount"]) for each in bill.adjustments), Decimal(0))
            assert sum(line.amount for line in lines) + extras == bill.amount
            assert (bill.closing_reading - bill.opening_reading) * bill.multiplier == bill.kwh


def test_each_reading_opens_where_the_last_closed(store: Store) -> None:
    with store.reading() as session:
        for account in session.scalars(select(AccountRow)):
            bills = session.scalars(
                select(BillRow).where(BillRow.account_id == account.id).order_by(BillRow.month)
            ).all()
            assert len(bills) == 24
            for before, after in itertools.pairwise(bills):
                assert after.opening_reading == before.closing_reading
                assert after.first_day == before.last_day + timedelta(days=1)


def test_every_paid_bill_has_its_payment_and_no_other_has(store: Store) -> None:
    with store.reading() as session:
        paid = select(BillRow.account_id, BillRow.month, BillRow.amount).where(BillRow.paid_on.is_not(None))
        payments = select(PaymentRow.account_id, PaymentRow.month, PaymentRow.amount)
        assert sorted(map(tuple, session.execute(paid))) == sorted(map(tuple, session.execute(payments)))


def test_the_days_of_a_whole_month_add_up_to_its_bill(store: Store) -> None:
    checked = 0
    with store.reading() as session:
        for bill in session.scalars(select(BillRow).order_by(BillRow.month.desc()).limit(world.SIZE)):
            own = (
                DailyUsageRow.account_id == bill.account_id,
                DailyUsageRow.day.between(bill.first_day, bill.last_day),
            )
            days = session.scalars(select(DailyUsageRow.kwh).where(*own)).all()
            if len(days) == (bill.last_day - bill.first_day).days + 1 and all(
                d is not None and d >= 0 for d in days
            ):
                assert sum(days) == bill.kwh
                checked += 1
    assert checked > world.SIZE / 2


def test_some_daily_readings_are_missing_and_some_impossible(store: Store) -> None:
    with store.reading() as session:
        days = session.scalars(select(DailyUsageRow.kwh)).all()
    assert any(day is None for day in days)
    assert any(day is not None and day < 0 for day in days)


def test_numbers_and_phones_look_made_up(store: Store) -> None:
    with store.reading() as session:
        assert all(number.startswith("010000") for number in session.scalars(select(AccountRow.account_no)))
        assert all((phone or "").startswith("138000") for phone in session.scalars(select(CustomerRow.phone)))


def test_the_stories_of_the_demonstration_accounts_are_there(store: Store) -> None:
    with store.reading() as session:
        accounts = {each.account_no: each for each in session.scalars(select(AccountRow))}
        tiers = session.get_one(BillRow, (accounts[world.HOME].id, max_month(store, accounts[world.HOME].id)))
        assert (tiers.kwh, tiers.amount) == (Decimal("268.00"), Decimal("118.12"))
        assert accounts[world.ARREARS].cut_off
        assert accounts[world.HOUSE].customer_id == accounts[world.WELL].customer_id
        assert "elder" in accounts[world.ELDER].flags
        line = accounts[world.DARK].meter.transformer_id
        assert [each.kind for each in outages.of_transformers(session, [line])] == ["fault"]
        line = accounts[world.PLANNED].meter.transformer_id
        (planned,) = outages.of_transformers(session, [line])
        assert planned.starts_at.date() == clocks.today() + timedelta(days=1)
        for account, kind in ((world.SHOP, "back_billing"), (world.LATE, "penalty")):
            bill = session.get_one(BillRow, (accounts[account].id, max_month(store, accounts[account].id)))
            assert kind in [each["kind"] for each in bill.adjustments]


def test_planned_outages_were_announced_seven_days_ahead(store: Store) -> None:
    with store.reading() as session:
        planned = session.scalars(select(OutageRow).where(OutageRow.kind == "planned")).all()
    assert planned
    assert all(each.starts_at - each.announced_at >= timedelta(days=7) for each in planned)


def max_month(store: Store, account_id: int) -> str:
    with store.reading() as session:
        return max(session.scalars(select(BillRow.month).where(BillRow.account_id == account_id)))
