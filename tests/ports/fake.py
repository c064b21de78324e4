"""A company in memory: the same ports as the real adapter, with state that tests set up and look at.

    fake = FakeCompany(household("0100000000123", kwh=(192, 203, 268)))
    company = fake.company                      # the Company to hand to actions or the gateway
    fake.down = True                            # every call raises Unavailable …
    fake.failing["report_fault"] = Unavailable("…")   # … or one of them does
    assert fake.faults == [...]                 # what was asked for, in order

It keeps the rules of tests/ports/contract.py: identity levels, ownership, keys, dedupe, the urge pause.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from bot.ports.billing import (
    Account,
    Adjustment,
    Arrears,
    Balance,
    Bill,
    DailyUsage,
    Payment,
    TariffRef,
    TierLine,
    TierStatus,
)
from bot.ports.company import Company
from bot.ports.directory import Hall, Notice
from bot.ports.errors import BadData, Conflict, NotAllowed, NotFound, Unavailable
from bot.ports.identity import Level, Subject
from bot.ports.orders import (
    ApplicationDraft,
    ApplicationReceipt,
    FaultReceipt,
    FaultReport,
    Order,
    Step,
    VoiceDraft,
)
from bot.ports.outages import Located, NearbyReports, Outage, Place, SupplyState
from bot.ports.services import Purchase
from bot.ports.verification import IdentityMatch, OnFile
from tests.ports.fake_network import FakeNetwork
from tests.ports.fake_services import FakeServices

CHINA = timezone(timedelta(hours=8))
TARIFF = TariffRef("residential", "test", "made up for tests", verified=False)
TIERS = ((Decimal(170), Decimal("0.415")), (Decimal(260), Decimal("0.465")), (None, Decimal("0.715")))
CENT = Decimal("0.01")
ATTACHED = {"household", "area", "partial"}  # faults that a known outage explains
CLOSED = {"archived", "withdrawn", "rejected"}

T = TypeVar("T")


def subject(
    level: Level | str = Level.L0, *accounts: str, conversation: str = "c-test", token: str = "test"
) -> Subject:
    """The subject of a conversation: `subject("L2", "0100000000123")`."""
    return Subject(token=token, level=Level(level), accounts=accounts, conversation=conversation)


def tier_lines(kwh: Decimal) -> tuple[TierLine, ...]:
    """The lines of a residential month under the tariff of these tests."""
    lines, floor = [], Decimal(0)
    for tier, (bound, price) in enumerate(TIERS, 1):
        part = (kwh if bound is None else min(kwh, bound)) - floor
        if part > 0 or tier == 1:
            lines.append(TierLine(tier, part, price, (part * price).quantize(CENT, ROUND_HALF_UP)))
        floor = bound or floor
    return tuple(lines)


def bill(
    account_no: str,
    month: str,
    kwh: Decimal | int,
    *adjustments: Adjustment,
    opening: Decimal | int = 0,
    paid: bool = True,
    estimated: bool = False,
    days: tuple[date, date] | None = None,
    price_class: str = "residential",
) -> Bill:
    """A bill that adds up; `days` defaults to the whole calendar month."""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    first, last = days or (first, last)
    lines = tier_lines(Decimal(kwh))
    amount = sum((line.amount for line in lines), Decimal(0)) + sum(extra.amount for extra in adjustments)
    return Bill(
        account_no=account_no, month=month, first_day=first, last_day=last,
        opening_reading=Decimal(opening), closing_reading=Decimal(opening) + Decimal(kwh),
        multiplier=Decimal(1), kwh=Decimal(kwh), lines=lines, adjustments=adjustments, amount=amount,
        paid=paid, price_class=price_class, estimated=estimated, tariff=TARIFF,
    )  # fmt: skip


@dataclass
class Household:
    """One customer of the fake; every part may be replaced in a test."""

    account: Account
    holder_name: str
    address: str
    meter_no: str
    phone: str
    bills: list[Bill] = field(default_factory=list)
    balance: Decimal = Decimal("52.30")
    penalty: Decimal = Decimal("0.00")
    arrears_months: tuple[str, ...] = ()
    due_since: date | None = None
    cut_after: date | None = None
    cut_off: bool = False
    used_kwh: Decimal = Decimal("120.50")
    usage: dict[date, Decimal | None] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    meter_online: bool | None = True
    neighbours_silent: float | None = 0.0
    transformer: str = "T1"
    urban: bool = True
    periods: dict[str, Decimal] = field(default_factory=dict)
    purchases: list[Purchase] = field(default_factory=list)


def household(
    account_no: str = "0100000000123",
    *,
    holder_name: str = "王秀英",
    county: str = "临河区",
    address: str = "临河区金川小区5号楼2单元301",
    phone: str = "13800000001",
    meter_no: str = "150000000123",
    kwh: tuple[int, ...] = (192, 203, 216, 241, 268, 294, 192, 203, 216, 241, 192, 268),
    last_month: str = "2026-10",
    flags: tuple[str, ...] = (),
    prepaid: bool = False,
    **state: Any,
) -> Household:
    """A household with one bill per entry of `kwh`, the newest last; `state` sets fields of Household."""
    account = Account(
        account_no=account_no, holder_masked=f"{holder_name[0]}*{holder_name[-1]}",
        address_masked=address[: address.find("区", 3) + 1 or 6] + "******", county=county,
        price_class="residential", phone_masked=f"{phone[:3]}****{phone[-4:]}", prepaid=prepaid, flags=flags,
    )  # fmt: skip
    months = list(itertools.islice(_months_before(last_month), len(kwh)))[::-1]
    bills, reading = [], Decimal(1000)
    for month, used in zip(months, kwh, strict=True):
        bills.append(bill(account_no, month, used, opening=reading))
        reading += used
    return Household(account, holder_name, address, meter_no, phone, bills, **state)


def _months_before(month: str) -> Iterator[str]:
    first = date.fromisoformat(f"{month}-01")
    while True:
        yield f"{first:%Y-%m}"
        first = (first - timedelta(days=1)).replace(day=1)


def outage(**changes: Any) -> Outage:
    """An active fault outage of transformer T1 in 临河区; override any field."""
    now = datetime.now(CHINA).replace(microsecond=0)
    values: dict[str, Any] = {
        "id": "O1", "kind": "fault", "cause": "10千伏线路跳闸", "area": "金川小区", "county": "临河区", "status": "active",
        "starts_at": now - timedelta(minutes=40), "eta": now + timedelta(hours=2), "eta_source": "crew", "households": 86,
        "progress": "抢修人员正在查找故障点", "crew": "临河抢修一班", "next_update_at": now + timedelta(minutes=30),
        "feeder": "912金川线", "transformers": ("T1",),
    }  # fmt: skip
    return Outage(**{**values, **changes})


@dataclass
class Filed:
    """An order and who may see it."""

    order: Order
    account_no: str | None
    conversations: set[str]
    report: FaultReport | None = None
    urged_at: datetime | None = None


class FakeCompany(FakeServices, FakeNetwork):
    """Implements every port over plain attributes; see the module docstring."""

    def __init__(
        self,
        *households: Household,
        outages: tuple[Outage, ...] = (),
        places: tuple[Place, ...] = (Place("临河区", "金川小区", ("T1",)),),
        halls: tuple[Hall, ...] = (),
        notices: tuple[Notice, ...] = (),
        documents: dict[str, tuple[str, ...]] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(CHINA),
    ) -> None:
        FakeServices.__init__(self)
        FakeNetwork.__init__(self)
        self.households = {each.account.account_no: each for each in households}
        self.neighbours_reports = 0
        self.known_outages, self.places, self.hall_list = list(outages), list(places), list(halls)
        self.documents, self.notice_list = documents or {}, list(notices)
        self.now = now
        self.down = False
        self.failing: dict[str, Exception] = {}
        self.calls: list[str] = []
        self.faults: list[FaultReport] = []
        self.amendments: list[tuple[str, dict[str, str]]] = []
        self.applications: list[ApplicationDraft] = []
        self.voices: list[VoiceDraft] = []
        self.urges: list[tuple[str, str]] = []
        self.withdrawals: list[tuple[str, str]] = []
        self.filed: dict[str, Filed] = {}
        self._kept: dict[str, tuple[object, Any]] = {}

    @property
    def company(self) -> Company:
        """Everything plugged together."""
        return Company(self, self, self, self, self, self, self)

    # Billing
    async def account(self, who: Subject, account_no: str) -> Account:
        return self._own("account", who, account_no, Level.L1).account

    async def balance(self, who: Subject, account_no: str) -> Balance:
        home = self._own("balance", who, account_no, Level.L1)
        return Balance(
            account_no, home.balance, self.now(), home.penalty, home.account.price_class, home.account.prepaid
        )

    async def bill(self, who: Subject, account_no: str, month: str | None = None) -> Bill:
        home = self._own("bill", who, account_no, Level.L2)
        return _one(each for each in reversed(home.bills) if month in (None, each.month))

    async def bills(self, who: Subject, account_no: str, months: int = 12) -> tuple[Bill, ...]:
        return tuple(self._own("bills", who, account_no, Level.L2).bills[-months:])

    async def arrears(self, who: Subject, account_no: str) -> Arrears:
        home = self._own("arrears", who, account_no, Level.L2)
        owed = sum((each.amount for each in home.bills if each.month in home.arrears_months), Decimal("0.00"))
        return Arrears(
            account_no, home.arrears_months, owed, home.penalty, home.due_since, home.cut_off, home.cut_after
        )

    async def tier(self, who: Subject, account_no: str) -> TierStatus:
        home = self._own("tier", who, account_no, Level.L1)
        bounds = tuple(bound for bound, _ in TIERS if bound is not None)
        prices = tuple(price for _, price in TIERS)
        index = sum(home.used_kwh > bound for bound in bounds)
        last = index == len(bounds)
        today = self.now().date()
        return TierStatus(
            account_no, f"{today:%Y-%m}", index + 1, prices[index], home.used_kwh,
            None if last else bounds[index] - home.used_kwh, None if last else prices[index + 1],
            bounds, prices, today - timedelta(days=1), TARIFF,
        )  # fmt: skip

    async def usage(self, who: Subject, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        home = self._own("usage", who, account_no, Level.L1)
        return tuple(DailyUsage(day, kwh) for day, kwh in sorted(home.usage.items()) if first <= day <= last)

    async def payments(self, who: Subject, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        home = self._own("payments", who, account_no, Level.L2)
        booked = (each for each in home.payments if first <= each.paid_at.date() <= last)
        return tuple(sorted(booked, key=lambda each: each.paid_at, reverse=True))

    # Outages
    async def supply_state(self, who: Subject, account_no: str) -> SupplyState:
        home = self._own("supply_state", who, account_no, Level.L1)
        return SupplyState(
            account_no, home.cut_off, home.meter_online, home.neighbours_silent,
            tuple(each for each in self.known_outages if home.transformer in each.transformers),
            home.account.flags,
        )  # fmt: skip

    async def reports_near(self, who: Subject, account_no: str) -> NearbyReports:
        self._own("reports_near", who, account_no, Level.L1)
        return NearbyReports(self.neighbours_reports, 60, "金川小区")

    async def locate(self, address: str) -> Located:
        self._enter("locate")
        named = [each for each in self.places if each.name in address]
        in_county = [each for each in named if each.county in address]
        in_town = [each for each in in_county or named if each.town and each.town in address]
        return Located(tuple(in_town or in_county or named))

    async def in_area(
        self, county: str | None, place: str | None, first: date | None = None, last: date | None = None
    ) -> tuple[Outage, ...]:
        self._enter("in_area")
        return tuple(
            each
            for each in self.known_outages
            if county in (None, each.county)
            and (place is None or place in each.area)
            and each.status in ("announced", "active")
            and (last is None or each.starts_at.date() <= last)
            and (first is None or (each.eta or each.starts_at).date() >= first or each.status == "active")
        )

    # Orders
    async def report_fault(self, who: Subject, report: FaultReport, key: str) -> FaultReceipt:
        self._enter("report_fault")
        if not (report.address or report.account_no or report.hazard or report.phenomenon == "danger"):
            raise BadData("an address or an account is needed", "address")
        return self._once(key, report, lambda: self._report(who, report))

    async def amend_fault(self, who: Subject, order_no: str, changes: dict[str, str], key: str) -> Order:
        self._enter("amend_fault")
        filed = self._visible(who, order_no)

        def amend() -> Order:
            self.amendments.append((order_no, dict(changes)))
            return filed.order

        return self._once(key, (order_no, changes), amend)

    async def apply(self, who: Subject, draft: ApplicationDraft, key: str) -> ApplicationReceipt:
        self._enter("apply")
        missing = tuple(d for d in self.documents.get(draft.business, ()) if d not in draft.documents)

        def effect() -> ApplicationReceipt:
            self.applications.append(draft)
            filed = self._file(
                "application", draft.business, _owned(who, draft.account_no), _speaker(who, draft.conversation),
                state="waiting_documents" if missing else "accepted", department="营销",
                commitment="new_connection_residential", due=None if missing else timedelta(days=7),
            )  # fmt: skip
            return ApplicationReceipt(filed.order, missing)

        return self._once(key, draft, effect)

    async def voice(self, who: Subject, draft: VoiceDraft, key: str) -> Order:
        self._enter("voice")

        def effect() -> Order:
            self.voices.append(draft)
            return self._file(
                draft.kind, draft.category or draft.kind, _owned(who, draft.account_no),
                _speaker(who, draft.conversation), commitment="complaint_contact", due=timedelta(hours=24),
            ).order  # fmt: skip

        return self._once(key, draft, effect)

    async def order(self, who: Subject, order_no: str) -> Order:
        self._enter("order")
        return self._visible(who, order_no).order

    async def open_orders(
        self, who: Subject, account_no: str | None = None, conversation: str | None = None
    ) -> tuple[Order, ...]:
        self._enter("open_orders")
        if account_no is not None:
            self._own("open_orders", who, account_no, Level.L1)
        return tuple(
            filed.order
            for filed in reversed(self.filed.values())
            if filed.order.state not in CLOSED
            and _may_see(who, filed)
            and account_no in (None, filed.account_no)
            and (conversation is None or conversation in filed.conversations)
        )

    async def urge(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        self._enter("urge")
        filed = self._visible(who, order_no)

        def effect() -> Order:
            if filed.urged_at and self.now() - filed.urged_at < timedelta(minutes=5):
                raise BadData("urged a moment ago", "too_soon")
            filed.urged_at = self.now()
            self.urges.append((order_no, words))
            filed.order = replace(filed.order, urges=filed.order.urges + 1)
            return filed.order

        return self._once(key, (order_no, words), effect)

    async def withdraw(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        self._enter("withdraw")
        filed = self._visible(who, order_no)

        def effect() -> Order:
            self.withdrawals.append((order_no, words))
            step = Step(filed.order.state, self.now(), "withdrawal")
            filed.order = replace(filed.order, steps=(*filed.order.steps, step))
            return filed.order

        return self._once(key, (order_no, words), effect)

    def advance(self, order_no: str, state: str) -> Order:
        """Move an order on, as the company's people would."""
        filed = self.filed[order_no]
        steps = (*filed.order.steps, Step(state, self.now()))
        filed.order = replace(filed.order, state=state, steps=steps)
        return filed.order

    # Directory and verification
    async def halls(self, county: str | None = None) -> tuple[Hall, ...]:
        self._enter("halls")
        return tuple(each for each in self.hall_list if county in (None, each.county))

    async def notices(self, county: str | None = None) -> tuple[Notice, ...]:
        self._enter("notices")
        now = self.now()
        valid = (each for each in self.notice_list if each.valid_from <= now < each.valid_until)
        return tuple(each for each in valid if county is None or each.county in (None, county))

    async def match(self, account_no: str, items: dict[str, str]) -> IdentityMatch:
        self._enter("match")
        home = self.households.get(account_no)
        if home is None:
            return IdentityMatch(())
        facts = {
            "holder_name": home.holder_name,
            "address": home.address,
            "meter_no": home.meter_no,
            "phone_tail": home.phone[-4:],
        }
        return IdentityMatch(tuple(name for name, said in items.items() if facts.get(name) == said))

    async def account_at(self, holder_name: str, address: str) -> str | None:
        self._enter("account_at")
        found = [
            number
            for number, home in self.households.items()
            if (home.holder_name, home.address) == (holder_name, address)
        ]
        return found[0] if len(found) == 1 else None

    async def phone_on_file(self, account_no: str) -> str | None:
        self._enter("phone_on_file")
        home = self.households.get(account_no)
        return home.phone if home else None

    async def on_file(self, account_no: str) -> OnFile | None:
        self._enter("on_file")
        home = self.households.get(account_no)
        return OnFile(home.holder_name, home.address, home.phone) if home else None

    async def accounts_of_phone(self, phone: str) -> tuple[str, ...]:
        self._enter("accounts_of_phone")
        return tuple(
            number
            for number, home in self.households.items()
            if home.phone == phone or phone in self.phones.get(number, {})
        )

    def _enter(self, call: str) -> None:
        self.calls.append(call)
        if self.down:
            raise Unavailable("the company is down")
        if call in self.failing:
            raise self.failing[call]

    def _own(self, call: str, who: Subject, account_no: str, needed: Level) -> Household:
        self._enter(call)
        if not who.level.covers(needed):
            raise NotAllowed(f"needs {needed.value}")
        if account_no not in who.accounts or account_no not in self.households:
            raise NotFound("account")
        return self.households[account_no]

    def _visible(self, who: Subject, order_no: str) -> Filed:
        return _one(each for no, each in self.filed.items() if no == order_no and _may_see(who, each))

    def _once(self, key: str, request: object, effect: Callable[[], T]) -> T:
        if key in self._kept:
            before, result = self._kept[key]
            if before != request:
                raise Conflict("the key belongs to another request")
            return result  # type: ignore[no-any-return]
        result = effect()
        self._kept[key] = (request, result)
        return result

    def _report(self, who: Subject, report: FaultReport) -> FaultReceipt:
        self.faults.append(report)
        speaker = _speaker(who, report.conversation)
        danger = bool(report.hazard) or report.phenomenon == "danger"
        same = self._same_fault(who, report)
        if same:
            same.conversations.add(speaker)
            return FaultReceipt(same.order, created=False)
        event = None if danger else self._outage_of(who, report)
        filed = self._file(
            "danger" if danger else "fault", report.phenomenon, _owned(who, report.account_no), speaker,
            urgency="urgent" if danger or report.urgent else "normal", department="抢修", crew="临河抢修一班",
            state="dispatched", commitment=None if event else "fault_arrival_urban",
            due=None if event else timedelta(minutes=45), outage_id=event.id if event else None,
        )  # fmt: skip
        filed.report = report
        return FaultReceipt(filed.order, created=event is None, outage=event)

    def _same_fault(self, who: Subject, report: FaultReport) -> Filed | None:
        return next(
            (
                each
                for each in self.filed.values()
                if each.report
                and each.order.state not in CLOSED
                and each.report.phenomenon == report.phenomenon
                and (
                    (_owned(who, report.account_no) is not None and each.account_no == report.account_no)
                    or (report.address is not None and each.report.address == report.address)
                )
            ),
            None,
        )

    def _outage_of(self, who: Subject, report: FaultReport) -> Outage | None:
        if report.phenomenon not in ATTACHED:
            return None
        own = _owned(who, report.account_no)
        home = self.households.get(own) if own else None
        lines = {home.transformer} if home else set()
        if not lines and report.address:
            named = [each for each in self.places if each.name in report.address]
            lines = set(named[0].transformers) if len(named) == 1 else set()
        active = (each for each in self.known_outages if each.status == "active")
        return next((each for each in active if lines and lines <= set(each.transformers)), None)

    def _file(
        self, kind: str, business: str, account_no: str | None, speaker: str, *, state: str = "accepted",
        urgency: str = "normal", department: str = "客服", commitment: str | None = None,
        due: timedelta | None = None, crew: str | None = None, outage_id: str | None = None,
    ) -> Filed:  # fmt: skip
        now = self.now()
        number = f"{now:%Y%m%d}02{len(self.filed) + 1:05d}"
        order = Order(
            order_no=number, kind=kind, business=business, state=state, urgency=urgency, created_at=now,
            steps=(Step(state, now),), department=department, commitment=commitment,
            due_at=now + due if due else None, next_step=None, crew=crew, urges=0, outage_id=outage_id,
            account_no_masked=f"{account_no[:2]}*******{account_no[-4:]}" if account_no else None, title=business,
        )  # fmt: skip
        self.filed[number] = Filed(order, account_no, {speaker})
        return self.filed[number]


def _speaker(who: Subject, said: str) -> str:
    return who.conversation or said


def _owned(who: Subject, account_no: str | None) -> str | None:
    """An account merely told may be anyone's: only one vouched for is used."""
    return account_no if who.level.covers(Level.L1) and account_no in who.accounts else None


def _may_see(who: Subject, filed: Filed) -> bool:
    owner = who.level.covers(Level.L1) and filed.account_no in who.accounts
    return owner or (bool(who.conversation) and who.conversation in filed.conversations)


def _one(found: Iterator[T]) -> T:
    """The first of what was found, or NotFound."""
    for each in found:
        return each
    raise NotFound("nothing this subject may see")
