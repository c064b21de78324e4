"""What GridCare asks of the company's systems: typed values, protocols, and one error tree.

Every adapter implements these protocols and passes tests/company/contract.py. Values are frozen; money and
energy are `Decimal` (yuan with two places, kWh), times are timezone-aware. Reads that show customer data take
the `Subject` who asks; the company's system checks again that this subject may see the account. Writes take an
idempotency key: the same key with the same body gives the first result again.

    CompanyError
    ├── Unavailable   no answer in time, connection refused, 5xx, breaker open: try later, tell the truth
    ├── NotFound      no such account, order or month, or not visible for this subject (never told apart)
    ├── NotAllowed    the subject's identity level is too low for this
    ├── Conflict      the same key is in flight, or was used with another body
    └── BadData       the request was refused as invalid, or the answer was not what was agreed
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.company.services import Services


class CompanyError(Exception):
    """Anything that keeps a company system from doing what was asked."""


class Unavailable(CompanyError):
    """No usable answer now; the request may or may not have taken effect."""


class NotFound(CompanyError):
    """No such thing, or nothing this subject may see."""


class NotAllowed(CompanyError):
    """The subject's identity level is too low."""


class Conflict(CompanyError):
    """The idempotency key is in flight or belongs to another request."""


class BadData(CompanyError):
    """The request or the answer breaks the agreed shape. `field` names the culprit where known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Level(str, Enum):
    """How sure we are who speaks (docs/security-and-privacy.md). Ordered: L0 < L1 < … < L4."""

    L0 = "L0"  # nobody known
    L1 = "L1"  # bound contact, or account number and one matching item
    L2 = "L2"  # two of holder name, account or meter number, address, asked openly
    L3 = "L3"  # app login, or SMS code to the number on file
    L4 = "L4"  # identity card checked by a person

    def covers(self, needed: Level) -> bool:
        """True when this level is at least `needed`."""
        return self.value >= needed.value


@dataclass(frozen=True)
class Subject:
    """Who asks: the gateway's signed assertion and what it says. `token` goes to the company system as it is."""

    token: str = ""
    level: Level = Level.L0
    accounts: tuple[str, ...] = ()
    conversation: str = ""


@dataclass(frozen=True)
class TariffRef:
    """Where a price comes from. An unverified one is worded 一般/通常."""

    id: str
    version: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Account:
    """An account as a customer may see it; names and addresses are masked by the company system.

    `price_class` is the key of its tariff in data/region/<region>/tariffs.yml, here and in Bill and Balance."""

    account_no: str
    holder_masked: str
    address_masked: str
    county: str
    price_class: str
    phone_masked: str
    prepaid: bool
    flags: tuple[str, ...] = ()  # elder, important, life_support, low_income …


@dataclass(frozen=True)
class Balance:
    account_no: str
    amount: Decimal
    as_of: datetime
    penalty: Decimal
    price_class: str
    prepaid: bool


@dataclass(frozen=True)
class TierLine:
    """One tier of a bill: `amount` = kwh × price, rounded so that all lines add up to the energy charge."""

    tier: int
    kwh: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Adjustment:
    """A signed amount beside the energy charge. kind: penalty, refund, back_billing, subsidy."""

    kind: str
    amount: Decimal
    note: str = ""


@dataclass(frozen=True)
class Bill:
    """One month. amount = Σ lines.amount + Σ adjustments.amount, to the cent."""

    account_no: str
    month: str  # YYYY-MM
    first_day: date
    last_day: date
    opening_reading: Decimal
    closing_reading: Decimal
    multiplier: Decimal
    kwh: Decimal
    lines: tuple[TierLine, ...]
    adjustments: tuple[Adjustment, ...]
    amount: Decimal
    paid: bool
    price_class: str
    estimated: bool
    tariff: TariffRef


@dataclass(frozen=True)
class Arrears:
    """Unpaid months, oldest first. `cut_after` is the earliest lawful day of a cut, None when none is due."""

    account_no: str
    months: tuple[str, ...]
    principal: Decimal
    penalty: Decimal
    due_since: date | None
    cut_off: bool
    cut_after: date | None


@dataclass(frozen=True)
class TierStatus:
    """Where the current billing period stands. `left_kwh` and `next_price` are None in the last tier."""

    account_no: str
    month: str
    tier: int
    price: Decimal
    used_kwh: Decimal
    left_kwh: Decimal | None
    next_price: Decimal | None
    bounds: tuple[Decimal, ...]
    prices: tuple[Decimal, ...]
    as_of: date
    tariff: TariffRef


@dataclass(frozen=True)
class DailyUsage:
    """kWh of one day; None where the meter gave no reading or an impossible (negative) one."""

    day: date
    kwh: Decimal | None


@dataclass(frozen=True)
class Payment:
    """Money the company has booked. `channel` is the company's own word for it, `month` the bill it paid (YYYY-MM)."""

    paid_at: datetime
    amount: Decimal
    channel: str
    month: str


@dataclass(frozen=True)
class Outage:
    """A planned or fault outage. `eta` is None when nobody has given one: then none may be said.

    kind: planned, temporary, fault, capacity, arrears, orderly. status: announced, active, restored, cancelled.
    eta_source: schedule, crew, estimate."""

    id: str
    kind: str
    cause: str
    area: str
    county: str
    status: str
    starts_at: datetime
    eta: datetime | None
    eta_source: str | None
    households: int
    progress: str
    crew: str | None
    next_update_at: datetime | None
    feeder: str
    transformers: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A place of the supply area that an address text may mean."""

    county: str
    name: str
    transformers: tuple[str, ...]


@dataclass(frozen=True)
class Located:
    """What an address text means: exactly one place, several to choose from, or none."""

    places: tuple[Place, ...]

    @property
    def certain(self) -> bool:
        return len(self.places) == 1


@dataclass(frozen=True)
class SupplyState:
    """What the systems know about the power of one account, for the checks before a crew is sent.

    meter_online: remote reading answered, None = not asked or no answer. neighbours_silent: share of meters on
    the same transformer that do not answer, 0..1, None = unknown."""

    account_no: str
    cut_for_arrears: bool
    meter_online: bool | None
    neighbours_silent: float | None
    outages: tuple[Outage, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NearbyReports:
    """How many other households on the same transformer reported a fault in the last minutes, and where."""

    reports: int
    within_minutes: int
    place: str


@dataclass(frozen=True)
class OnFile:
    """What is kept of an account's holder, unmasked: for an agent who has given his reason."""

    holder: str
    address: str
    phone: str | None


@dataclass(frozen=True)
class Step:
    """One state an order went through. `state` is a name of OrderState; `note` may be empty."""

    state: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Order:
    """A work order, application, complaint or other voice, as shown in a progress answer.

    kind: fault, danger, application, complaint, report, suggestion, praise, meter_test, other.
    state: accepted, dispatched, crew_accepted, contacted, arrived, repairing, restored, answered, called_back,
    archived, waiting_documents, survey, plan, works, energized, withdrawn, rejected.
    `next_step` is the state that comes next (a state name, None at the end); the words for it are the dialogue's.
    `due_at` is the end of the clock now running (`commitment` names it in data/region), None when none runs."""

    order_no: str
    kind: str
    business: str
    state: str
    urgency: str  # normal, urgent
    created_at: datetime
    steps: tuple[Step, ...]
    department: str
    commitment: str | None
    due_at: datetime | None
    next_step: str | None
    crew: str | None
    urges: int
    outage_id: str | None = None
    account_no_masked: str | None = None
    title: str = ""


@dataclass(frozen=True)
class FaultReport:
    """A fault as the customer told it. Address or account, never neither; no account is no ground to refuse.

    A danger (phenomenon danger, or any hazard) waits for neither: it may be amended later. An account that is not
    among the subject's is kept as told, and nothing is looked up by it."""

    phenomenon: str  # household, area, partial, voltage, meter, indoor, charger, damage, danger
    description: str
    address: str | None = None
    account_no: str | None = None
    scope: str | None = None  # household, building, community, village, street
    hazard: str | None = None
    contact_name: str | None = None
    phone: str | None = None
    occurred_at: str | None = None
    neighbours_lit: bool | None = None
    urgent: bool = False
    channel: str = ""
    conversation: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class FaultReceipt:
    """`created` is False when the report joined an existing order (same household and fault, or known outage)."""

    order: Order
    created: bool
    outage: Outage | None = None


@dataclass(frozen=True)
class ApplicationDraft:
    """A business application. `business` is the intent name (apply_pv …); `details` its slots; `documents` those
    the customer says are at hand."""

    business: str
    contact_name: str
    phone: str
    address: str | None = None
    account_no: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    channel: str = ""
    conversation: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApplicationReceipt:
    order: Order
    missing_documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class VoiceDraft:
    """A complaint, report of a violation, suggestion or praise.

    kind: complaint, report, suggestion, praise. category: service, business, outage, quality, construction;
    for a report theft or integrity. A complaint that fails the three-point test comes as a suggestion."""

    kind: str
    content: str
    category: str | None = None
    occurred_at: str | None = None
    place: str | None = None
    account_no: str | None = None
    person: str | None = None
    wish: str | None = None
    contact_name: str | None = None
    phone: str | None = None
    confidential: bool = False
    about_order: str | None = None
    channel: str = ""
    conversation: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hall:
    name: str
    county: str
    address: str
    hours: str
    phone: str
    services: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class Notice:
    """A public notice. kind: hall, supply, payment. A county of None means everywhere."""

    id: str
    kind: str
    county: str | None
    text: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class IdentityMatch:
    """Which of the offered items fit the account. Unknown accounts give `matched=()` just the same."""

    matched: tuple[str, ...]  # of: holder_name, address, meter_no, phone_tail


class Billing(Protocol):
    async def account(self, who: Subject, account_no: str) -> Account: ...
    async def balance(self, who: Subject, account_no: str) -> Balance: ...
    async def bill(self, who: Subject, account_no: str, month: str | None = None) -> Bill:
        """The bill of a month (YYYY-MM), or the latest one."""
        ...

    async def bills(self, who: Subject, account_no: str, months: int = 12) -> tuple[Bill, ...]:
        """The last `months` bills, oldest first."""
        ...

    async def arrears(self, who: Subject, account_no: str) -> Arrears: ...
    async def tier(self, who: Subject, account_no: str) -> TierStatus: ...
    async def usage(self, who: Subject, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        """Daily kWh, both days included, oldest first."""
        ...

    async def payments(self, who: Subject, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        """What was booked, both days included, newest first."""
        ...


class Outages(Protocol):
    async def supply_state(self, who: Subject, account_no: str) -> SupplyState: ...
    async def reports_near(self, who: Subject, account_no: str) -> NearbyReports: ...
    async def locate(self, address: str) -> Located: ...
    async def in_area(
        self, county: str | None, place: str | None, first: date | None = None, last: date | None = None
    ) -> tuple[Outage, ...]:
        """Announced and active outages of a place, or of a county; between two days when given."""
        ...


class Orders(Protocol):
    async def report_fault(self, who: Subject, report: FaultReport, key: str) -> FaultReceipt: ...
    async def amend_fault(self, who: Subject, order_no: str, changes: dict[str, str], key: str) -> Order:
        """Add what became known later (address, phone, contact_name, description, hazard).

        Needs the subject who placed the order or an account it belongs to, like `order`."""
        ...

    async def apply(self, who: Subject, draft: ApplicationDraft, key: str) -> ApplicationReceipt: ...
    async def voice(self, who: Subject, draft: VoiceDraft, key: str) -> Order: ...
    async def order(self, who: Subject, order_no: str) -> Order:
        """One order by its number; needs the subject who placed it or an account it belongs to."""
        ...

    async def open_orders(
        self, who: Subject, account_no: str | None = None, conversation: str | None = None
    ) -> tuple[Order, ...]:
        """Orders not yet archived, newest first."""
        ...

    async def urge(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        """Press an order. Refused as BadData(field='too_soon') inside the trade's pause."""
        ...

    async def withdraw(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        """Log the wish to take an order back. The order stays open until a person has confirmed it."""
        ...


class Directory(Protocol):
    async def halls(self, county: str | None = None) -> tuple[Hall, ...]: ...
    async def notices(self, county: str | None = None) -> tuple[Notice, ...]:
        """Notices valid now: those of the county and those for everywhere; all without a county."""
        ...


class Verification(Protocol):
    """Used by the gateway alone, which holds the identity level."""

    async def match(self, account_no: str, items: dict[str, str]) -> IdentityMatch: ...
    async def account_at(self, holder_name: str, address: str) -> str | None:
        """The one account of that holder at that address; None when there is none, or more than one."""
        ...

    async def phone_on_file(self, account_no: str) -> str | None:
        """The full number for an SMS code; None when there is none or no such account."""
        ...

    async def on_file(self, account_no: str) -> OnFile | None:
        """What an agent may see after the reason was recorded; None when there is no such account."""
        ...

    async def accounts_of_phone(self, phone: str) -> tuple[str, ...]:
        """Accounts whose number on file this is."""
        ...


@dataclass(frozen=True)
class Company:
    """All ports of one company, plugged together."""

    billing: Billing
    outages: Outages
    orders: Orders
    directory: Directory
    verification: Verification
    services: Services
