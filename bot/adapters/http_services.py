"""The services of bot/ports/services.py over HTTP (docs/protocols.md, Backend)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.adapters.bulkhead import Bulkhead, path
from bot.ports.identity import Subject
from bot.ports.services import AccountPhone, Invoice, InvoiceDraft, Prepaid, Rating, TimeOfUse


class HttpServices:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def time_of_use(self, who: Subject, account_no: str, month: str | None = None) -> TimeOfUse:
        return await self._bulkhead.get(
            TimeOfUse, path("accounts", account_no, "time-of-use"), who, month=month
        )

    async def prepaid(self, who: Subject, account_no: str) -> Prepaid:
        return await self._bulkhead.get(Prepaid, path("accounts", account_no, "prepaid"), who)

    async def issue_invoice(self, who: Subject, account_no: str, draft: InvoiceDraft, key: str) -> Invoice:
        return await self._bulkhead.write(
            Invoice, "POST", path("accounts", account_no, "invoices"), who, key, asdict(draft)
        )

    async def contacts(self, who: Subject, account_no: str) -> tuple[AccountPhone, ...]:
        return await self._bulkhead.get(
            tuple[AccountPhone, ...], path("accounts", account_no, "contacts"), who
        )

    async def bind_phone(
        self, who: Subject, account_no: str, phone: str, notices: bool, key: str
    ) -> AccountPhone:
        body = {"phone": phone, "notices": notices}
        return await self._contact(who, key, body, "accounts", account_no, "contacts")

    async def release_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        return await self._contact(who, key, {"phone": phone}, "accounts", account_no, "contacts", "release")

    async def change_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        return await self._contact(who, key, {"phone": phone}, "accounts", account_no, "phone")

    async def _contact(self, who: Subject, key: str, body: dict[str, Any], *where: str) -> AccountPhone:
        return await self._bulkhead.write(AccountPhone, "POST", path(*where), who, key, body)

    async def rate(self, who: Subject, rating: Rating, key: str) -> None:
        await self._bulkhead.write(dict[str, int], "POST", path("ratings"), who, key, asdict(rating))
