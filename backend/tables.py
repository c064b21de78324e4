"""The company's data: grid, customers, bills, outages, orders. Amounts and kWh have two places, times are aware."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from backend.clocks import CHINA


class Fixed(TypeDecorator[Decimal]):
    """A number with two places, kept as a whole number of hundredths: exact and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Instant(TypeDecorator[datetime]):
    """A point in time, kept in UTC and given in China's time."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC).astimezone(CHINA)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way to declare it
        Decimal: Fixed,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: String(200),
    }


class PlaceRow(Base):
    """A village or a community; `area` decides the arrival clock."""

    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)
    county: Mapped[str]
    town: Mapped[str]
    name: Mapped[str]
    area: Mapped[str]


class SubstationRow(Base):
    __tablename__ = "substations"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    county: Mapped[str]


class FeederRow(Base):
    __tablename__ = "feeders"
    id: Mapped[int] = mapped_column(primary_key=True)
    substation_id: Mapped[int] = mapped_column(ForeignKey("substations.id"))
    name: Mapped[str]


class TransformerRow(Base):
    """A 台区: the smallest part of the grid an outage is told for."""

    __tablename__ = "transformers"
    id: Mapped[str] = mapped_column(primary_key=True)
    feeder_id: Mapped[int] = mapped_column(ForeignKey("feeders.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    name: Mapped[str]


class DeviceRow(Base):
    """Where a device of the network hung from `valid_from` until `valid_until` (None: as far as is known). kind:
    substation, feeder, switch, fuse, transformer, branch, meter; a transformer has its own id, a meter its number."""

    __tablename__ = "devices"
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    parent: Mapped[str | None]
    name: Mapped[str]
    kva: Mapped[int | None]
    telemetry: Mapped[bool]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]


class CustomerRow(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(index=True)


class AccountRow(Base):
    """A 户号. `flags`: elder, important, life_support, low_income. `credit` is money paid and not yet used."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_no: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    address: Mapped[str]
    price_class: Mapped[str]
    prepaid: Mapped[bool]
    credit: Mapped[Decimal]
    cut_off: Mapped[bool]
    flags: Mapped[list[Any]]
    customer: Mapped[CustomerRow] = relationship()
    place: Mapped[PlaceRow] = relationship()
    meter: Mapped[MeterRow] = relationship(back_populates="account")


class MeterRow(Base):
    """`online`: whether the last remote reading was answered; None when it was not asked."""

    __tablename__ = "meters"
    id: Mapped[int] = mapped_column(primary_key=True)
    meter_no: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    transformer_id: Mapped[str] = mapped_column(ForeignKey("transformers.id"), index=True)
    multiplier: Mapped[int]
    online: Mapped[bool | None]
    account: Mapped[AccountRow] = relationship(back_populates="meter")


class BillRow(Base):
    """A month as it was billed. `lines` and `adjustments` are part of the document and never asked for alone."""

    __tablename__ = "bills"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    opening_reading: Mapped[Decimal]
    closing_reading: Mapped[Decimal]
    multiplier: Mapped[int]
    kwh: Mapped[Decimal]
    lines: Mapped[list[Any]]
    adjustments: Mapped[list[Any]]
    amount: Mapped[Decimal]
    due_on: Mapped[date]
    paid_on: Mapped[date | None]
    tariff_id: Mapped[str]
    tariff_version: Mapped[str]
    estimated: Mapped[bool]
    periods: Mapped[list[Any]] = mapped_column(default=list)


class PaymentRow(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    paid_at: Mapped[datetime]
    amount: Mapped[Decimal]
    channel: Mapped[str]
    month: Mapped[str] = mapped_column(String(7))


class PrepaidMeterRow(Base):
    """What the meter itself showed when it was last read. `emergency`: credit it still gives after that."""

    __tablename__ = "prepaid_meters"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    balance: Mapped[Decimal]
    read_at: Mapped[datetime]
    switch_open: Mapped[bool]
    emergency: Mapped[Decimal]


class PurchaseRow(Base):
    """Money for a prepaid meter. state: delivered, pending, failed."""

    __tablename__ = "purchases"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    bought_at: Mapped[datetime]
    amount: Mapped[Decimal]
    channel: Mapped[str]
    state: Mapped[str]


class InvoiceRow(Base):
    """The one invoice of a month; `send_to` is where it went last."""

    __tablename__ = "invoices"
    invoice_no: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[Decimal]
    title: Mapped[str]
    tax_no: Mapped[str]
    send_to: Mapped[str]
    issued_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("account_id", "month"),)


class PhoneRow(Base):
    """A further phone that belongs to an account, beside the holder's own; `notices`: outage notices go there."""

    __tablename__ = "phones"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(index=True)
    notices: Mapped[bool]
    since: Mapped[datetime]
    __table_args__ = (UniqueConstraint("account_id", "phone"),)


class RatingRow(Base):
    """How content a customer was, 1 to 5."""

    __tablename__ = "ratings"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    score: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    about_order: Mapped[str | None]
    channel: Mapped[str]


class DailyUsageRow(Base):
    """As the meter reported it: missing and even negative values do occur."""

    __tablename__ = "daily_usage"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kwh: Mapped[Decimal | None]


class CrewRow(Base):
    """kind: repair, metering, charger. A county of None stands ready for all."""

    __tablename__ = "crews"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    county: Mapped[str | None]
    kind: Mapped[str]


class OutageRow(Base):
    """An outage as told to the public; an announced one is the public notice itself. `certainty` is suspected or
    confirmed; `device` is the open one where the outage was found and not entered."""

    __tablename__ = "outages"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cause: Mapped[str]
    area: Mapped[str]
    county: Mapped[str] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(index=True)
    announced_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    eta: Mapped[datetime | None]
    eta_source: Mapped[str | None]
    households: Mapped[int]
    progress: Mapped[str]
    crew: Mapped[str | None]
    next_update_at: Mapped[datetime | None]
    feeder: Mapped[str]
    certainty: Mapped[str] = mapped_column(default="confirmed")
    device: Mapped[str | None]
    hit: Mapped[list[OutageTransformerRow]] = relationship(order_by="OutageTransformerRow.transformer_id")


class OutageTransformerRow(Base):
    __tablename__ = "outage_transformers"
    outage_id: Mapped[str] = mapped_column(ForeignKey("outages.id"), primary_key=True)
    transformer_id: Mapped[str] = mapped_column(ForeignKey("transformers.id"), primary_key=True, index=True)


class HallRow(Base):
    """A service hall, from the region's halls.yml at seeding."""

    __tablename__ = "halls"
    name: Mapped[str] = mapped_column(primary_key=True)
    county: Mapped[str] = mapped_column(index=True)
    address: Mapped[str]
    hours: Mapped[str]
    phone: Mapped[str]
    services: Mapped[list[Any]]
    verified: Mapped[bool]


class NoticeRow(Base):
    """A public notice, shown between two moments. kind: hall, supply, payment. A county of None means everywhere."""

    __tablename__ = "notices"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    county: Mapped[str | None] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]


class WorkOrderRow(Base):
    """Faults, applications and voices alike. `conversation` placed it; `address_key` serves the business dedupe."""

    __tablename__ = "work_orders"
    order_no: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    business: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    open: Mapped[bool]
    urgency: Mapped[str]
    created_at: Mapped[datetime]
    department: Mapped[str]
    area: Mapped[str]
    commitment: Mapped[str | None]
    due_at: Mapped[datetime | None]
    crew: Mapped[str | None]
    outage_id: Mapped[str | None] = mapped_column(ForeignKey("outages.id"))
    account_no: Mapped[str | None] = mapped_column(index=True)
    conversation: Mapped[str] = mapped_column(index=True)
    address_key: Mapped[str | None] = mapped_column(index=True)
    urges: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None]
    steps: Mapped[list[OrderStepRow]] = relationship(order_by="OrderStepRow.id")
    __table_args__ = (Index("ix_work_orders_open", "open", "crew"),)


class OrderStepRow(Base):
    __tablename__ = "order_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(ForeignKey("work_orders.order_no"), index=True)
    state: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class OrderNoteRow(Base):
    """What was said about an order later. kind: urge, withdrawal, amendment."""

    __tablename__ = "order_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(ForeignKey("work_orders.order_no"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)


class FaultReportRow(Base):
    """One telling of a fault; several may belong to one order."""

    __tablename__ = "fault_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(ForeignKey("work_orders.order_no"), index=True)
    conversation: Mapped[str] = mapped_column(index=True)
    received_at: Mapped[datetime]
    told: Mapped[dict[str, Any]]


class ApplicationRow(Base):
    __tablename__ = "applications"
    order_no: Mapped[str] = mapped_column(ForeignKey("work_orders.order_no"), primary_key=True)
    told: Mapped[dict[str, Any]]
    missing_documents: Mapped[list[Any]]


class VoiceRow(Base):
    __tablename__ = "voices"
    order_no: Mapped[str] = mapped_column(ForeignKey("work_orders.order_no"), primary_key=True)
    confidential: Mapped[bool]
    told: Mapped[dict[str, Any]]


class IdempotencyKeyRow(Base):
    """The answer that was given to a key, kept in the transaction of its effect."""

    __tablename__ = "idempotency_keys"
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class CounterRow(Base):
    """The last number given out under a name."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
