"""Outages as the public sees them, and what the systems know about the power of one account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend import addresses, shapes
from backend.clocks import CHINA
from backend.tables import Account, Meter, Outage, OutageTransformer, Place, Transformer

KNOWN = ("announced", "active")


def wire(outage: Outage) -> shapes.Outage:
    """An outage as it is sent."""
    columns = {key: getattr(outage, key) for key in shapes.Outage.model_fields if key != "transformers"}
    return shapes.Outage(**columns, transformers=[each.transformer_id for each in outage.hit])


def of_transformers(session: Session, ids: Iterable[str], statuses: tuple[str, ...] = KNOWN) -> list[Outage]:
    """Outages that hit any of these transformers, the earliest first."""
    hit = select(OutageTransformer.outage_id).where(OutageTransformer.transformer_id.in_(list(ids)))
    query = select(Outage).where(Outage.id.in_(hit), Outage.status.in_(statuses))
    return list(session.scalars(query.order_by(Outage.starts_at)))


def explaining(session: Session, transformers: tuple[str, ...]) -> Outage | None:
    """The active outage that hits all of these transformers; half a village dark does not explain a house in it."""
    active = of_transformers(session, transformers, ("active",))
    return next(
        (each for each in active if set(transformers) <= {hit.transformer_id for hit in each.hit}), None
    )


def in_area(
    session: Session, county: str | None, place: str | None, first: date | None, last: date | None
) -> list[Outage]:
    """Announced and active outages of a place or county, touching the days between `first` and `last`."""
    query = select(Outage).where(Outage.status.in_(KNOWN)).order_by(Outage.starts_at)
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
    known = of_transformers(session, [meter.transformer_id])
    return shapes.SupplyState(
        account_no=account.account_no,
        cut_for_arrears=account.cut_off,
        meter_online=meter.online,
        neighbours_silent=_silent(session, meter),
        outages=[wire(each) for each in known],
        flags=account.flags,
    )


def _silent(session: Session, meter: Meter) -> float | None:
    """The share of silent meters among the other asked ones on this transformer."""
    others = (Meter.transformer_id == meter.transformer_id, Meter.id != meter.id, Meter.online.is_not(None))
    counts: dict[bool | None, int] = dict(
        session.execute(select(Meter.online, func.count()).where(*others).group_by(Meter.online))
        .tuples()
        .all()
    )
    asked = sum(counts.values())
    return round(counts.get(False, 0) / asked, 2) if asked else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
