"""Work orders: fault reports, applications, complaints and other voices, and how they get on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.ports.identity import Subject
from bot.ports.outages import Outage


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
