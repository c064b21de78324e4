"""Applications, and the voices of customers: complaints, reports of a violation, suggestions, praise."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend import clocks, orders, shapes
from backend.access import Caller
from backend.problems import Refusal
from backend.region import Region
from backend.tables import ApplicationRow, RatingRow, VoiceRow, WorkOrderRow


def apply(
    session: Session, region: Region, caller: Caller, draft: shapes.ApplicationDraft
) -> shapes.ApplicationReceipt:
    """Book an application. Papers still missing are told all at once, and the clock waits for them."""
    business = region.applications.get(draft.business)
    if business is None:
        raise Refusal("invalid", "unknown", field="business")
    missing = [each for each in region.documents[draft.business] if each not in draft.documents]
    order = orders.open_order(
        session,
        region,
        business,
        caller,
        draft,
        state="waiting_documents" if missing else "accepted",
    )
    told = draft.model_dump(mode="json")
    session.add(ApplicationRow(order_no=order.order_no, told=told, missing_documents=missing))
    return shapes.ApplicationReceipt(order=orders.wire(order, region), missing_documents=missing)


def raise_voice(session: Session, region: Region, caller: Caller, draft: shapes.VoiceDraft) -> WorkOrderRow:
    """Book a voice with the department its category belongs to; the front desk keeps the clock."""
    order = orders.open_order(
        session,
        region,
        region.voices[draft.kind],
        caller,
        draft,
        department=region.departments.get(draft.category or ""),
    )
    told = draft.model_dump(mode="json")
    session.add(VoiceRow(order_no=order.order_no, confidential=draft.confidential, told=told))
    return order


def rate(session: Session, caller: Caller, told: shapes.Rating) -> shapes.RatingKept:
    """Keep how content a customer is, with the conversation it is about."""
    told_of = told.model_dump(exclude={"conversation"})
    session.add(RatingRow(conversation=caller.speaker(told.conversation), at=clocks.now(), **told_of))
    return shapes.RatingKept(score=told.score)
