"""The phones of an account: the holder's own, and those bound to it. A bound one is known when it calls, and gets
outage notices where that is wanted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import clocks, masking, shapes
from backend.problems import Refusal
from backend.storage import serialize
from backend.tables import AccountRow, PhoneRow

MOST = 5


def listing(session: Session, account: AccountRow) -> list[shapes.Contact]:
    """All phones, the holder's own first."""
    own = account.customer.phone
    held = [_of(session, account.id, own)] if own else []
    bound = session.scalars(
        select(PhoneRow).where(PhoneRow.account_id == account.id).order_by(PhoneRow.since)
    ).all()
    first = [_shown(own, on_file=True, notices=not held[0] or held[0].notices)] if own else []
    return first + [
        _shown(each.phone, on_file=False, notices=each.notices) for each in bound if each.phone != own
    ]


def bind(session: Session, account_id: int, told: shapes.PhoneBinding) -> shapes.Contact:
    """Bind a phone or change its notices; problem `invalid` (field `too_many`) beyond five."""
    serialize(session, f"phones-{account_id}")
    kept = _of(session, account_id, told.phone)
    if kept is None:
        count = len(session.scalars(select(PhoneRow.id).where(PhoneRow.account_id == account_id)).all())
        if count >= MOST:
            raise Refusal("invalid", "too many", field="too_many")
        kept = PhoneRow(account_id=account_id, phone=told.phone, since=clocks.now())
        session.add(kept)
    kept.notices = told.notices
    session.flush()
    own = session.get_one(AccountRow, account_id).customer.phone
    return _shown(told.phone, on_file=told.phone == own, notices=told.notices)


def release(session: Session, account_id: int, phone: str) -> shapes.Contact:
    """Release a bound phone; the holder's own can only be changed."""
    if phone == session.get_one(AccountRow, account_id).customer.phone:
        raise Refusal("invalid", "on file", field="on_file")
    kept = _of(session, account_id, phone)
    if kept is None:
        raise Refusal("not-found")
    session.delete(kept)
    return _shown(phone, on_file=False, notices=False)


def change(session: Session, account_id: int, phone: str) -> shapes.Contact:
    """Another number for the holder, in all his accounts."""
    session.get_one(AccountRow, account_id).customer.phone = phone
    return _shown(phone, on_file=True, notices=True)


def _of(session: Session, account_id: int, phone: str) -> PhoneRow | None:
    return session.scalar(select(PhoneRow).where(PhoneRow.account_id == account_id, PhoneRow.phone == phone))


def _shown(phone: str, *, on_file: bool, notices: bool) -> shapes.Contact:
    return shapes.Contact(phone_masked=masking.phone(phone), on_file=on_file, notices=notices)
