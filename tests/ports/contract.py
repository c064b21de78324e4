"""What every adapter of the company ports must do. Subclass `Contract`, give `company` and `who`, and run.

The company behind it knows the accounts of docs/demo-data.md: HOME has twelve bills, DARK lies in an active outage,
UNKNOWN does not exist. Each test gets a fresh company.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.ports.company import Company
from bot.ports.errors import BadData, Conflict, NotAllowed, NotFound
from bot.ports.identity import Subject
from bot.ports.orders import ApplicationDraft, FaultReport, VoiceDraft
from tests.ports.network_contract import NetworkContract
from tests.ports.services_contract import HOME, OTHER, OWING, PREPAID, ServicesContract, Who

__all__ = ["DARK", "HOME", "OTHER", "OWING", "PREPAID", "UNKNOWN", "Contract", "Who"]
DARK, UNKNOWN = "0100000000033", "0199999999999"
HOME_ADDRESS, DARK_ADDRESS = "临河区金川小区5号楼2单元301", "临河区新华镇永胜村3组12号"
FAULT = FaultReport("household", "家里没电了", address=HOME_ADDRESS)


class Contract(ServicesContract, NetworkContract, ABC):
    @pytest.fixture
    @abstractmethod
    def company(self) -> AsyncIterator[Company]: ...

    @pytest.fixture
    @abstractmethod
    def who(self) -> Who: ...

    async def test_a_bill_adds_up_to_the_cent(self, company: Company, who: Who) -> None:
        for bill in await company.billing.bills(who("L2", HOME), HOME):
            parts = [*bill.lines, *bill.adjustments]
            assert sum((part.amount for part in parts), Decimal(0)) == bill.amount
            assert sum((line.kwh for line in bill.lines), Decimal(0)) == bill.kwh
            assert (bill.closing_reading - bill.opening_reading) * bill.multiplier == bill.kwh

    async def test_twelve_bills_come_oldest_first_and_join_without_gaps(
        self, company: Company, who: Who
    ) -> None:
        bills = await company.billing.bills(who("L2", HOME), HOME, 12)
        assert len(bills) == 12
        for before, after in itertools.pairwise(bills):
            assert before.month < after.month
            assert before.last_day + timedelta(days=1) == after.first_day
            assert before.closing_reading == after.opening_reading

    async def test_the_latest_bill_is_the_last_of_all(self, company: Company, who: Who) -> None:
        subject = who("L2", HOME)
        bills = await company.billing.bills(subject, HOME, 12)
        assert await company.billing.bill(subject, HOME) == bills[-1]
        assert await company.billing.bill(subject, HOME, bills[3].month) == bills[3]

    async def test_a_month_without_a_bill_is_not_found(self, company: Company, who: Who) -> None:
        with pytest.raises(NotFound):
            await company.billing.bill(who("L2", HOME), HOME, "1999-01")

    async def test_times_are_aware(self, company: Company, who: Who) -> None:
        balance = await company.billing.balance(who("L1", HOME), HOME)
        receipt = await company.orders.report_fault(who("L0"), FAULT, "k-aware")
        moments = [balance.as_of, receipt.order.created_at, receipt.order.due_at]
        assert all(moment and moment.utcoffset() for moment in moments)

    async def test_the_tier_says_what_is_left_of_it(self, company: Company, who: Who) -> None:
        tier = await company.billing.tier(who("L1", HOME), HOME)
        assert tier.price == tier.prices[tier.tier - 1]
        if tier.left_kwh is not None:
            assert tier.used_kwh + tier.left_kwh == tier.bounds[tier.tier - 1]

    async def test_usage_is_in_order_and_inside_the_span(self, company: Company, who: Who) -> None:
        last = date.today() - timedelta(days=1)
        days = await company.billing.usage(who("L1", HOME), HOME, last - timedelta(days=6), last)
        assert days
        assert [each.day for each in days] == sorted({each.day for each in days})
        assert all(last - timedelta(days=6) <= each.day <= last for each in days)

    async def test_payments_are_newest_first_and_inside_the_span(self, company: Company, who: Who) -> None:
        subject, today = who("L2", HOME), date.today()
        year = await company.billing.payments(subject, HOME, today - timedelta(days=365), today)
        assert year
        assert [each.paid_at for each in year] == sorted((each.paid_at for each in year), reverse=True)
        assert all(each.paid_at.utcoffset() and each.amount > 0 for each in year)
        day = year[-1].paid_at.date()
        assert {each.paid_at.date() for each in await company.billing.payments(subject, HOME, day, day)} == {
            day
        }

    async def test_payments_need_the_level_and_the_account(self, company: Company, who: Who) -> None:
        today = date.today()
        with pytest.raises(NotAllowed):
            await company.billing.payments(who("L1", HOME), HOME, today, today)
        with pytest.raises(NotFound):
            await company.billing.payments(who("L3", HOME), OTHER, today, today)

    @pytest.mark.parametrize("account_no", [OTHER, UNKNOWN])
    @pytest.mark.parametrize(
        "call", ["account", "balance", "bill", "bills", "arrears", "tier", "supply_state"]
    )
    async def test_not_mine_looks_like_not_there(
        self, company: Company, who: Who, call: str, account_no: str
    ) -> None:
        port = company.outages if call == "supply_state" else company.billing
        with pytest.raises(NotFound) as refused:
            await getattr(port, call)(who("L3", HOME), account_no)
        assert account_no not in str(refused.value)

    @pytest.mark.parametrize(
        ("call", "level"),
        [("account", "L0"), ("balance", "L0"), ("tier", "L0"), ("bill", "L1"), ("arrears", "L1")],
    )
    async def test_a_level_too_low_is_not_allowed_whatever_the_account(
        self, company: Company, who: Who, call: str, level: str
    ) -> None:
        for account_no in (HOME, UNKNOWN):
            with pytest.raises(NotAllowed):
                await getattr(company.billing, call)(who(level, HOME), account_no)

    async def test_nobody_sees_nothing(self, company: Company) -> None:
        with pytest.raises(NotAllowed):
            await company.billing.account(Subject(), HOME)
        assert await company.orders.open_orders(Subject()) == ()

    async def test_an_account_is_shown_masked(self, company: Company, who: Who) -> None:
        account = await company.billing.account(who("L1", HOME), HOME)
        assert account.holder_masked == "王*英"
        assert "5号楼" not in account.address_masked
        assert account.phone_masked == "138****0017"

    async def test_a_stranger_may_report_a_fault_and_see_it_again(self, company: Company, who: Who) -> None:
        stranger = who("L0", conversation="c-1")
        receipt = await company.orders.report_fault(stranger, FAULT, "k-1")
        assert receipt.created
        assert receipt.order.kind == "fault"
        assert receipt.order.due_at and receipt.order.commitment
        assert await company.orders.order(stranger, receipt.order.order_no) == receipt.order
        assert await company.orders.open_orders(stranger, conversation="c-1") == (receipt.order,)

    async def test_an_order_of_others_is_not_found(self, company: Company, who: Who) -> None:
        receipt = await company.orders.report_fault(who("L0", conversation="c-1"), FAULT, "k-1")
        for number in (receipt.order.order_no, "209901010000001"):
            with pytest.raises(NotFound):
                await company.orders.order(who("L3", OTHER, conversation="c-2"), number)
            with pytest.raises(NotFound):
                await company.orders.amend_fault(who("L3", OTHER, conversation="c-2"), number, {}, "k-2")
        assert (
            await company.orders.open_orders(who("L3", OTHER, conversation="c-2"), conversation="c-1") == ()
        )

    async def test_the_owner_sees_what_was_placed_for_the_account(self, company: Company, who: Who) -> None:
        fault = replace(FAULT, account_no=HOME)
        receipt = await company.orders.report_fault(who("L1", HOME, conversation="c-1"), fault, "k-1")
        owner = who("L1", HOME, conversation="c-2")
        assert await company.orders.open_orders(owner, account_no=HOME) == (receipt.order,)
        assert receipt.order.account_no_masked
        assert HOME not in receipt.order.account_no_masked

    async def test_an_account_merely_told_binds_nothing(self, company: Company, who: Who) -> None:
        draft = VoiceDraft("report", "这户偷电", category="theft", account_no=HOME)
        order = await company.orders.voice(who("L0", conversation="c-1"), draft, "k-1")
        assert order.account_no_masked is None
        assert await company.orders.open_orders(who("L1", HOME, conversation="c-2")) == ()

    async def test_the_same_key_gives_the_same_receipt(self, company: Company, who: Who) -> None:
        subject = who("L0", conversation="c-1")
        first = await company.orders.report_fault(subject, FAULT, "k-1")
        assert await company.orders.report_fault(subject, FAULT, "k-1") == first
        assert len(await company.orders.open_orders(subject)) == 1

    async def test_the_same_key_for_something_else_is_a_conflict(self, company: Company, who: Who) -> None:
        subject = who("L0", conversation="c-1")
        await company.orders.report_fault(subject, FAULT, "k-1")
        with pytest.raises(Conflict):
            await company.orders.report_fault(subject, replace(FAULT, description="又没电了"), "k-1")

    async def test_the_same_fault_told_twice_is_one_order(self, company: Company, who: Who) -> None:
        first = await company.orders.report_fault(who("L0", conversation="c-1"), FAULT, "k-1")
        again = await company.orders.report_fault(who("L0", conversation="c-2"), FAULT, "k-2")
        assert (again.order.order_no, again.created) == (first.order.order_no, False)
        seen = await company.orders.order(who("L0", conversation="c-2"), first.order.order_no)
        assert seen.order_no == first.order.order_no

    async def test_another_kind_of_fault_is_another_order(self, company: Company, who: Who) -> None:
        first = await company.orders.report_fault(who("L0"), FAULT, "k-1")
        other = await company.orders.report_fault(who("L0"), replace(FAULT, phenomenon="voltage"), "k-2")
        assert other.created
        assert other.order.order_no != first.order.order_no

    async def test_a_known_outage_takes_the_report_and_no_second_crew_is_sent(
        self, company: Company, who: Who
    ) -> None:
        fault = replace(FAULT, address=DARK_ADDRESS, account_no=DARK)
        receipt = await company.orders.report_fault(who("L1", DARK), fault, "k-1")
        assert not receipt.created
        assert receipt.outage
        assert receipt.order.outage_id == receipt.outage.id
        assert receipt.order.due_at is None
        state = await company.outages.supply_state(who("L1", DARK), DARK)
        assert receipt.outage in state.outages

    async def test_a_danger_in_a_known_outage_still_gets_its_own_order(
        self, company: Company, who: Who
    ) -> None:
        danger = replace(FAULT, address=DARK_ADDRESS, phenomenon="danger", hazard="line_down")
        receipt = await company.orders.report_fault(who("L0"), danger, "k-1")
        assert receipt.created
        assert (receipt.order.kind, receipt.order.urgency) == ("danger", "urgent")

    async def test_a_danger_waits_for_no_address(self, company: Company, who: Who) -> None:
        danger = FaultReport("danger", "电线断了掉在路上", hazard="line_down")
        receipt = await company.orders.report_fault(who("L0"), danger, "k-1")
        changes = {"address": DARK_ADDRESS, "phone": "13800000001"}
        order = await company.orders.amend_fault(who("L0"), receipt.order.order_no, changes, "k-2")
        assert order.order_no == receipt.order.order_no
        assert order.crew

    async def test_any_other_fault_needs_an_address_or_an_account(self, company: Company, who: Who) -> None:
        with pytest.raises(BadData) as refused:
            await company.orders.report_fault(who("L0"), FaultReport("household", "没电了"), "k-1")
        assert refused.value.field == "address"

    async def test_missing_papers_are_told_at_once(self, company: Company, who: Who) -> None:
        draft = ApplicationDraft("apply_ev_charger", "王秀英", "13800000017", address=HOME_ADDRESS)
        receipt = await company.orders.apply(who("L0", conversation="c-1"), draft, "k-1")
        assert receipt.missing_documents
        assert (receipt.order.state, receipt.order.due_at) == ("waiting_documents", None)
        complete = replace(draft, documents=receipt.missing_documents)
        done = await company.orders.apply(who("L0", conversation="c-1"), complete, "k-2")
        assert done.missing_documents == ()
        assert done.order.state == "accepted"
        assert done.order.due_at

    @pytest.mark.parametrize("kind", ["complaint", "report", "suggestion", "praise"])
    async def test_every_voice_is_booked_with_its_clock(self, company: Company, who: Who, kind: str) -> None:
        order = await company.orders.voice(
            who("L0", conversation="c-1"), VoiceDraft(kind, "说一件事"), f"k-{kind}"
        )
        assert order.kind == kind
        assert order.due_at and order.due_at > order.created_at

    async def test_urging_counts_and_has_a_pause(self, company: Company, who: Who) -> None:
        subject = who("L0")
        number = (await company.orders.report_fault(subject, FAULT, "k-1")).order.order_no
        assert (await company.orders.urge(subject, number, "怎么还没来", "k-2")).urges == 1
        assert (await company.orders.urge(subject, number, "怎么还没来", "k-2")).urges == 1
        with pytest.raises(BadData) as refused:
            await company.orders.urge(subject, number, "再催催", "k-3")
        assert refused.value.field == "too_soon"

    async def test_taking_back_is_logged_and_closes_nothing(self, company: Company, who: Who) -> None:
        subject = who("L0")
        order = await company.orders.voice(subject, VoiceDraft("complaint", "等了三个小时"), "k-1")
        after = await company.orders.withdraw(subject, order.order_no, "不投诉了", "k-2")
        assert after.state == order.state
        assert len(after.steps) == len(order.steps) + 1
        assert after.order_no in {each.order_no for each in await company.orders.open_orders(subject)}

    async def test_a_place_is_found_and_an_unknown_one_is_not(self, company: Company) -> None:
        located = await company.outages.locate(DARK_ADDRESS)
        assert located.certain
        assert located.places[0].name == "永胜村"
        assert located.places[0].transformers
        assert (await company.outages.locate("月亮上")).places == ()

    async def test_active_outages_of_an_area_are_public(self, company: Company) -> None:
        found = await company.outages.in_area("临河区", "永胜村")
        assert [each.status for each in found] == ["active"]
        assert await company.outages.in_area("磴口县", "永胜村") == ()

    async def test_halls_are_those_of_the_county(self, company: Company) -> None:
        assert {hall.county for hall in await company.directory.halls("五原县")} == {"五原县"}
        assert len(await company.directory.halls()) > 1

    async def test_notices_are_those_valid_now_for_the_county_and_for_everywhere(
        self, company: Company
    ) -> None:
        now = datetime.now(UTC)
        found = await company.directory.notices("磴口县")
        assert {each.county for each in found} == {"磴口县", None}
        assert all(each.valid_from <= now < each.valid_until for each in await company.directory.notices())
        assert {each.county for each in await company.directory.notices("五原县")} == {None}

    async def test_identity_items_fit_or_do_not(self, company: Company) -> None:
        said = {"holder_name": "王秀英", "address": HOME_ADDRESS, "phone_tail": "9999"}
        match = await company.verification.match(HOME, said)
        assert set(match.matched) == {"holder_name", "address"}
        assert await company.verification.match(UNKNOWN, said) == await company.verification.match(
            OTHER, said
        )

    async def test_holder_and_address_together_find_the_account(self, company: Company) -> None:
        assert await company.verification.account_at("王秀英", HOME_ADDRESS) == HOME
        assert await company.verification.account_at("赵永强", HOME_ADDRESS) is None
        assert await company.verification.account_at("王秀英", DARK_ADDRESS) is None

    async def test_what_is_on_file_is_told_whole_and_nothing_of_an_unknown_account(
        self, company: Company
    ) -> None:
        kept = await company.verification.on_file(HOME)
        assert kept and "*" not in kept.holder + kept.address + str(kept.phone)
        assert kept.phone == await company.verification.phone_on_file(HOME)
        assert await company.verification.on_file(UNKNOWN) is None

    async def test_reports_of_the_neighbours_are_counted(self, company: Company, who: Who) -> None:
        near = await company.outages.reports_near(who("L1", HOME), HOME)
        assert near.reports >= 0 and near.within_minutes == 60 and near.place

    async def test_the_number_on_file_leads_to_its_accounts(self, company: Company) -> None:
        phone = await company.verification.phone_on_file(HOME)
        assert phone
        assert HOME in await company.verification.accounts_of_phone(phone)
        assert await company.verification.phone_on_file(UNKNOWN) is None
        assert await company.verification.accounts_of_phone("13899999999") == ()
