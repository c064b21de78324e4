"""The routes of what is asked about one account beside billing; rules are in metering, invoices, phones and voices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from backend import invoices, phones, prepaid, shapes, voices
from backend.asking import Here, OwnL1, OwnL3, Reads, Writes, asking

router = APIRouter(
    prefix="/v1",
    tags=["services"],
    dependencies=[Depends(asking)],
    responses=shapes.problems(401, 403, 404, 422, 503),
)
WROTE = shapes.problems(409)
Month = Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}$")]


@router.get("/accounts/{account_no}/time-of-use")
def get_time_of_use(session: Reads, here: Here, account: OwnL1, month: Month = None) -> shapes.TimeOfUse:
    """A month's kWh by period, and what a time-of-use tariff would ask for it. L1."""
    return prepaid.time_of_use(session, here, account, month)


@router.get("/accounts/{account_no}/prepaid")
def get_prepaid(session: Reads, here: Here, account: OwnL1) -> shapes.Prepaid:
    """The prepaid meter and what was bought for it. L1."""
    return prepaid.status(session, here, account)


@router.post("/accounts/{account_no}/invoices", response_model=shapes.Invoice, responses=WROTE)
def post_invoice(write: Writes, account: OwnL3, draft: shapes.InvoiceDraft) -> Response:
    """Issue the invoice of a paid month, or send it again. L3."""
    return write.once(draft, lambda session: invoices.issue(session, account.id, draft))


@router.get("/accounts/{account_no}/contacts")
def get_contacts(session: Reads, account: OwnL1) -> list[shapes.Contact]:
    """The phones of the account, masked, the holder's own first. L1."""
    return phones.listing(session, account)


@router.post("/accounts/{account_no}/contacts", response_model=shapes.Contact, responses=WROTE)
def post_contact(write: Writes, account: OwnL3, told: shapes.PhoneBinding) -> Response:
    """Bind a phone, or change whether it gets outage notices. L3."""
    return write.once(told, lambda session: phones.bind(session, account.id, told))


@router.post("/accounts/{account_no}/contacts/release", response_model=shapes.Contact, responses=WROTE)
def post_release(write: Writes, account: OwnL3, told: shapes.PhoneChange) -> Response:
    """Release a bound phone. L3."""
    return write.once(told, lambda session: phones.release(session, account.id, told.phone))


@router.post("/accounts/{account_no}/phone", response_model=shapes.Contact, responses=WROTE)
def post_phone(write: Writes, account: OwnL3, told: shapes.PhoneChange) -> Response:
    """Change the holder's own number. L3."""
    return write.once(told, lambda session: phones.change(session, account.id, told.phone))


@router.post("/ratings", response_model=shapes.RatingKept, responses=WROTE)
def post_rating(write: Writes, told: shapes.Rating) -> Response:
    """How content a customer is. Public."""
    return write.once(told, lambda session: voices.rate(session, write.caller, told))
