"""Work orders of every kind: their number, states, clocks, urging and taking back (data/region/…/orders.yml)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend import clocks, masking, shapes
from backend.access import Caller, own_account, visible_order, visible_orders
from backend.problems import Refusal
from backend.region import UNKNOWN_AREA, Business, Commitment, Region
from backend.tables import CounterRow, OrderNoteRow, OrderStepRow, WorkOrderRow

CITY_CODE = "00"


def open_order(
    session: Session,
    region: Region,
    business: Business,
    caller: Caller,
    told: shapes.FaultReport | shapes.ApplicationDraft | shapes.VoiceDraft,
    *,
    county: str | None = None,
    area: str = UNKNOWN_AREA,
    state: str = "accepted",
    kind: str | None = None,
    urgency: str = "normal",
    department: str | None = None,
    address_key: str | None = None,
) -> WorkOrderRow:
    """Book an order in its first state, with its number and its clock.

    It belongs to the account only if the caller has been vouched for: an account merely told may be anyone's, a
    neighbour's whom the caller accuses, say. What was told is kept with the order's own record.
    """
    order = WorkOrderRow(
        order_no=_next_number(session, region, county),
        kind=kind or business.kind,
        business=business.key,
        title=business.title,
        state=state,
        open=True,
        urgency=urgency,
        created_at=clocks.now(),
        department=department or business.department,
        area=area,
        conversation=caller.speaker(told.conversation),
        account_no=told.account_no if caller.owns(told.account_no) else None,
        address_key=address_key,
        urges=0,
    )
    session.add(order)
    move(order, region, state)
    session.flush()
    return order


def move(order: WorkOrderRow, region: Region, state: str, note: str = "") -> None:
    """Enter a state and set the clock that now runs."""
    order.state, order.open = state, state != "archived"
    order.steps.append(OrderStepRow(state=state, at=clocks.now(), note=note))
    wind(order, region)


def wind(order: WorkOrderRow, region: Region) -> None:
    """Set the clock that runs in the order's state and area; one attached to an outage has no clock of its own."""
    commitment = None if order.outage_id or not order.open else _commitment(order, region)
    order.commitment = commitment.name if commitment else None
    order.due_at = clocks.due_at(commitment, order.steps) if commitment else None


def next_state(order: WorkOrderRow, region: Region) -> str | None:
    """The state that comes next, None at the end."""
    states = region.business(order.kind, order.business).states
    after = states.index(order.state) + 1 if order.state in states else len(states)
    return states[after] if after < len(states) else None


def wire(order: WorkOrderRow, region: Region) -> shapes.Order:
    """An order as it is sent."""
    columns = {
        key: getattr(order, key)
        for key in shapes.Order.model_fields
        if key not in ("steps", "next_step", "account_no_masked")
    }
    return shapes.Order(
        **columns,
        steps=[shapes.Step(state=each.state, at=each.at, note=each.note) for each in order.steps],
        next_step=next_state(order, region),
        account_no_masked=masking.account_no(order.account_no) if order.account_no else None,
    )


def open_orders(
    session: Session, caller: Caller, account_no: str | None, conversation: str | None
) -> Sequence[WorkOrderRow]:
    """Orders of the caller not yet archived, newest first."""
    query = select(WorkOrderRow).where(WorkOrderRow.open, visible_orders(caller))
    if account_no is not None:
        own_account(session, caller, account_no, "L1")
        query = query.where(WorkOrderRow.account_no == account_no)
    if conversation is not None and conversation != caller.conversation:
        return []
    if conversation is not None:
        query = query.where(visible_orders(Caller(conversation=conversation)))
    return session.scalars(query.order_by(WorkOrderRow.created_at.desc(), WorkOrderRow.order_no.desc())).all()


def urge(session: Session, region: Region, caller: Caller, order_no: str, words: str) -> WorkOrderRow:
    """Press an order. A fault not within the pause, anything else not too often (problem `too-soon`)."""
    order = _open_one(session, caller, order_no)
    now = clocks.now()
    if order.kind in ("fault", "danger"):
        ready = order.urged_at + region.urge_pause if order.urged_at else now
        if ready > now:
            raise Refusal("too-soon", field="too_soon", retry_after=int((ready - now).total_seconds()))
    elif order.urges >= region.urges_at_most:
        raise Refusal("too-soon", field="too_soon")
    order.urges, order.urged_at = order.urges + 1, now
    session.add(OrderNoteRow(order_no=order_no, kind="urge", at=now, words=words))
    return order


def withdraw(session: Session, region: Region, caller: Caller, order_no: str, words: str) -> WorkOrderRow:
    """Log the wish to take an order back. It stays open until a person has spoken with the customer."""
    order = _open_one(session, caller, order_no)
    session.add(OrderNoteRow(order_no=order_no, kind="withdrawal", at=clocks.now(), words=words))
    order.steps.append(OrderStepRow(state=order.state, at=clocks.now(), note=region.notes["withdrawal"]))
    return order


def _open_one(session: Session, caller: Caller, order_no: str) -> WorkOrderRow:
    order = visible_order(session, caller, order_no)
    if not order.open:
        raise Refusal("invalid", "closed", field="state")
    return order


def _commitment(order: WorkOrderRow, region: Region) -> Commitment | None:
    """The clock of the latest state on the way that names one."""
    business = region.business(order.kind, order.business)
    reached = business.states.index(order.state) if order.state in business.states else -1
    named = [state for state in business.states[: reached + 1] if state in business.clocks]
    name = business.clocks[named[-1]] if named else next(iter(business.clocks.values()), None)
    return region.commitments[region.areas[order.area].get(name, name)] if name else None


def _next_number(session: Session, region: Region, county: str | None) -> str:
    """yyyymmdd, two digits of the county (00: unknown), and a running number of the day."""
    day = f"{clocks.today():%Y%m%d}"
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    count = insert(CounterRow).values(name=f"orders-{day}", value=1)
    count = count.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + 1})
    number = session.execute(count.returning(CounterRow.value)).scalar_one()
    code = region.counties[county].code[-2:] if county else CITY_CODE
    return f"{day}{code}{number:05d}"
