"""The services of bot/company/services.py over HTTP (docs/protocols.md, Backend)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.company.line import Line, path
from bot.company.ports import Subject
from bot.company.services import Contact, Invoice, InvoiceDraft, Prepaid, Rating, TimeOfUse


class HttpServices:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def time_of_use(self, who: Subject, account_no: str, month: str | None = None) -> TimeOfUse:
        return await self._line.get(TimeOfUse, path("accounts", account_no, "time-of-use"), who, month=month)

    async def prepaid(self, who: Subject, account_no: str) -> Prepaid:
        return await self._line.get(Prepaid, path("accounts", account_no, "prepaid"), who)

    async def issue_invoice(self, who: Subject, account_no: str, draft: InvoiceDraft, key: str) -> Invoice:
        return await self._line.write(
            Invoice, "POST", path("accounts", account_no, "invoices"), who, key, asdict(draft)
        )

    async def contacts(self, who: Subject, account_no: str) -> tuple[Contact, ...]:
        return await self._line.get(tuple[Contact, ...], path("accounts", account_no, "contacts"), who)

    async def bind_phone(self, who: Subject, account_no: str, phone: str, notices: bool, key: str) -> Contact:
        body = {"phone": phone, "notices": notices}
        return await self._contact(who, key, body, "accounts", account_no, "contacts")

    async def release_phone(self, who: Subject, account_no: str, phone: str, key: str) -> Contact:
        return await self._contact(who, key, {"phone": phone}, "accounts", account_no, "contacts", "release")

    async def change_phone(self, who: Subject, account_no: str, phone: str, key: str) -> Contact:
        return await self._contact(who, key, {"phone": phone}, "accounts", account_no, "phone")

    async def _contact(self, who: Subject, key: str, body: dict[str, Any], *where: str) -> Contact:
        return await self._line.write(Contact, "POST", path(*where), who, key, body)

    async def rate(self, who: Subject, rating: Rating, key: str) -> None:
        await self._line.write(dict[str, int], "POST", path("ratings"), who, key, asdict(rating))
