"""What else is asked of the company's systems about one account: peak and valley, prepaid meters, invoices, the phones
that belong to it, and how the service was. Errors, subjects and keys are those of the other ports.

Levels: L1 for what is only read, L3 for what changes something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.ports.billing import TariffRef
from bot.ports.identity import Subject


@dataclass(frozen=True)
class TimeOfUse:
    """A month's kWh by period: sharp, peak, flat, valley, deep_valley.

    `prices` are yuan per kWh of the time-of-use tariff this account could have, empty when there is none for its
    class; `tariff` says where they come from."""

    account_no: str
    month: str
    kwh: Mapping[str, Decimal]
    prices: Mapping[str, Decimal]
    tariff: TariffRef | None


@dataclass(frozen=True)
class Purchase:
    """Money paid for a prepaid meter. state: delivered (in the meter), pending (on its way), failed."""

    bought_at: datetime
    amount: Decimal
    channel: str
    state: str


@dataclass(frozen=True)
class Prepaid:
    """A prepaid meter: its own balance when it was last read, its switch, and purchases, newest first.

    emergency: credit the meter still gives after the money is used up; zero when it has been used or there is none.
    `meter_balance`, `read_at` and the purchases are empty for an account without a prepaid meter."""

    account_no: str
    prepaid: bool
    meter_balance: Decimal | None
    read_at: datetime | None
    switch_open: bool
    warn_below: Decimal
    emergency: Decimal
    purchases: tuple[Purchase, ...]


@dataclass(frozen=True)
class InvoiceDraft:
    """title_kind: person, firm; a firm gives title and tax_no. `send_to` is an e-mail address or a mobile number."""

    month: str
    title_kind: str
    send_to: str
    title: str = ""
    tax_no: str = ""


@dataclass(frozen=True)
class Invoice:
    """`created` is False when the invoice of that month existed already and is sent again."""

    invoice_no: str
    month: str
    amount: Decimal
    title: str
    sent_to_masked: str
    issued_at: datetime
    created: bool


@dataclass(frozen=True)
class AccountPhone:
    """A phone that belongs to an account; `on_file` is the holder's own. `notices`: outage notices go there."""

    phone_masked: str
    on_file: bool
    notices: bool


@dataclass(frozen=True)
class Rating:
    """How content a customer is, 1 (not at all) to 5, with his words."""

    score: int
    words: str = ""
    about_order: str | None = None
    channel: str = ""
    conversation: str = ""


class Services(Protocol):
    async def time_of_use(self, who: Subject, account_no: str, month: str | None = None) -> TimeOfUse:
        """The split of a billed month (YYYY-MM), or of the latest."""
        ...

    async def prepaid(self, who: Subject, account_no: str) -> Prepaid: ...
    async def issue_invoice(self, who: Subject, account_no: str, draft: InvoiceDraft, key: str) -> Invoice:
        """Refused as BadData: field `month` without a bill, `unpaid`, `issued` when it went to another title."""
        ...

    async def contacts(self, who: Subject, account_no: str) -> tuple[AccountPhone, ...]: ...
    async def bind_phone(
        self, who: Subject, account_no: str, phone: str, notices: bool, key: str
    ) -> AccountPhone: ...
    async def release_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        """NotFound for a phone that is not bound; the holder's own is refused as BadData(field='on_file')."""
        ...

    async def change_phone(self, who: Subject, account_no: str, phone: str, key: str) -> AccountPhone:
        """The holder's own number becomes another one, for all accounts of the holder."""
        ...

    async def rate(self, who: Subject, rating: Rating, key: str) -> None: ...


@dataclass(frozen=True)
class PhoneChange:
    """A change of the phones of an account. change: bind (with outage notices), release, change (the holder's own)."""

    account_no: str
    phone: str
    change: str


async def carry_out(services: Services, who: Subject, work: PhoneChange, key: str) -> AccountPhone:
    """Make a change of phones. Raises what the port raises; TypeError for a change that is none."""
    match work.change:
        case "bind":
            return await services.bind_phone(who, work.account_no, work.phone, True, key)
        case "change":
            return await services.change_phone(who, work.account_no, work.phone, key)
        case "release":
            return await services.release_phone(who, work.account_no, work.phone, key)
    raise TypeError(work.change)
