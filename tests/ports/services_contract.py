"""What every adapter of bot/ports/services.py must do; part of the contract of tests/ports/contract.py.

PREPAID has a prepaid meter whose newest purchase did not arrive; OWING has an unpaid newest bill."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

import pytest

from bot.ports.company import Company
from bot.ports.errors import BadData, Conflict, NotAllowed, NotFound
from bot.ports.identity import Level, Subject
from bot.ports.services import InvoiceDraft, Rating

HOME, OTHER, PREPAID, OWING = "0100000000017", "0100000000041", "0100000000074", "0100000000025"
NEW_PHONE, OWN_PHONE = "13800000917", "13800000017"


class Who(Protocol):
    """Makes the subject of a conversation: `who("L2", HOME)`."""

    def __call__(self, level: Level | str, *accounts: str, conversation: str = ...) -> Subject: ...


class ServicesContract:
    async def test_the_periods_of_a_month_add_up_to_its_bill(self, company: Company, who: Who) -> None:
        split = await company.services.time_of_use(who("L1", HOME), HOME)
        bill = await company.billing.bill(who("L2", HOME), HOME, split.month)
        assert sum(split.kwh.values(), Decimal(0)) == bill.kwh
        assert split.prices.keys() >= split.kwh.keys()
        assert split.tariff and not split.tariff.verified

    async def test_a_month_that_was_not_billed_has_no_periods(self, company: Company, who: Who) -> None:
        with pytest.raises(NotFound):
            await company.services.time_of_use(who("L1", HOME), HOME, "1999-01")

    async def test_purchases_come_newest_first_with_what_became_of_them(
        self, company: Company, who: Who
    ) -> None:
        meter = await company.services.prepaid(who("L1", PREPAID), PREPAID)
        assert meter.prepaid and meter.meter_balance is not None
        times = [each.bought_at for each in meter.purchases]
        assert times == sorted(times, reverse=True) and all(each.utcoffset() for each in times)
        assert meter.purchases[0].state == "failed"
        plain = await company.services.prepaid(who("L1", HOME), HOME)
        assert (plain.prepaid, plain.meter_balance, plain.purchases) == (False, None, ())

    async def test_an_invoice_is_issued_once_and_sent_again(self, company: Company, who: Who) -> None:
        subject = who("L3", HOME)
        bill = await company.billing.bill(subject, HOME)
        draft = InvoiceDraft(bill.month, "person", OWN_PHONE)
        first = await company.services.issue_invoice(subject, HOME, draft, "i-1")
        assert (first.created, first.amount, first.sent_to_masked) == (True, bill.amount, "138****0017")
        assert await company.services.issue_invoice(subject, HOME, draft, "i-1") == first
        by_mail = InvoiceDraft(bill.month, "person", "wang@example.com")
        again = await company.services.issue_invoice(subject, HOME, by_mail, "i-2")
        assert (again.invoice_no, again.created) == (first.invoice_no, False)
        assert again.sent_to_masked == "w***@example.com"

    async def test_an_invoice_to_another_title_needs_a_person(self, company: Company, who: Who) -> None:
        subject = who("L3", HOME)
        month = (await company.billing.bill(subject, HOME)).month
        await company.services.issue_invoice(subject, HOME, InvoiceDraft(month, "person", OWN_PHONE), "i-1")
        firm = InvoiceDraft(month, "firm", OWN_PHONE, title="示例商店", tax_no="91150000MA0000001X")
        with pytest.raises(BadData) as refused:
            await company.services.issue_invoice(subject, HOME, firm, "i-2")
        assert refused.value.field == "issued"

    async def test_no_invoice_for_what_is_not_paid_or_not_billed(self, company: Company, who: Who) -> None:
        subject = who("L3", OWING)
        month = (await company.billing.bill(subject, OWING)).month
        for asked, field in ((month, "unpaid"), ("1999-01", "month")):
            with pytest.raises(BadData) as refused:
                await company.services.issue_invoice(
                    subject, OWING, InvoiceDraft(asked, "person", OWN_PHONE), asked
                )
            assert refused.value.field == field

    async def test_a_bound_phone_is_known_when_it_calls(self, company: Company, who: Who) -> None:
        subject = who("L3", HOME)
        bound = await company.services.bind_phone(subject, HOME, NEW_PHONE, True, "b-1")
        assert (bound.phone_masked, bound.on_file, bound.notices) == ("138****0917", False, True)
        assert await company.verification.accounts_of_phone(NEW_PHONE) == (HOME,)
        listed = await company.services.contacts(who("L1", HOME), HOME)
        assert [each.on_file for each in listed] == [True, False]
        await company.services.release_phone(subject, HOME, NEW_PHONE, "b-2")
        assert await company.verification.accounts_of_phone(NEW_PHONE) == ()
        with pytest.raises(NotFound):
            await company.services.release_phone(subject, HOME, NEW_PHONE, "b-3")

    async def test_the_holders_own_phone_is_changed_and_not_released(
        self, company: Company, who: Who
    ) -> None:
        subject = who("L3", HOME)
        with pytest.raises(BadData) as refused:
            await company.services.release_phone(subject, HOME, OWN_PHONE, "b-1")
        assert refused.value.field == "on_file"
        changed = await company.services.change_phone(subject, HOME, NEW_PHONE, "b-2")
        assert changed.on_file
        assert await company.verification.phone_on_file(HOME) == NEW_PHONE

    async def test_what_changes_something_needs_a_code(self, company: Company, who: Who) -> None:
        services, draft = company.services, InvoiceDraft("2026-10", "person", OWN_PHONE)
        for level in ("L1", "L2"):
            with pytest.raises(NotAllowed):
                await services.issue_invoice(who(level, HOME), HOME, draft, "k-1")
            with pytest.raises(NotAllowed):
                await services.bind_phone(who(level, HOME), HOME, NEW_PHONE, True, "k-2")
            with pytest.raises(NotAllowed):
                await services.change_phone(who(level, HOME), HOME, NEW_PHONE, "k-3")
        with pytest.raises(NotAllowed):
            await services.prepaid(who("L0", HOME), HOME)

    @pytest.mark.parametrize("call", ["time_of_use", "prepaid", "contacts"])
    async def test_services_of_another_account_look_like_not_there(
        self, company: Company, who: Who, call: str
    ) -> None:
        with pytest.raises(NotFound):
            await getattr(company.services, call)(who("L3", HOME), OTHER)

    async def test_a_rating_is_kept_once(self, company: Company, who: Who) -> None:
        rating = Rating(2, "等太久了")
        await company.services.rate(who("L0", conversation="c-1"), rating, "r-1")
        await company.services.rate(who("L0", conversation="c-1"), rating, "r-1")
        with pytest.raises(Conflict):
            await company.services.rate(who("L0", conversation="c-1"), Rating(5), "r-1")
