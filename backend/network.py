"""The network, what is heard of it, and the outages that were found in it: one crew and one order of work for each.

An outage that is only suspected is told as such and takes no report; once it is sure enough for a crew, its reports are
linked and the crew that was sent first goes for all of them. One that is taken back lets its reports go again.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import addresses, clocks, faults, orders, outages, shapes
from backend.asking import Here, Reads, Writes, asking
from backend.region import Region
from backend.storage import serialize
from backend.tables import (
    AccountRow,
    DeviceRow,
    FaultReportRow,
    FeederRow,
    MeterRow,
    OutageRow,
    OutageTransformerRow,
    PlaceRow,
    TransformerRow,
    WorkOrderRow,
)

router = APIRouter(
    prefix="/v1/network",
    tags=["network"],
    dependencies=[Depends(asking)],
    responses=shapes.problems(401, 422, 503),
)
MOST, PAGE = 1000, 250
_STATUS = {"verified": "restored", "withdrawn": "cancelled", "merged": "cancelled"}
_BEFORE_RESTORED = ("accepted", "dispatched", "crew_accepted", "contacted", "arrived", "repairing")


@router.get("/devices")
def get_devices(
    session: Reads, skip: int = Query(0, ge=0), limit: int = Query(PAGE, ge=1, le=MOST)
) -> list[shapes.NetworkDevice]:
    """The rows of the network, page by page."""
    cut = set(session.scalars(select(MeterRow.meter_no).join(AccountRow).where(AccountRow.cut_off)))
    fields = [name for name in shapes.NetworkDevice.model_fields if name != "cut_off"]
    columns = [getattr(DeviceRow, name) for name in fields]
    rows = session.execute(select(*columns).order_by(DeviceRow.number).offset(skip).limit(limit)).mappings()
    return [shapes.NetworkDevice(**row, cut_off=row["id"] in cut) for row in rows]


@router.get("/reports")
def get_reports(
    session: Reads, here: Here, after: int = 0, limit: int = Query(MOST, ge=1, le=MOST)
) -> list[shapes.HeardFault]:
    """Fault reports of the kinds an outage explains, in the order they came."""
    kinds = [key for key, business in here.faults.items() if business.outage]
    query = (
        select(FaultReportRow, WorkOrderRow)
        .join(WorkOrderRow, WorkOrderRow.order_no == FaultReportRow.order_no)
        .where(FaultReportRow.id > after, WorkOrderRow.business.in_(kinds))
    )
    return [
        shapes.HeardFault(
            number=report.id,
            order_no=order.order_no,
            at=report.received_at,
            places=_places(session, here, report, order),
        )
        for report, order in session.execute(query.order_by(FaultReportRow.id).limit(limit))
    ]


@router.put("/outages/{id}", response_model=shapes.Outage, responses=shapes.problems(409))
def put_outage(write: Writes, id: str, told: shapes.Finding) -> Response:
    """Tell what is believed of a found outage."""
    return write.once(told, lambda session: outages.wire(publish(session, write.region, told)))


def publish(session: Session, region: Region, told: shapes.Finding) -> OutageRow:
    """Keep a found outage, send one crew when it is sure enough, and bring its orders in line."""
    serialize(session, f"outage:{told.id}")
    row = session.get(OutageRow, told.id) or _new(session, region, told)
    row.device, row.starts_at, row.households = told.device, told.since, told.homes
    row.status = _STATUS.get(told.stage, "active")
    row.certainty = "suspected" if told.stage == "suspected" else "confirmed"
    _place(session, row, told)
    linked = _linked(session, told)
    if row.status == "active":
        _attach(session, region, row, linked if told.crew else ())
    elif told.into:
        _move(session, row, told.into)
    elif told.stage == "withdrawn":
        _release(session, region, row)
    else:
        _restored(session, region, row)
    row.progress = region.notes["restoring" if told.stage == "restoring" else _progress(row)]
    session.flush()
    return row


def _progress(row: OutageRow) -> str:
    if row.status == "restored":
        return "restored"
    return "crew_on_the_way" if row.crew else "checking"


def _new(session: Session, region: Region, told: shapes.Finding) -> OutageRow:
    row = OutageRow(
        id=told.id, kind="fault", cause=region.notes["cause_unknown"], area="", county="", feeder="",
        announced_at=clocks.now(), starts_at=told.since, households=told.homes, progress="", status="active",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _place(session: Session, row: OutageRow, told: shapes.Finding) -> None:
    """The places of its transformers; several of one town are the town."""
    query = (
        select(PlaceRow, FeederRow.name)
        .join(TransformerRow, TransformerRow.place_id == PlaceRow.id)
        .join(FeederRow, FeederRow.id == TransformerRow.feeder_id)
        .where(TransformerRow.id.in_(told.transformers))
        .order_by(TransformerRow.id)
    )
    found = session.execute(query).all()
    places = {(place.town, place.name) for place, _ in found}
    towns = dict.fromkeys(place.town for place, _ in found)
    if found:
        row.county, row.feeder = found[0][0].county, found[0][1]
        row.area = "".join(next(iter(places))) if len(places) == 1 else "、".join(towns)
    all_dark = [] if told.partial else told.transformers
    kept = {hit.transformer_id for hit in row.hit}
    for hit in row.hit:
        if hit.transformer_id not in all_dark:
            session.delete(hit)
    session.add_all(
        OutageTransformerRow(outage_id=row.id, transformer_id=id) for id in all_dark if id not in kept
    )
    session.flush()
    session.refresh(row, ["hit"])


def _linked(session: Session, told: shapes.Finding) -> Sequence[WorkOrderRow]:
    return session.scalars(
        select(WorkOrderRow)
        .where(WorkOrderRow.order_no.in_(told.orders), WorkOrderRow.open, WorkOrderRow.kind == "fault")
        .order_by(WorkOrderRow.created_at, WorkOrderRow.order_no)
    ).all()


def _attach(session: Session, region: Region, row: OutageRow, linked: Sequence[WorkOrderRow]) -> None:
    if not linked and row.crew is None:
        return
    if row.crew is None:
        sent = (order.crew for order in linked if order.crew)
        row.crew = next(sent, None) or faults.nearest_crew(session, "repair", row.county)
    for order in linked:
        if order.outage_id != row.id:
            order.outage_id, order.crew = row.id, row.crew
            order.steps[-1].note = region.notes["merged"]
            orders.wind(order, region)


def _orders_of(session: Session, row: OutageRow) -> Sequence[WorkOrderRow]:
    return session.scalars(
        select(WorkOrderRow).where(WorkOrderRow.outage_id == row.id, WorkOrderRow.open)
    ).all()


def _move(session: Session, row: OutageRow, into: str) -> None:
    for order in _orders_of(session, row):
        order.outage_id = into
    session.flush()


def _release(session: Session, region: Region, row: OutageRow) -> None:
    """What was explained by an outage that is none is a fault of its own again, with its clock."""
    for order in _orders_of(session, row):
        order.outage_id = None
        order.steps[-1].note = region.notes["taken_back"]
        orders.wind(order, region)


def _restored(session: Session, region: Region, row: OutageRow) -> None:
    for order in _orders_of(session, row):
        if order.state in _BEFORE_RESTORED:
            orders.move(order, region, "restored")


def _places(session: Session, here: Region, report: FaultReportRow, order: WorkOrderRow) -> list[str]:
    """The meter of the account it belongs to, else the transformers of the one place its address means."""
    if order.account_no:
        meter = select(MeterRow.meter_no).join(AccountRow).where(AccountRow.account_no == order.account_no)
        return list(session.scalars(meter))
    address = report.told.get("address")
    found = addresses.locate(session, here.counties, address) if address else ()
    return list(found[0].transformers) if len(found) == 1 else []
