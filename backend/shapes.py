"""What travels over HTTP: the dataclasses of the ports as JSON (docs/protocols.md). Decimals are strings, times +08:00."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _printable(text: str) -> str:
    """Without control characters (PostgreSQL refuses NUL); line breaks stay."""
    return "".join(each for each in text if each >= " " or each == "\n").strip()


Short = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Long = Annotated[str, Field(max_length=4000), AfterValidator(_printable)]
Name = Annotated[str, Field(max_length=100, pattern=r"^[\w.:-]*$")]
AccountNo = Annotated[str, Field(pattern=r"^[0-9]{10,13}$", examples=["0100000000017"])]


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Request(BaseModel):
    """Unknown fields are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class TariffRef(Shape):
    id: str = Field(examples=["residential"])
    version: str
    source: str
    verified: bool


class Account(Shape):
    account_no: str = Field(examples=["0100000000017"])
    holder_masked: str = Field(examples=["王*英"])
    address_masked: str = Field(examples=["临河区金川小区******"])
    county: str
    price_class: str
    phone_masked: str = Field(examples=["138****0017"])
    prepaid: bool
    flags: list[str]


class Balance(Shape):
    account_no: str
    amount: Decimal = Field(examples=["52.30"])
    as_of: datetime
    penalty: Decimal
    price_class: str
    prepaid: bool


class TierLine(Shape):
    tier: int
    kwh: Decimal = Field(examples=["170.00"])
    price: Decimal = Field(examples=["0.415"])
    amount: Decimal = Field(examples=["70.55"])


class Adjustment(Shape):
    kind: Literal["penalty", "refund", "back_billing", "subsidy"]
    amount: Decimal
    note: str = ""


class Bill(Shape):
    account_no: str
    month: str = Field(examples=["2026-10"])
    first_day: date
    last_day: date
    opening_reading: Decimal
    closing_reading: Decimal
    multiplier: Decimal
    kwh: Decimal = Field(examples=["268.00"])
    lines: list[TierLine]
    adjustments: list[Adjustment]
    amount: Decimal = Field(examples=["118.12"])
    paid: bool
    price_class: str
    estimated: bool
    tariff: TariffRef


class Arrears(Shape):
    account_no: str
    months: list[str]
    principal: Decimal
    penalty: Decimal
    due_since: date | None
    cut_off: bool
    cut_after: date | None


class TierStatus(Shape):
    account_no: str
    month: str
    tier: int
    price: Decimal
    used_kwh: Decimal
    left_kwh: Decimal | None
    next_price: Decimal | None
    bounds: list[Decimal]
    prices: list[Decimal]
    as_of: date
    tariff: TariffRef


class DailyUsage(Shape):
    day: date
    kwh: Decimal | None


class Payment(Shape):
    paid_at: datetime
    amount: Decimal = Field(examples=["118.12"])
    channel: str = Field(examples=["微信"])
    month: str = Field(examples=["2026-10"])


class TimeOfUse(Shape):
    account_no: str
    month: str = Field(examples=["2026-10"])
    kwh: dict[str, Decimal] = Field(examples=[{"peak": "112.00", "flat": "88.00", "valley": "68.00"}])
    prices: dict[str, Decimal]
    tariff: TariffRef | None


class Purchase(Shape):
    bought_at: datetime
    amount: Decimal = Field(examples=["100.00"])
    channel: str
    state: Literal["delivered", "pending", "failed"]


class Prepaid(Shape):
    account_no: str
    prepaid: bool
    meter_balance: Decimal | None
    read_at: datetime | None
    switch_open: bool
    warn_below: Decimal
    emergency: Decimal
    purchases: list[Purchase]


class Invoice(Shape):
    invoice_no: str
    month: str
    amount: Decimal
    title: str
    sent_to_masked: str = Field(examples=["138****0017"])
    issued_at: datetime
    created: bool


class Contact(Shape):
    phone_masked: str = Field(examples=["138****0017"])
    on_file: bool
    notices: bool


class Outage(Shape):
    id: str
    kind: str = Field(examples=["fault"])
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
    transformers: list[str]
    certainty: str = Field(examples=["suspected", "confirmed"])


class NetworkDevice(Shape):
    id: str
    kind: str = Field(examples=["switch", "transformer", "meter"])
    parent: str | None
    name: str
    kva: int | None
    telemetry: bool
    valid_from: datetime | None
    valid_until: datetime | None
    cut_off: bool = Field(description="A meter that is off for arrears")


class HeardFault(Shape):
    number: int
    order_no: str
    at: datetime
    places: list[str] = Field(description="Its meter, or the transformers its address means")


class Finding(Shape):
    """An outage that was found in the network, as it is believed now. stage: suspected, confirmed, restoring, verified,
    withdrawn, merged."""

    id: str
    device: str
    stage: str
    since: datetime
    homes: int
    transformers: list[str]
    crew: bool = Field(description="Sure enough to send one")
    orders: list[str] = Field(description="Reports it explains")
    partial: bool = Field(
        False, description="Only part of its one transformer is dark: told to nobody else there"
    )
    into: str | None = Field(None, description="The outage it went into")


class Place(Shape):
    county: str
    name: str
    transformers: list[str]
    town: str = ""


class Located(Shape):
    places: list[Place]


class SupplyState(Shape):
    account_no: str
    cut_for_arrears: bool
    meter_online: bool | None
    neighbours_silent: float | None
    outages: list[Outage]
    flags: list[str]


class NearbyReports(Shape):
    reports: int
    within_minutes: int
    place: str


class Step(Shape):
    state: str
    at: datetime
    note: str


class Order(Shape):
    order_no: str = Field(examples=["202611230200001"])
    kind: str
    business: str
    state: str
    urgency: Literal["normal", "urgent"]
    created_at: datetime
    steps: list[Step]
    department: str
    commitment: str | None
    due_at: datetime | None
    next_step: str | None
    crew: str | None
    urges: int
    outage_id: str | None
    account_no_masked: str | None
    title: str


class FaultReceipt(Shape):
    order: Order
    created: bool
    outage: Outage | None


class ApplicationReceipt(Shape):
    order: Order
    missing_documents: list[str]


class Hall(Shape):
    name: str
    county: str
    address: str
    hours: str
    phone: str
    services: list[str]
    verified: bool


class Notice(Shape):
    id: str
    kind: str = Field(examples=["hall"])
    county: str | None
    text: str
    valid_from: datetime
    valid_until: datetime


class FaultReport(Request):
    phenomenon: Literal[
        "household", "area", "partial", "voltage", "meter", "indoor", "charger", "damage", "danger"
    ]
    description: Long = Field(examples=["家里没电了，邻居有电"])
    address: Short | None = Field(None, examples=["临河区金川小区5号楼2单元301"])
    account_no: AccountNo | None = None
    scope: Name | None = Field(None, examples=["household"])
    hazard: Name | None = None
    contact_name: Short | None = None
    phone: Short | None = None
    occurred_at: Short | None = None
    neighbours_lit: bool | None = None
    urgent: bool = False
    channel: Short = ""
    conversation: Short = ""
    attachments: list[Short] = Field(default_factory=list, max_length=20)


class FaultChanges(Request):
    """What became known later; a field left out stays as it is."""

    address: Short | None = None
    phone: Short | None = None
    contact_name: Short | None = None
    description: Long | None = None
    hazard: Name | None = None


class ApplicationDraft(Request):
    business: Name = Field(examples=["apply_ev_charger"])
    contact_name: Short
    phone: Short
    address: Short | None = None
    account_no: AccountNo | None = None
    details: dict[Name, Long] = Field(default_factory=dict, max_length=50)
    documents: list[Short] = Field(default_factory=list, max_length=50)
    channel: Short = ""
    conversation: Short = ""
    attachments: list[Short] = Field(default_factory=list, max_length=20)


class VoiceDraft(Request):
    kind: Literal["complaint", "report", "suggestion", "praise"]
    content: Long
    category: Name | None = None
    occurred_at: Short | None = None
    place: Short | None = None
    account_no: AccountNo | None = None
    person: Short | None = None
    wish: Long | None = None
    contact_name: Short | None = None
    phone: Short | None = None
    confidential: bool = False
    about_order: Name | None = None
    channel: Short = ""
    conversation: Short = ""
    attachments: list[Short] = Field(default_factory=list, max_length=20)


Mobile = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$", examples=["13800000017"])]
EMAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,}"


class InvoiceDraft(Request):
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")
    title_kind: Literal["person", "firm"]
    send_to: str = Field(pattern=rf"^(1[3-9][0-9]{{9}}|{EMAIL})$")
    title: Short = ""
    tax_no: str = Field("", pattern=r"^([0-9A-Z]{15,20})?$")


class PhoneBinding(Request):
    phone: Mobile
    notices: bool = True


class PhoneChange(Request):
    phone: Mobile


class Rating(Request):
    score: int = Field(ge=1, le=5)
    words: Long = ""
    about_order: Name | None = None
    channel: Short = ""
    conversation: Short = ""


class RatingKept(Shape):
    score: int


class Words(Request):
    words: Long = Field("", examples=["怎么还没人来"])


Item = Annotated[str, Field(pattern="^(holder_name|address|meter_no|phone_tail)$")]


class MatchRequest(Request):
    account_no: Short
    items: dict[Item, Short]


class IdentityMatch(Shape):
    matched: list[str]


class AccountQuestion(Request):
    account_no: Short


class HolderQuestion(Request):
    holder_name: Short
    address: Short


class AccountAnswer(Shape):
    account_no: str | None


class OnFile(Shape):
    holder: str
    address: str
    phone: str | None


class OnFileAnswer(Shape):
    on_file: OnFile | None


class PhoneAnswer(Shape):
    phone: str | None


class PhoneQuestion(Request):
    phone: Short


class AccountsAnswer(Shape):
    accounts: list[str]


class Problem(Shape):
    """RFC 9457 problem details."""

    type: str = Field(examples=["https://gridcare.invalid/problems/not-found"])
    title: str
    status: int
    detail: str | None = None
    field: str | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its documentation."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": "problem", "content": content} for status in statuses}
