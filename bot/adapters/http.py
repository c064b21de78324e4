"""The company's systems over HTTP (docs/protocols.md, Backend): every port of bot/ports.

    async with connect() as company:
        balance = await company.billing.balance(who, "0100000000123")

Four bulkheads (bot/adapters/bulkhead.py) keep billing, outages, orders and the network apart. Nothing connects before the first call. One
HttpCompany belongs to one running event loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import date

import httpx

from bot.adapters.bulkhead import Bulkhead, CompanyAddress, path
from bot.adapters.http_network import HttpNetwork
from bot.adapters.http_services import HttpServices
from bot.ports.billing import Account, Arrears, Balance, Bill, DailyUsage, Payment, TierStatus
from bot.ports.company import Company
from bot.ports.directory import Hall, Notice
from bot.ports.identity import Subject
from bot.ports.orders import (
    ApplicationDraft,
    ApplicationReceipt,
    FaultReceipt,
    FaultReport,
    Order,
    VoiceDraft,
)
from bot.ports.outages import Located, NearbyReports, Outage, SupplyState
from bot.ports.verification import IdentityMatch, OnFile


class HttpBilling:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def account(self, who: Subject, account_no: str) -> Account:
        return await self._bulkhead.get(Account, path("accounts", account_no), who)

    async def balance(self, who: Subject, account_no: str) -> Balance:
        return await self._bulkhead.get(Balance, path("accounts", account_no, "balance"), who)

    async def bill(self, who: Subject, account_no: str, month: str | None = None) -> Bill:
        return await self._bulkhead.get(Bill, path("accounts", account_no, "bills", month or "latest"), who)

    async def bills(self, who: Subject, account_no: str, months: int = 12) -> tuple[Bill, ...]:
        return await self._bulkhead.get(
            tuple[Bill, ...], path("accounts", account_no, "bills"), who, months=months
        )

    async def arrears(self, who: Subject, account_no: str) -> Arrears:
        return await self._bulkhead.get(Arrears, path("accounts", account_no, "arrears"), who)

    async def tier(self, who: Subject, account_no: str) -> TierStatus:
        return await self._bulkhead.get(TierStatus, path("accounts", account_no, "tier"), who)

    async def usage(self, who: Subject, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        where = path("accounts", account_no, "usage")
        return await self._bulkhead.get(tuple[DailyUsage, ...], where, who, first=first, last=last)

    async def payments(self, who: Subject, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        where = path("accounts", account_no, "payments")
        return await self._bulkhead.get(tuple[Payment, ...], where, who, first=first, last=last)


class HttpOutages:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def supply_state(self, who: Subject, account_no: str) -> SupplyState:
        return await self._bulkhead.get(SupplyState, path("accounts", account_no, "supply"), who)

    async def reports_near(self, who: Subject, account_no: str) -> NearbyReports:
        return await self._bulkhead.get(NearbyReports, path("accounts", account_no, "reports-near"), who)

    async def locate(self, address: str) -> Located:
        return await self._bulkhead.get(Located, path("places"), address=address)

    async def in_area(
        self, county: str | None, place: str | None, first: date | None = None, last: date | None = None
    ) -> tuple[Outage, ...]:
        return await self._bulkhead.get(
            tuple[Outage, ...], path("outages"), county=county, place=place, first=first, last=last
        )


class HttpOrders:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def report_fault(self, who: Subject, report: FaultReport, key: str) -> FaultReceipt:
        return await self._bulkhead.write(FaultReceipt, "POST", path("faults"), who, key, asdict(report))

    async def amend_fault(self, who: Subject, order_no: str, changes: dict[str, str], key: str) -> Order:
        return await self._bulkhead.write(Order, "PATCH", path("faults", order_no), who, key, changes)

    async def apply(self, who: Subject, draft: ApplicationDraft, key: str) -> ApplicationReceipt:
        return await self._bulkhead.write(
            ApplicationReceipt, "POST", path("applications"), who, key, asdict(draft)
        )

    async def voice(self, who: Subject, draft: VoiceDraft, key: str) -> Order:
        return await self._bulkhead.write(Order, "POST", path("voices"), who, key, asdict(draft))

    async def order(self, who: Subject, order_no: str) -> Order:
        return await self._bulkhead.get(Order, path("orders", order_no), who)

    async def open_orders(
        self, who: Subject, account_no: str | None = None, conversation: str | None = None
    ) -> tuple[Order, ...]:
        return await self._bulkhead.get(
            tuple[Order, ...], path("orders"), who, account_no=account_no, conversation=conversation
        )

    async def urge(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        where = path("orders", order_no, "urges")
        return await self._bulkhead.write(Order, "POST", where, who, key, {"words": words})

    async def withdraw(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        where = path("orders", order_no, "withdrawal")
        return await self._bulkhead.write(Order, "POST", where, who, key, {"words": words})


class HttpDirectory:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def halls(self, county: str | None = None) -> tuple[Hall, ...]:
        return await self._bulkhead.get(tuple[Hall, ...], path("halls"), county=county)

    async def notices(self, county: str | None = None) -> tuple[Notice, ...]:
        return await self._bulkhead.get(tuple[Notice, ...], path("notices"), county=county)


class HttpVerification:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def match(self, account_no: str, items: dict[str, str]) -> IdentityMatch:
        body = {"account_no": account_no, "items": items}
        return await self._bulkhead.ask(IdentityMatch, path("verification", "match"), body)

    async def account_at(self, holder_name: str, address: str) -> str | None:
        body = {"holder_name": holder_name, "address": address}
        answer = await self._bulkhead.ask(dict[str, str | None], path("verification", "account"), body)
        return answer.get("account_no")

    async def phone_on_file(self, account_no: str) -> str | None:
        answer = await self._bulkhead.ask(
            dict[str, str | None], path("verification", "phone"), {"account_no": account_no}
        )
        return answer.get("phone")

    async def on_file(self, account_no: str) -> OnFile | None:
        found = await self._bulkhead.ask(
            dict[str, OnFile | None], path("verification", "on-file"), {"account_no": account_no}
        )
        return found.get("on_file")

    async def accounts_of_phone(self, phone: str) -> tuple[str, ...]:
        answer = await self._bulkhead.ask(
            dict[str, tuple[str, ...]], path("verification", "accounts"), {"phone": phone}
        )
        return answer.get("accounts", ())


@dataclass(frozen=True)
class HttpCompany(Company):
    """A company connected over HTTP."""

    bulkheads: tuple[Bulkhead, ...] = ()

    def ahead(self) -> float | None:
        seen = [each.ahead for each in self.bulkheads if each.ahead]
        return max(seen, key=lambda each: each.seen).seconds if seen else None

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:
            for each in self.bulkheads:
                stack.push_async_callback(each.aclose)


def connect(
    address: CompanyAddress | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.time,
) -> HttpCompany:
    """All ports over HTTP, at the address in the environment when none is given. `transport` replaces the network in
    tests. Raises pydantic's ValidationError for an address that is none."""
    where = address or CompanyAddress()  # type: ignore[call-arg]  # from the environment
    billing, outages, orders, network = (
        Bulkhead(name, where, transport, clock) for name in ("billing", "outages", "orders", "network")
    )
    return HttpCompany(
        HttpBilling(billing),
        HttpOutages(outages),
        HttpOrders(orders),
        HttpDirectory(outages),
        HttpVerification(billing),
        HttpServices(billing),
        HttpNetwork(network),
        (billing, outages, orders, network),
    )
