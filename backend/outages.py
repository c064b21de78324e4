"""Outages as the public sees them, and what the systems know about the power of one account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select
from sqlalchemy.orm import Session

from backend import addresses, clocks, shapes
from backend.clocks import CHINA
from backend.tables import (
    Account,
    FaultReport,
    Meter,
    Outage,
    OutageTransformer,
    Place,
    Transformer,
    WorkOrder,
)

PUBLIC = ("announced", "active")
NEAR = timedelta(hours=1)


def wire(outage: Outage) -> shapes.Outage:
    """An outage as it is sent: an announced one becomes active at its hour, and an estimate that has passed is none."""
    columns = {key: getattr(outage, key) for key in shapes.Outage.model_fields if key != "transformers"}
    sent = shapes.Outage(**columns, transformers=[each.transformer_id for each in outage.hit])
    if is_active(outage):
        sent.status = "active"
    if outage.eta and outage.eta < clocks.now():
        sent.eta = sent.eta_source = None
    return sent


def is_active(outage: Outage) -> bool:
    """Whether the power is off now."""
    return outage.status == "active" or (outage.status == "announced" and outage.starts_at <= clocks.now())


def known() -> ColumnElement[bool]:
    """Outages to come or going on, as a condition; a planned one ends by its schedule."""
    over = and_(Outage.status == "announced", Outage.eta < clocks.now())
    return and_(Outage.status.in_(PUBLIC), not_(func.coalesce(over, false())))


def of_transformers(session: Session, ids: Iterable[str]) -> list[Outage]:
    """Known outages that hit any of these transformers, the earliest first."""
    hit = select(OutageTransformer.outage_id).where(OutageTransformer.transformer_id.in_(list(ids)))
    return list(session.scalars(select(Outage).where(Outage.id.in_(hit), known()).order_by(Outage.starts_at)))


def explaining(session: Session, transformers: tuple[str, ...]) -> Outage | None:
    """The active outage that hits all of these transformers; half a village dark does not explain a house in it."""
    active = (each for each in of_transformers(session, transformers) if is_active(each))
    return next(
        (each for each in active if set(transformers) <= {hit.transformer_id for hit in each.hit}), None
    )


def in_area(
    session: Session, county: str | None, place: str | None, first: date | None, last: date | None
) -> list[Outage]:
    """Announced and active outages of a place or county, touching the days between `first` and `last`."""
    query = select(Outage).where(known()).order_by(Outage.starts_at)
    if county:
        query = query.where(Outage.county == county)
    if place:
        named = or_(Place.name.contains(addresses.stem(place), autoescape=True), Place.town == place)
        at = select(OutageTransformer.outage_id).join(Transformer).join(Place).where(named)
        query = query.where(or_(Outage.id.in_(at), Outage.area.contains(place, autoescape=True)))
    if last:
        query = query.where(Outage.starts_at < _midnight(last) + timedelta(days=1))
    if first:
        still = or_(Outage.eta.is_(None), Outage.eta >= _midnight(first), Outage.status == "active")
        query = query.where(still)
    return list(session.scalars(query))


def supply_state(session: Session, account: Account) -> shapes.SupplyState:
    """Arrears cut, meter, neighbours and known outages of an account."""
    meter = account.meter
    return shapes.SupplyState(
        account_no=account.account_no,
        cut_for_arrears=account.cut_off,
        meter_online=meter.online,
        neighbours_silent=_silent(session, meter),
        outages=[wire(each) for each in of_transformers(session, [meter.transformer_id])],
        flags=account.flags,
    )


def reports_near(session: Session, account: Account) -> shapes.NearbyReports:
    """Households of the same place, other than this one, that told of a fault in the last hour."""
    since = clocks.now() - NEAR
    query = (
        select(func.count(func.distinct(FaultReport.conversation)))
        .join(WorkOrder, WorkOrder.order_no == FaultReport.order_no)
        .where(
            WorkOrder.kind == "fault",
            WorkOrder.area == account.place.area,
            WorkOrder.account_no.is_distinct_from(account.account_no),
            FaultReport.received_at >= since,
        )
    )
    minutes = round(NEAR.total_seconds() / 60)
    return shapes.NearbyReports(
        reports=session.scalar(query) or 0, within_minutes=minutes, place=account.place.area
    )


def _silent(session: Session, meter: Meter) -> float | None:
    """The share of silent meters among the other asked ones on this transformer."""
    others = (Meter.transformer_id == meter.transformer_id, Meter.id != meter.id, Meter.online.is_not(None))
    query = select(Meter.online, func.count()).where(*others).group_by(Meter.online)
    counts = dict(session.execute(query).all())
    asked = sum(counts.values())
    return round(counts.get(False, 0) / asked, 2) if asked else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
