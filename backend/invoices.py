"""Electronic invoices: one for each paid month of an account; to another title only by a person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import clocks, masking, shapes
from backend.problems import Refusal
from backend.storage import serialize
from backend.tables import AccountRow, BillRow, InvoiceRow


def issue(session: Session, account_id: int, draft: shapes.InvoiceDraft) -> shapes.Invoice:
    """Issue, or send again. Problem `invalid`: month (no bill), unpaid, title (a firm needs both), issued."""
    serialize(session, f"invoice-{account_id}-{draft.month}")
    account = session.get_one(AccountRow, account_id)
    bill = session.get(BillRow, (account_id, draft.month))
    if bill is None:
        raise Refusal("invalid", "no bill", field="month")
    if bill.paid_on is None:
        raise Refusal("invalid", "unpaid", field="unpaid")
    if draft.title_kind == "firm" and not (draft.title and draft.tax_no):
        raise Refusal("invalid", "incomplete", field="title")
    title = draft.title if draft.title_kind == "firm" else account.customer.name
    kept = session.scalar(
        select(InvoiceRow).where(InvoiceRow.account_id == account_id, InvoiceRow.month == draft.month)
    )
    if kept and (kept.title, kept.tax_no) != (title, draft.tax_no):
        raise Refusal("invalid", "issued to another title", field="issued")
    invoice = kept or InvoiceRow(
        invoice_no=f"{draft.month.replace('-', '')}{account_id:08d}", account_id=account_id, month=draft.month,
        amount=bill.amount, title=title, tax_no=draft.tax_no, issued_at=clocks.now(), send_to="",
    )  # fmt: skip
    invoice.send_to = draft.send_to
    session.add(invoice)
    session.flush()
    return shapes.Invoice(
        invoice_no=invoice.invoice_no,
        month=invoice.month,
        amount=invoice.amount,
        title=draft.title if draft.title_kind == "firm" else masking.name(title),
        sent_to_masked=masking.send_to(draft.send_to),
        issued_at=invoice.issued_at,
        created=kept is None,
    )
