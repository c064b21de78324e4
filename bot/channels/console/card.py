"""What the company's systems know about the customer of a conversation, masked, for an agent's screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from bot.ports.company import Company
from bot.ports.errors import CompanyError
from bot.ports.identity import Subject
from bot.ports.orders import Order
from bot.ports.outages import Outage

T = TypeVar("T")
_PATIENCE = 3.0
_ACCOUNTS = 3
_BILLS = 6


class Card:
    """Asks everything at once; what does not answer is named in `problems` and the rest is shown."""

    def __init__(self, company: Company, parts: Mapping[str, str], down: str) -> None:
        self._company = company
        self._parts = parts
        self._down = down

    async def of(self, who: Subject) -> dict[str, Any]:
        """customer, accounts, bills, orders, outage, neighbours and problems of the Detail."""
        problems: list[str] = []
        names = who.accounts[:_ACCOUNTS]

        async def tried(part: str, work: Awaitable[T]) -> T | None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await work
            except (CompanyError, TimeoutError):
                problems.append(self._down.format(what=self._parts[part]))
                return None

        billing, company = self._company.billing, self._company
        first = names[0] if names else None
        accounts, bills, orders, supply, near = await asyncio.gather(
            asyncio.gather(*(self._account(who, each, tried) for each in names)),
            tried("bills", billing.bills(who, first, _BILLS)) if first else _nothing(),
            tried("orders", company.orders.open_orders(who, conversation=who.conversation)),
            tried("supply", company.outages.supply_state(who, first)) if first else _nothing(),
            tried("supply", company.outages.reports_near(who, first)) if first else _nothing(),
        )
        known = [each for each in accounts if each]
        owner = known[0] if known else {}
        return {
            "customer": {
                "name_masked": owner.get("name", ""), "phone_masked": owner.get("phone", ""),
                "account_masked": owner.get("account_masked", ""), "address_masked": owner.get("address_masked", ""),
                "level": who.level.value, "revealable": ["name", "phone", "account", "address"] if first else [],
            },
            "accounts": [{key: each[key] for key in _SHOWN} for each in known],
            "bills": [{"month": b.month, "kwh": f"{b.kwh:g}", "yuan": f"{b.amount:.2f}"} for b in (bills or ())[::-1]],
            "orders": [order(each) for each in orders or ()],
            "outage": outage(supply.outages[0]) if supply and supply.outages else None,
            "neighbours": vars(near) if near and near.reports else None,
            "problems": list(dict.fromkeys(problems)),
        }  # fmt: skip

    async def _account(self, who: Subject, number: str, tried: Any) -> dict[str, Any] | None:
        billing = self._company.billing
        account, balance, arrears, tier = await asyncio.gather(
            tried("account", billing.account(who, number)), tried("balance", billing.balance(who, number)),
            tried("balance", billing.arrears(who, number)), tried("balance", billing.tier(who, number)),
        )  # fmt: skip
        if account is None:
            return None
        owed = arrears.principal + arrears.penalty if arrears else None
        return {
            "name": account.holder_masked, "phone": account.phone_masked, "account_masked": masked(number),
            "address_masked": account.address_masked, "balance": f"{balance.amount:.2f}" if balance else None,
            "arrears": f"{owed:.2f}" if owed else None, "tier": str(tier.tier) if tier else None,
        }  # fmt: skip

    async def clear(self, who: Subject, field: str) -> str | None:
        """An unmasked value, None when there is none. The caller has asked for the reason and recorded it."""
        if not who.accounts:
            return None
        kept = await self._company.verification.on_file(who.accounts[0])
        if kept is None:
            return None
        return {
            "account": who.accounts[0],
            "name": kept.holder,
            "address": kept.address,
            "phone": kept.phone,
        }[field]


_SHOWN = ("account_masked", "address_masked", "balance", "arrears", "tier")


async def _nothing() -> None:
    return None


def masked(number: str) -> str:
    """01*******0017."""
    return number[:2] + "*" * (len(number) - 6) + number[-4:]


def order(each: Order) -> dict[str, Any]:
    return {
        "order_no": each.order_no, "kind": each.kind, "title": each.title or each.business, "state": each.state,
        "due_at": each.due_at.isoformat() if each.due_at else None, "editable": each.next_step is not None,
    }  # fmt: skip


def outage(each: Outage) -> dict[str, Any]:
    return {
        "id": each.id, "cause": each.cause, "area": each.area, "starts_at": each.starts_at.isoformat(),
        "eta": each.eta.isoformat() if each.eta else None, "progress": each.progress,
    }  # fmt: skip
