"""Fault reports: one order per fault, no second crew for a known outage, and the nearest crew's clock.

Rules of the trade: an account is not needed, an address will do; a danger needs neither; a household's second call about
the same fault joins its order; a call explained by an active outage is attached to it (docs/architecture.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend import addresses, clocks, orders, outages, shapes
from backend.access import Caller, find_account, visible_order
from backend.problems import Refusal
from backend.region import UNKNOWN_AREA, Region
from backend.storage import serialize
from backend.tables import AccountRow, CrewRow, FaultReportRow, OrderNoteRow, OutageRow, WorkOrderRow

WHOLE_AREA = ("area", "danger")
URGENT_FLAGS = {"important", "life_support"}


@dataclass(frozen=True)
class Site:
    """Where a fault is, as far as it is known."""

    county: str | None = None
    area: str = UNKNOWN_AREA
    transformers: tuple[str, ...] = ()
    account: AccountRow | None = None  # only one the caller has been vouched for
    address_key: str | None = None


def report(session: Session, region: Region, caller: Caller, told: shapes.FaultReport) -> shapes.FaultReceipt:
    """Take a report: join the order of the same fault, attach it to a known outage, or send a crew."""
    danger = told.phenomenon == "danger" or bool(told.hazard)
    if not (danger or told.address or told.account_no):
        raise Refusal("invalid", "address or account_no", field="address")
    site = _site(session, region, caller, told.address, told.account_no)
    serialize(session, f"fault:{told.account_no if site.account else site.address_key}")
    same = _same_fault(session, told, site, danger)
    if same:
        _keep(session, same, caller, told)
        return _receipt(session, region, same, created=False)
    order = _book(session, region, caller, told, site, danger)
    _keep(session, order, caller, told)
    explained = None if danger else _explaining(session, region, order, site)
    if explained:
        order.outage_id, order.crew = explained.id, explained.crew
        order.steps[0].note = region.notes["merged"]
        orders.wind(order, region)
    else:
        _dispatch(session, region, order, site)
    return _receipt(session, region, order, created=explained is None)


def amend(
    session: Session, region: Region, caller: Caller, order_no: str, changes: shapes.FaultChanges
) -> WorkOrderRow:
    """Add what became known later; a new address sends the crew of that place, a hazard makes it a danger."""
    order = visible_order(session, caller, order_no)
    if order.kind not in ("fault", "danger"):
        raise Refusal("not-found")
    new = changes.model_dump(exclude_none=True)
    words = json.dumps(new, ensure_ascii=False)
    session.add(OrderNoteRow(order_no=order_no, kind="amendment", at=clocks.now(), words=words))
    if changes.hazard:
        order.kind, order.urgency, order.outage_id = "danger", "urgent", None
    if changes.address:
        _relocate(session, region, caller, order, changes.address)
    orders.wind(order, region)
    if order.state == "accepted" and not order.outage_id and changes.hazard:
        _dispatch(session, region, order, _site(session, region, caller, changes.address, order.account_no))
    return order


def _relocate(session: Session, region: Region, caller: Caller, order: WorkOrderRow, address: str) -> None:
    site = _site(session, region, caller, address, order.account_no)
    order.address_key = site.address_key
    if site.county:
        order.area = site.area
        if order.state in ("accepted", "dispatched") and not order.outage_id:
            _dispatch(session, region, order, site)


def _site(
    session: Session, region: Region, caller: Caller, address: str | None, account_no: str | None
) -> Site:
    """Where it is: the address when it means one place, else the caller's own account."""
    account = find_account(session, account_no) if account_no and caller.owns(account_no) else None
    address_key = addresses.key(address) if address else None
    found = addresses.locate(session, region.counties, address) if address else ()
    if len(found) == 1 and not (account and account.meter.transformer_id in found[0].transformers):
        return Site(found[0].county, found[0].area, found[0].transformers, account, address_key)
    if account:
        place = account.place
        return Site(place.county, place.area, (account.meter.transformer_id,), account, address_key)
    counties, areas = {each.county for each in found}, {each.area for each in found}
    if len(counties) != 1:
        return Site(address_key=address_key)
    return Site(counties.pop(), areas.pop() if len(areas) == 1 else UNKNOWN_AREA, address_key=address_key)


def _same_fault(session: Session, told: shapes.FaultReport, site: Site, danger: bool) -> WorkOrderRow | None:
    """The open order of the same fault at the same account or address.

    A bare village or community is no household's address: only what concerns all of it joins by that.
    """
    alike = []
    if site.account:
        alike.append(WorkOrderRow.account_no == site.account.account_no)
    if site.address_key and (told.phenomenon in WHOLE_AREA or danger or addresses.numbers(site.address_key)):
        alike.append(WorkOrderRow.address_key == site.address_key)
    query = select(WorkOrderRow).where(
        WorkOrderRow.open,
        WorkOrderRow.kind == ("danger" if danger else "fault"),
        WorkOrderRow.business == told.phenomenon,
        or_(*alike) if alike else WorkOrderRow.order_no.is_(None),
    )
    return session.scalar(query.order_by(WorkOrderRow.created_at).limit(1))


def _book(
    session: Session, region: Region, caller: Caller, told: shapes.FaultReport, site: Site, danger: bool
) -> WorkOrderRow:
    urgent = danger or told.urgent or bool(site.account and URGENT_FLAGS & set(site.account.flags))
    return orders.open_order(
        session,
        region,
        region.faults[told.phenomenon],
        caller,
        told,
        kind="danger" if danger else "fault",
        county=site.county,
        area=site.area,
        urgency="urgent" if urgent else "normal",
        address_key=site.address_key,
    )


def _keep(session: Session, order: WorkOrderRow, caller: Caller, told: shapes.FaultReport) -> None:
    session.add(
        FaultReportRow(
            order_no=order.order_no,
            conversation=caller.speaker(told.conversation),
            received_at=clocks.now(),
            told=told.model_dump(mode="json"),
        )
    )
    session.flush()


def _explaining(session: Session, region: Region, order: WorkOrderRow, site: Site) -> OutageRow | None:
    if not (region.faults[order.business].outage and site.transformers):
        return None
    return outages.explaining(session, site.transformers)


def _dispatch(session: Session, region: Region, order: WorkOrderRow, site: Site) -> None:
    """Send the crew of the county with the fewest open orders; without a county a person has to decide."""
    kind = region.faults[order.business].crew
    if kind is None or site.county is None:
        return
    crew = nearest_crew(session, kind, site.county)
    if crew:
        order.crew = crew
        if order.state == "accepted":
            orders.move(order, region, "dispatched")


def nearest_crew(session: Session, kind: str, county: str) -> str | None:
    """The crew of a county with the fewest open orders, else one that serves all counties."""
    busy = select(func.count()).where(WorkOrderRow.crew == CrewRow.name, WorkOrderRow.open).scalar_subquery()
    near = select(CrewRow.name).where(
        CrewRow.kind == kind, or_(CrewRow.county == county, CrewRow.county.is_(None))
    )
    return session.scalar(near.order_by(CrewRow.county.is_(None), busy, CrewRow.id).limit(1))


def _receipt(session: Session, region: Region, order: WorkOrderRow, created: bool) -> shapes.FaultReceipt:
    event = session.get(OutageRow, order.outage_id) if order.outage_id else None
    return shapes.FaultReceipt(
        order=orders.wire(order, region), created=created, outage=outages.wire(event) if event else None
    )
