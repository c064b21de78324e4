"""Outages as the public sees them, and what the systems know about the power of one account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select
from sqlalchemy.orm import Session

from backend import addresses, clocks, shapes
from backend.clocks import CHINA
from backend.tables import (
    AccountRow,
    FaultReportRow,
    MeterRow,
    OutageRow,
    OutageTransformerRow,
    PlaceRow,
    TransformerRow,
    WorkOrderRow,
)

PUBLIC = ("announced", "active")
NEAR = timedelta(hours=1)


def wire(outage: OutageRow) -> shapes.Outage:
    """An outage as it is sent: an announced one becomes active at its hour, and an estimate that has passed is none."""
    columns = {key: getattr(outage, key) for key in shapes.Outage.model_fields if key != "transformers"}
    sent = shapes.Outage(**columns, transformers=[each.transformer_id for each in outage.hit])
    if is_active(outage):
        sent.status = "active"
    if outage.eta and outage.eta < clocks.now():
        sent.eta = sent.eta_source = None
    return sent


def is_active(outage: OutageRow) -> bool:
    """Whether the power is off now."""
    return outage.status == "active" or (outage.status == "announced" and outage.starts_at <= clocks.now())


def known() -> ColumnElement[bool]:
    """Outages to come or going on, as a condition; a planned one ends by its schedule."""
    over = and_(OutageRow.status == "announced", OutageRow.eta < clocks.now())
    return and_(OutageRow.status.in_(PUBLIC), not_(func.coalesce(over, false())))


def of_transformers(session: Session, ids: Iterable[str]) -> list[OutageRow]:
    """Known outages that hit any of these transformers, the earliest first."""
    hit = select(OutageTransformerRow.outage_id).where(OutageTransformerRow.transformer_id.in_(list(ids)))
    return list(
        session.scalars(select(OutageRow).where(OutageRow.id.in_(hit), known()).order_by(OutageRow.starts_at))
    )


def explaining(session: Session, transformers: tuple[str, ...]) -> OutageRow | None:
    """The active outage that hits all of these transformers; half a village dark does not explain a house in it, and
    neither does one that is only suspected and has no crew."""
    active = (
        each
        for each in of_transformers(session, transformers)
        if is_active(each) and (each.certainty == "confirmed" or each.crew)
    )
    return next(
        (each for each in active if set(transformers) <= {hit.transformer_id for hit in each.hit}), None
    )


def in_area(
    session: Session, county: str | None, place: str | None, first: date | None, last: date | None
) -> list[OutageRow]:
    """Announced and active outages of a place or county, touching the days between `first` and `last`."""
    query = select(OutageRow).where(known()).order_by(OutageRow.starts_at)
    if county:
        query = query.where(OutageRow.county == county)
    if place:
        named = or_(PlaceRow.name.contains(addresses.stem(place), autoescape=True), PlaceRow.town == place)
        at = select(OutageTransformerRow.outage_id).join(TransformerRow).join(PlaceRow).where(named)
        query = query.where(or_(OutageRow.id.in_(at), OutageRow.area.contains(place, autoescape=True)))
    if last:
        query = query.where(OutageRow.starts_at < _midnight(last) + timedelta(days=1))
    if first:
        still = or_(OutageRow.eta.is_(None), OutageRow.eta >= _midnight(first), OutageRow.status == "active")
        query = query.where(still)
    return list(session.scalars(query))


def supply_state(session: Session, account: AccountRow) -> shapes.SupplyState:
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


def reports_near(session: Session, account: AccountRow) -> shapes.NearbyReports:
    """Households of the same place, other than this one, that told of a fault in the last hour."""
    since = clocks.now() - NEAR
    query = (
        select(func.count(func.distinct(FaultReportRow.conversation)))
        .join(WorkOrderRow, WorkOrderRow.order_no == FaultReportRow.order_no)
        .where(
            WorkOrderRow.kind == "fault",
            WorkOrderRow.area == account.place.area,
            WorkOrderRow.account_no.is_distinct_from(account.account_no),
            FaultReportRow.received_at >= since,
        )
    )
    minutes = round(NEAR.total_seconds() / 60)
    return shapes.NearbyReports(
        reports=session.scalar(query) or 0, within_minutes=minutes, place=account.place.area
    )


def _silent(session: Session, meter: MeterRow) -> float | None:
    """The share of silent meters among the other asked ones on this transformer."""
    others = (
        MeterRow.transformer_id == meter.transformer_id,
        MeterRow.id != meter.id,
        MeterRow.online.is_not(None),
    )
    query = select(MeterRow.online, func.count()).where(*others).group_by(MeterRow.online)
    counts = dict(session.execute(query).all())
    asked = sum(counts.values())
    return round(counts.get(False, 0) / asked, 2) if asked else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
