"""The services of a company in memory; part of tests/ports/fake.py.

home.purchases = [...]; home.periods = {"peak": …}      # what a test sets up, on a Household
fake.invoices, fake.phones, fake.ratings               # what was asked for"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.ports.billing import TariffRef
from bot.ports.errors import BadData, NotFound
from bot.ports.identity import Level, Subject
from bot.ports.services import AccountPhone, Invoice, InvoiceDraft, Prepaid, Rating, TimeOfUse

PRICES = {"peak": Decimal("0.4648"), "flat": Decimal("0.4150"), "valley": Decimal("0.2490")}
TARIFF = TariffRef("residential", "test", "made up for tests", verified=False)


def masked(address: str) -> str:
    name, at, host = address.partition("@")
    return f"{name[0]}***@{host}" if at else f"{address[:3]}****{address[-4:]}"


class FakeServices:
    households: dict[str, Any]
    now: Callable[[], Any]

    def __init__(self) -> None:
        self.invoices: dict[tuple[str, str], Invoice] = {}
        self.phones: dict[str, dict[str, bool]] = {}
        self.ratings: list[Rating] = []

    async def time_of_use(self, who: Subject, account_no: str, month: str | None = None) -> TimeOfUse:
        home = self._own("time_of_use", who, account_no, Level.L1)
        bill = next((each for each in reversed(home.bills) if month in (None, each.month)), None)
        if bill is None:
            raise NotFound("month")
        peak, flat = (bill.kwh * share // 10 for share in (4, 3))
        kwh = home.periods or {"peak": peak, "flat": flat, "valley": bill.kwh - peak - flat}
        return TimeOfUse(account_no, bill.month, kwh, PRICES, TARIFF)

    async def prepaid(self, who: Subject, account_no: str) -> Prepaid:
        home = self._own("prepaid", who, account_no, Level.L1)
        fits = home.account.prepaid
        return Prepaid(
            account_no, fits, home.balance if fits else None, self.now() if fits else None, home.cut_off,
            Decimal("20.00"), Decimal("10.00") if fits else Decimal(0), tuple(home.purchases),
        )  # fmt: skip

    async def issue_invoice(self, who: Subject, account_no: str, draft: InvoiceDraft, key: str) -> Invoice:
        home = self._own("issue_invoice", who, account_no, Level.L3)
        bill = next((each for each in home.bills if each.month == draft.month), None)
        if bill is None or not bill.paid:
            raise BadData("refused", "unpaid" if bill else "month")
        title = draft.title if draft.title_kind == "firm" else home.holder_name
        kept = self.invoices.get((account_no, draft.month))
        if kept and kept.title != title:
            raise BadData("issued to another title", "issued")

        def effect() -> Invoice:
            invoice = kept or Invoice(
                f"{draft.month.replace('-', '')}0001", draft.month, bill.amount, title, "", self.now(), True
            )
            invoice = replace(invoice, sent_to_masked=masked(draft.send_to), created=kept is None)
            self.invoices[account_no, draft.month] = invoice
            return invoice

        return self._once(key, draft, effect)

    async def contacts(self, who: Subject, account_no: str) -> tuple[AccountPhone, ...]:
        home = self._own("contacts", who, account_no, Level.L1)
        own = AccountPhone(masked(home.phone), True, True)
        bound = (AccountPhone(masked(p), False, n) for p, n in self.phones.get(account_no, {}).items())
        return (own, *bound)

    async def bind_phone(
        self, who: Subject, account_no: str, phone: str, notices: bool, key: str
    ) -> AccountPhone:
        home = self._own("bind_phone", who, account_no, Level.L3)

        def effect() -> AccountPhone:
            if phone != home.phone:
                self.phones.setdefault(account_no, {})[phone] = notices
            return AccountPhone(masked(phone), phone == home.phone, notices)

        return self._once(key, (phone, notices), effect)

    async def release_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        home = self._own("release_phone", who, account_no, Level.L3)
        if phone == home.phone:
            raise BadData("the holder's own", "on_file")
        if phone not in self.phones.get(account_no, {}):
            raise NotFound("phone")

        def effect() -> AccountPhone:
            del self.phones[account_no][phone]
            return AccountPhone(masked(phone), False, False)

        return self._once(key, phone, effect)

    async def change_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        home = self._own("change_phone", who, account_no, Level.L3)

        def effect() -> AccountPhone:
            home.phone = phone
            return AccountPhone(masked(phone), True, True)

        return self._once(key, phone, effect)

    async def rate(self, who: Subject, rating: Rating, key: str) -> None:
        self._enter("rate")
        self._once(key, rating, lambda: self.ratings.append(rating))
